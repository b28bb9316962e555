package org.matrixletta.router.matrix;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a homeserver's transaction apart into its events (Matrix Application Service API, "Pushing events").
 *
 * <p>A homeserver sends a refused transaction again and again, and nothing behind it: only a body whose events cannot be told apart
 * is refused. All that is wrong within one event is the fault of that event alone.
 */
public final class TransactionReader {

    /** Homeservers send about a hundred at a time; without a limit 32 MiB of {@code {},} would become gigabytes of events. */
    private static final int MOST_EVENTS = 100_000;

    private final EventReader reader;

    public TransactionReader(EventReader reader) {
        this.reader = reader;
    }

    /**
     * Reads all events, in their order, and nothing else of the body. The body and its events are in memory at the same time, so
     * the caller limits its length.
     *
     * @throws BadTransactionException if the body is not JSON, has no list of events, or one of more than 100,000
     */
    public List<Event> read(InputStream body) throws IOException {
        JsonSlice transaction = JsonSlice.of(body.readAllBytes());
        if (!transaction.isObject() && !transaction.isList()) {
            throw notJson();
        }
        List<Event> events = new ArrayList<>();
        boolean hasEvents = false;
        JsonParts members = transaction.parts();
        while (members.next()) {
            if (members.key().isText("events") && members.value().isList()) {
                hasEvents = true;
                readList(members.value(), events);
            }
        }
        if (members.isBroken()) {
            throw notJson();
        }
        if (!hasEvents) {
            throw new BadTransactionException("M_BAD_JSON", "The body has no list of events; send {\"events\": […]}.");
        }
        return events;
    }

    private void readList(JsonSlice list, List<Event> events) {
        JsonParts elements = list.parts();
        while (elements.next()) {
            if (events.size() == MOST_EVENTS) {
                throw new BadTransactionException("M_TOO_LARGE", "The body has more than " + MOST_EVENTS + " events; send them in several transactions.");
            }
            events.add(reader.read(elements.value().copy()));
        }
        if (elements.isBroken()) {
            throw notJson();
        }
    }

    private static BadTransactionException notJson() {
        return new BadTransactionException("M_NOT_JSON", "The body is not a JSON object; send {\"events\": […]}.");
    }
}
