package org.matrixletta.router.delivery;

import org.matrixletta.router.Printable;
import org.slf4j.MDC;

/** Has every line that this thread logs carry the message it works on, until this is closed: fields of SLF4J's MDC, which a log in JSON shows. */
final class Correlation implements AutoCloseable {

    private static final String EVENT = "event_id";
    private static final String ROOM = "room_id";
    private static final String AGENT = "agent_id";

    /** Begins; what is null is left out. */
    Correlation(String event, String room, String agent) {
        put(EVENT, event);
        put(ROOM, room);
        put(AGENT, agent);
    }

    @Override
    public void close() {
        MDC.remove(EVENT);
        MDC.remove(ROOM);
        MDC.remove(AGENT);
    }

    private static void put(String field, String id) {
        if (id != null) {
            MDC.put(field, Printable.line(id));
        }
    }
}
