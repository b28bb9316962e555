package org.matrixletta.router.matrix;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Events as store-events.sql takes them, a column each, and the settings by which it judges.
 *
 * @param events in the order in which they were sent
 * @param sentAt when each was sent, as the homeserver says; empty for events that were pushed
 * @param source how they came: {@code push} or {@code catch-up}
 * @param bot the router's own Matrix user
 * @param roomLimit how many messages of a room may wait; 0: any number
 * @param observe whether nothing is sent
 */
record EventRows(List<Event> events, List<Instant> sentAt, String source, String bot, int roomLimit, boolean observe) {

    /** The values of store-events.sql. */
    Map<String, Object> values() {
        Map<String, Object> values = new HashMap<>();
        values.put("source", source);
        values.put("bot", bot);
        values.put("roomLimit", roomLimit);
        values.put("observe", observe);
        values.put("eventIds", column(Event::eventId));
        values.put("roomIds", column(Event::roomId));
        values.put("senders", column(Event::sender));
        values.put("types", column(Event::type));
        values.put("stateKeys", column(Event::stateKey));
        values.put("tasks", column(event -> RoomTask.kind(event, bot)));
        values.put("sentAts", sentAt.stream().map(Instant::toString).toArray(String[]::new));
        values.put("kinds", column(Event::kind));
        values.put("relTypes", column(Event::relType));
        values.put("relatesTo", column(Event::relatesTo));
        values.put("redacts", column(Event::redacts));
        values.put("markerSources", column(Event::markerSource));
        values.put("markerParts", events.stream().map(Event::markerPart).toArray(Integer[]::new));
        values.put("fromAgents", column(Event::fromAgent));
        values.put("flags", events.stream().map(Event::flagged).toArray(Boolean[]::new));
        values.put("raws", events.stream().map(Event::raw).toArray(byte[][]::new));
        values.put("rules", column(Event::rule));
        values.put("faults", column(Event::fault));
        return values;
    }

    private String[] column(Function<Event, String> part) {
        return events.stream().map(part).toArray(String[]::new);
    }
}
