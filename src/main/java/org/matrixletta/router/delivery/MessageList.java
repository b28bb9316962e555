package org.matrixletta.router.delivery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Report;

/**
 * Messages, as list-messages.sql gives them.
 *
 * @param messages the rows, newest first
 * @param isNarrowed whether they are those that meet criteria
 */
record MessageList(List<Map<String, Object>> messages, boolean isNarrowed) implements Report {

    @Override
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> message : messages) {
            text.append(String.format("%s  %-8s  %s in %s -> %s  %s%s%n", Messages.at(message.get("received_at")), message.get("state"), line(message, "sender"), line(message, "room_id"),
                    agent(message), line(message, "event_id"), message.get("reason") == null ? "" : ": " + line(message, "reason")));
        }
        return messages.isEmpty() ? "No message found\n" : text.append(rest(more(messages))).toString();
    }

    @Override
    public Object json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("success", true);
        json.put("messages", without(messages, "found"));
        json.put("more", more(messages));
        return json;
    }

    @Override
    public int exitCode() {
        return messages.isEmpty() && isNarrowed ? 1 : 0;
    }

    /** A column for a terminal. */
    static String line(Map<String, Object> row, String column) {
        return row.get(column) == null ? "-" : Printable.line((String) row.get(column));
    }

    /** The agent of a row for a terminal, with its name where it has one. */
    static String agent(Map<String, Object> row) {
        if (row.get("agent_id") == null) {
            return "no agent";
        }
        String name = Boolean.TRUE.equals(row.get("is_default")) ? "DEFAULT" : (String) row.get("agent_name");
        return line(row, "agent_id") + (name == null ? "" : " (" + Printable.name(name) + ")");
    }

    /** How many rows there are beyond those that are shown. */
    static long more(List<Map<String, Object>> rows) {
        return rows.isEmpty() ? 0 : (Long) rows.get(0).get("found") - rows.size();
    }

    /** The line that says so. */
    static String rest(long more) {
        return more == 0 ? "" : "… and " + (more >= Criteria.COUNTED ? "at least " : "") + more + " more; --limit shows up to " + Messages.MOST_SHOWN + "\n";
    }

    /** The rows without one column. */
    static List<Map<String, Object>> without(List<Map<String, Object>> rows, String column) {
        return rows.stream().map(row -> {
            Map<String, Object> rest = new LinkedHashMap<>(row);
            rest.remove(column);
            return rest;
        }).toList();
    }
}
