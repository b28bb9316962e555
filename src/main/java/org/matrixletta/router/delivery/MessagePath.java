package org.matrixletta.router.delivery;

import java.sql.Timestamp;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.matrixletta.router.Report;

/**
 * All that happened to one message.
 *
 * @param message the row of find-message.sql
 * @param path the rows of list-path.sql
 */
record MessagePath(Map<String, Object> message, List<Map<String, Object>> path) implements Report {

    /** To the millisecond, as wide in every line. */
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Override
    public String text() {
        StringBuilder text = new StringBuilder("Event " + MessageList.line(message, "event_id") + " of " + MessageList.line(message, "sender") + " in room " + MessageList.line(message, "room_id") + "\n");
        text.append("Agent ").append(MessageList.agent(message)).append("\nState ").append(message.get("state"))
                .append(message.get("reason") == null ? "" : ": " + MessageList.line(message, "reason"))
                .append(message.get("due_at") == null ? "" : ", due at " + Messages.at(message.get("due_at")))
                .append(Boolean.TRUE.equals(message.get("has_text")) ? "\n" : ", its text is removed\n");
        line(text, message.get("received_at"), "received", "by " + message.get("source"));
        for (Map<String, Object> step : path) {
            line(text, step.get("at"), (String) step.get("what"), step.get("source") == null ? MessageList.line(step, "detail") : posted(step));
        }
        return text.toString();
    }

    @Override
    public Object json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("success", true);
        json.putAll(message);
        json.put("path", path.stream().map(step -> {
            Map<String, Object> said = new LinkedHashMap<>(step);
            said.values().removeIf(Objects::isNull);
            return said;
        }).toList());
        return json;
    }

    @Override
    public int exitCode() {
        return 0;
    }

    private static void line(StringBuilder text, Object at, String what, String detail) {
        text.append(String.format("%-24s  %-8s  %s%n", at == null ? "-" : TIME.format(((Timestamp) at).toInstant()), what, detail));
    }

    /** An event of the outbox: which part, of what, by whom, and what the homeserver said. */
    private static String posted(Map<String, Object> event) {
        String source = (String) event.get("source");
        String what = source.startsWith("notice/") ? "notice " + source.split("/", 3)[1] : "part " + event.get("part") + " of the answer";
        return what + (event.get("sender") == null ? "" : " as " + MessageList.line(event, "sender")) + (event.get("event_id") == null ? "" : ": " + MessageList.line(event, "event_id"))
                + ((Integer) event.get("tries") > 1 ? ", " + event.get("tries") + " tries" : "") + (event.get("detail") == null ? "" : ": " + MessageList.line(event, "detail"));
    }
}
