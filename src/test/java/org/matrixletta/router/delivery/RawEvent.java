package org.matrixletta.router.delivery;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Events as bytes, for what no homeserver library would write. */
final class RawEvent {

    private RawEvent() {
    }

    /** A new event id. */
    static String id() {
        return "$" + UUID.randomUUID();
    }

    /** What somebody says; the body is written as it stands, with its escapes. */
    static String text(String eventId, String room, String sender, String body) {
        return event(eventId, room, sender, "m.room.message", "{\"msgtype\":\"m.text\",\"body\":\"" + body + "\"}", "");
    }

    /** An edit by which a message says something else. */
    static String edit(String eventId, String of, String room, String sender, String body) {
        return event(eventId, room, sender, "m.room.message", editContent(of, "m.text", body), "");
    }

    /** The content of an edit. */
    static String editContent(String of, String msgtype, String body) {
        return "{\"msgtype\":\"m.text\",\"body\":\"* edited\",\"m.new_content\":{\"msgtype\":\"" + msgtype + "\",\"body\":\"" + body + "\"},"
                + "\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"" + of + "\"}}";
    }

    static String redaction(String eventId, String of, String room, String sender) {
        return event(eventId, room, sender, "m.room.redaction", "{\"redacts\":\"" + of + "\"}", "");
    }

    /** An event; {@code more} are further fields, each with a comma before it. */
    static String event(String eventId, String room, String sender, String type, String content, String more) {
        return "{\"type\":\"" + type + "\",\"room_id\":\"" + room + "\",\"sender\":\"" + sender + "\",\"event_id\":\"" + eventId + "\",\"content\":" + content + more + "}";
    }

    static byte[] transaction(String... events) {
        return ("{\"events\":[" + String.join(",", events) + "]}").getBytes(StandardCharsets.UTF_8);
    }
}
