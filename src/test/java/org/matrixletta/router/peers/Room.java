package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One room: its events in order, and the state that follows from them. */
final class Room {

    private static final int PAGE = 10;

    private final List<ObjectNode> events = new ArrayList<>();
    private final Map<List<String>, ObjectNode> state = new LinkedHashMap<>();

    synchronized void append(ObjectNode event) {
        events.add(event);
        if (event.has("state_key")) {
            state.put(List.of(event.get("type").textValue(), event.get("state_key").textValue()), event);
        }
    }

    synchronized List<ObjectNode> events() {
        return List.copyOf(events);
    }

    synchronized ObjectNode event(String id) {
        return events.stream().filter(event -> event.get("event_id").textValue().equals(id)).findFirst().orElse(null);
    }

    /** The content of this state; null if there is none. */
    synchronized ObjectNode state(String type, String key) {
        ObjectNode event = state.get(List.of(type, key));
        return event == null ? null : (ObjectNode) event.get("content");
    }

    /** The events that are the state now. */
    synchronized ArrayNode state() {
        return Json.array().addAll(state.values());
    }

    synchronized String membership(String user) {
        ObjectNode member = state("m.room.member", user);
        return member == null ? "none" : member.path("membership").asText();
    }

    synchronized List<String> joined() {
        return state.keySet().stream().filter(key -> key.get(0).equals("m.room.member")).map(key -> key.get(1)).filter(user -> membership(user).equals("join")).toList();
    }

    /** A page of GET /rooms/{roomId}/messages; the token tN stands before event N (Matrix spec, Client-Server API, "Syncing"). */
    synchronized ObjectNode page(RecordedRequest request) {
        boolean back = "b".equals(request.query("dir"));
        String token = request.query("from");
        int from = token == null ? back ? events.size() : 0 : Integer.parseInt(token.substring(1));
        int limit = request.number("limit", PAGE);
        ArrayNode chunk = Json.array();
        int at = from;
        while (chunk.size() < limit && (back ? at > 0 : at < events.size())) {
            chunk.add(events.get(back ? --at : at++));
        }
        ObjectNode page = Json.object().put("start", "t" + from);
        if (!chunk.isEmpty()) {
            page.put("end", "t" + at);
        }
        return page.set("chunk", chunk);
    }
}
