package org.matrixletta.router.matrix;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One page of a room's history (Matrix Client-Server API, GET /rooms/{roomId}/messages).
 *
 * @param events its events, judged as if they had been pushed, in the order of the page
 * @param end where the next page begins; null if there is none
 */
record MessagesPage(List<Dated> events, String end) {

    /**
     * One event of the page.
     *
     * @param sentAt when it was sent, as its homeserver says; never in the future
     * @param isFromTogether whether whoever reads was in the room then: other events are not pushed either
     */
    record Dated(Event event, Instant sentAt, boolean isFromTogether) {
    }

    /**
     * Reads a page; null if the body is none.
     *
     * @param now the latest that an event can have been sent
     */
    static MessagesPage read(byte[] body, EventReader reader, Instant now) {
        JsonSlice page = JsonSlice.of(body);
        JsonSlice chunk = page.at("chunk");
        if (!chunk.isList()) {
            return null;
        }
        List<Dated> events = new ArrayList<>();
        JsonParts elements = chunk.parts();
        while (elements.next()) {
            JsonSlice event = elements.value();
            Long sentAt = event.at("origin_server_ts").number();
            JsonSlice membership = event.at("unsigned").at("membership");
            events.add(new Dated(reader.read(event.copy()), sentAt == null ? Instant.EPOCH : Instant.ofEpochMilli(Math.min(sentAt, now.toEpochMilli())),
                    membership.isAbsent() || membership.isText("join")));
        }
        return elements.isBroken() ? null : new MessagesPage(events, page.at("end").text());
    }

    /** When the oldest event was sent; null if there is none. */
    Instant oldest() {
        return events.stream().map(Dated::sentAt).min(Instant::compareTo).orElse(null);
    }
}
