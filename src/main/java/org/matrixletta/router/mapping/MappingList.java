package org.matrixletta.router.mapping;

import org.matrixletta.router.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Report;

/**
 * Stored mappings, as find-mappings.sql gives them.
 *
 * @param mappings the rows, each with the keys of the old system's answers
 * @param criterion what was looked for: agent_id, room_id or user_id; null for all
 * @param otherwise what happens to a message in a room that is not among them
 */
record MappingList(List<Map<String, Object>> mappings, String criterion, String otherwise) implements Report {

    @Override
    public String text() {
        if (mappings.isEmpty() && criterion != null) {
            return criterion.equals("room_id") ? "Room not found - " + otherwise + "\n" : "No mapping found\n";
        }
        if (mappings.isEmpty()) {
            return "No mappings\n";
        }
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> mapping : mappings) {
            String name = Printable.name((String) mapping.get("agent_name"));
            String id = Printable.line((String) mapping.get("agent_id"));
            if ("room_id".equals(criterion)) {
                return "Room routes to: " + name + " (" + id + ")\n";
            }
            text.append(name).append(": ").append(mapping.get("room_id") == null ? "no room" : Printable.line((String) mapping.get("room_id")))
                    .append(" -> ").append(id).append('\n');
        }
        return text.toString();
    }

    @Override
    public Object json() {
        Map<String, Object> byId = new LinkedHashMap<>();
        mappings.forEach(mapping -> byId.put((String) mapping.get("agent_id"), mapping));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("success", true);
        json.put("message", "Retrieved " + mappings.size() + " agent mappings");
        json.put("mappings", byId);
        return json;
    }

    @Override
    public int exitCode() {
        return mappings.isEmpty() && criterion != null ? 1 : 0;
    }
}
