package org.matrixletta.router.matrix;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Events and transactions as tests write them. */
final class TestEvent {

    static final String BOT = "@letta:test.local";
    static final EventReader READER = new EventReader(new EventFilter(BOT, "@*:test.local", "@ghost_*:test.local, @old:test.local"));

    private TestEvent() {
    }

    /** A message of alice's with this content. */
    static String message(String eventId, String content) {
        return event(eventId, "@alice:test.local", "m.room.message", content, "");
    }

    /** What alice says. */
    static String text(String eventId, String body) {
        return message(eventId, "{\"msgtype\": \"m.text\", \"body\": \"" + body + "\"}");
    }

    /** An event in !one:test.local; {@code more} are further fields, each with a comma before it. */
    static String event(String eventId, String sender, String type, String content, String more) {
        return "{\"type\": \"" + type + "\", \"room_id\": \"!one:test.local\", \"sender\": \"" + sender + "\", \"content\": " + content
                + ", \"origin_server_ts\": 1700000000000, \"event_id\": \"" + eventId + "\"" + more + "}";
    }

    static String transaction(String... events) {
        return "{\"events\": [" + String.join(",\n", events) + "]}";
    }

    static Event read(String event) {
        return READER.read(event.getBytes(StandardCharsets.UTF_8));
    }

    static List<Event> readAll(String body) {
        return readAll(body.getBytes(StandardCharsets.UTF_8));
    }

    static List<Event> readAll(byte[] body) {
        try {
            return new TransactionReader(READER).read(new ByteArrayInputStream(body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
