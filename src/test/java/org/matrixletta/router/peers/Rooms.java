package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.matrixletta.router.Printable;

/** The rooms of the fake homeserver; what happens in one is pushed, and printed where somebody reads along. */
final class Rooms {

    private static final int ID_BYTES = 32;

    private final Map<String, Room> rooms = new HashMap<>();
    private final Transactions transactions;
    private final String bot;
    private boolean strict;
    private PrintStream out;

    Rooms(Transactions transactions, String bot) {
        this.transactions = transactions;
        this.bot = bot;
    }

    synchronized void strict() {
        strict = true;
    }

    synchronized void printTo(PrintStream stream) {
        out = stream;
    }

    /** A room that was there before, with these members. */
    synchronized void create(String id, String... members) {
        Room room = rooms.computeIfAbsent(id, unknown -> new Room());
        for (String member : members) {
            room.append(event(id, member, "m.room.member", member, "{\"membership\":\"join\"}"));
        }
    }

    /** The room; null if there is none. */
    synchronized Room find(String id) {
        return rooms.get(id);
    }

    /** The room's events, oldest first. */
    synchronized List<ObjectNode> events(String id) {
        return rooms.containsKey(id) ? rooms.get(id).events() : List.of();
    }

    /** The ids of the rooms that this user has joined. */
    synchronized List<String> joined(String user) {
        return rooms.entrySet().stream().filter(room -> room.getValue().membership(user).equals("join")).map(Map.Entry::getKey).sorted().toList();
    }

    /**
     * The room that this user is in; unless rooms are strict, everybody is in every room.
     *
     * @throws MatrixError if the user is not
     */
    synchronized Room of(String user, String id) {
        if (!strict) {
            if (!rooms.containsKey(id)) {
                create(id, bot);
            }
            if (!rooms.get(id).membership(user).equals("join")) {
                create(id, user);
            }
        }
        Room room = rooms.get(id);
        if (room == null || !room.membership(user).equals("join")) {
            throw new MatrixError(403, "M_FORBIDDEN", "User " + user + " not in room " + id + " (" + (room == null ? "None" : room.membership(user)) + ")");
        }
        return room;
    }

    /** Something happens in the room; a null key is an event that is no state. Gives the event id. */
    synchronized String happen(String id, String sender, String type, String key, String content, boolean pushed) {
        ObjectNode event = event(id, sender, type, key, content);
        if (!strict && key == null) {
            of(sender, id);
        }
        rooms.computeIfAbsent(id, unknown -> new Room()).append(event);
        if (pushed) {
            transactions.add(event);
        }
        if (out != null && type.equals("m.room.message")) {
            boolean machine = sender.equals(bot) || sender.startsWith("@agent_");
            out.println((machine ? "🤖 #" : "💬 #") + name(id) + " @" + name(sender) + ": " + Printable.line(event.at("/content/body").asText().replace("\n", " ⏎ ")));
        }
        return event.get("event_id").textValue();
    }

    /** As Synapse pushes it, with what is at its top level only by tradition. */
    private ObjectNode event(String id, String sender, String type, String key, String content) {
        ObjectNode event = Json.object();
        event.set("content", Json.object(content));
        event.put("event_id", "$" + random()).put("origin_server_ts", System.currentTimeMillis()).put("room_id", id).put("sender", sender).put("type", type)
                .put("user_id", sender).put("age", 1).putObject("unsigned").put("age", 1);
        if (key != null) {
            event.put("state_key", key);
        }
        if (event.at("/content/membership").asText().equals("invite")) {
            // Who is invited is not in the room yet: the invitation tells what it may know.
            ObjectNode inviter = Json.object().put("type", "m.room.member").put("state_key", sender).put("sender", sender);
            inviter.putObject("content").put("membership", "join");
            event.putArray("invite_room_state").add(inviter);
            ((ObjectNode) event.get("unsigned")).set("invite_room_state", event.get("invite_room_state"));
        }
        return event;
    }

    /** An opaque id, of the form that event ids have from room version 4 on. */
    static String random() {
        byte[] bytes = new byte[ID_BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String name(String id) {
        return Printable.name(id.substring(1).split(":", 2)[0]);
    }
}
