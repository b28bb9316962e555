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
    synchronized ObjectNode page(RecordedRequest request, String user) {
        boolean back = "b".equals(request.query("dir"));
        String token = request.query("from");
        if (token != null && !token.matches("t[0-9]{1,9}")) {
            throw new MatrixError(400, "M_UNKNOWN", "'from' parameter is invalid");
        }
        int from = token == null ? back ? events.size() : 0 : Integer.parseInt(token.substring(1));
        int limit = request.number("limit", PAGE);
        ArrayNode chunk = Json.array();
        int at = from;
        while (chunk.size() < limit && (back ? at > 0 : at < events.size())) {
            chunk.add(seenBy(user, back ? --at : at++));
        }
        ObjectNode page = Json.object().put("start", "t" + from);
        if (!chunk.isEmpty()) {
            page.put("end", "t" + at);
        }
        return page.set("chunk", chunk);
    }

    /** The event with what its reader was in the room when it happened (Matrix spec, Client-Server API, "Room event format": unsigned.membership). */
    private ObjectNode seenBy(String user, int place) {
        ObjectNode event = events.get(place).deepCopy();
        String membership = events.subList(0, place + 1).stream().filter(before -> before.path("type").asText().equals("m.room.member") && before.path("state_key").asText().equals(user))
                .reduce((first, last) -> last).map(member -> member.at("/content/membership").asText()).orElse("leave");
        event.withObject("/unsigned").put("membership", membership);
        return event;
    }
}
