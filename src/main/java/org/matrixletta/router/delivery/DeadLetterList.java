package org.matrixletta.router.delivery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.matrixletta.router.Report;

/**
 * Dead letters, as list-dead-letters.sql gives them.
 *
 * @param letters the rows, newest first
 */
record DeadLetterList(List<Map<String, Object>> letters) implements Report {

    @Override
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> letter : letters) {
            text.append(String.format("%-12s  %s  %s in %s: %s%n", letter.get("id"), Messages.at(letter.get("at")), what(letter), MessageList.line(letter, "room_id"), MessageList.line(letter, "reason")));
        }
        return letters.isEmpty() ? "No dead letters\n" : text.append(MessageList.rest(MessageList.more(letters))).toString();
    }

    @Override
    public Object json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("success", true);
        json.put("dead_letters", MessageList.without(letters, "found"));
        json.put("more", MessageList.more(letters));
        return json;
    }

    @Override
    public int exitCode() {
        return 0;
    }

    private static String what(Map<String, Object> letter) {
        if (letter.get("source") == null) {
            return MessageList.line(letter, "event_id") + " for " + MessageList.agent(letter);
        }
        boolean isNotice = ((String) letter.get("source")).startsWith("notice/");
        return (isNotice ? "notice" : "part " + letter.get("part") + " of the answer") + (letter.get("event_id") == null ? "" : " to " + MessageList.line(letter, "event_id"));
    }
}
