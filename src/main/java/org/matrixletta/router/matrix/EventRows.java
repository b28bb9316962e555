package org.matrixletta.router.matrix;

import java.util.List;
import java.util.function.Function;

/**
 * Events as store-events.sql takes them, a column each, and the settings by which it judges.
 *
 * @param events in the order in which they were sent
 * @param source how they came: {@code push}
 * @param bot the router's own Matrix user
 * @param roomLimit how many messages of a room may wait; 0: any number
 * @param observe whether nothing is sent
 */
record EventRows(List<Event> events, String source, String bot, int roomLimit, boolean observe) {

    public String[] eventIds() {
        return column(Event::eventId);
    }

    public String[] roomIds() {
        return column(Event::roomId);
    }

    public String[] senders() {
        return column(Event::sender);
    }

    public String[] types() {
        return column(Event::type);
    }

    public String[] stateKeys() {
        return column(Event::stateKey);
    }

    public String[] tasks() {
        return column(event -> RoomTask.kind(event, bot));
    }

    public String[] kinds() {
        return column(Event::kind);
    }

    public String[] relTypes() {
        return column(Event::relType);
    }

    public String[] relatesTo() {
        return column(Event::relatesTo);
    }

    public String[] redacts() {
        return column(Event::redacts);
    }

    public String[] markerSources() {
        return column(Event::markerSource);
    }

    public Integer[] markerParts() {
        return events.stream().map(Event::markerPart).toArray(Integer[]::new);
    }

    public String[] fromAgents() {
        return column(Event::fromAgent);
    }

    public Boolean[] flags() {
        return events.stream().map(Event::flagged).toArray(Boolean[]::new);
    }

    public byte[][] raws() {
        return events.stream().map(Event::raw).toArray(byte[][]::new);
    }

    public String[] rules() {
        return column(Event::rule);
    }

    public String[] faults() {
        return column(Event::fault);
    }

    private String[] column(Function<Event, String> part) {
        return events.stream().map(part).toArray(String[]::new);
    }
}
