package org.matrixletta.router.delivery;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** What operators ask about messages, and the shapes of the answers; none of them holds the text of a message. */
@Component("messages")
class Messages {

    private static final List<String> STATES = List.of("waiting", "asking", "unknown", "answered", "ignored", "dead", "dropped");
    private static final int SHOWN = 50;
    static final int MOST_SHOWN = 1_000;

    private final Settings settings;

    Messages(Settings settings) {
        this.settings = settings;
    }

    /**
     * What is to be listed; an empty criterion is none.
     *
     * @throws RefusedException if no message can be meant
     */
    public Criteria criteria(@Header("room_id") String roomId, @Header("agent_id") String agentId, @Header("state") String state, @Header("limit") String limit) {
        String wanted = id("state", state);
        if (wanted != null && !STATES.contains(wanted)) {
            throw new RefusedException(422, "A message has no such state; it is one of " + String.join(", ", STATES) + ".");
        }
        return new Criteria(id("room", roomId), id("agent", agentId), wanted, limit(limit), settings.defaultAgent());
    }

    /**
     * Whose waiting messages are to be dropped.
     *
     * @throws RefusedException unless it is one room, or one agent
     */
    public Criteria unwanted(@Header("room_id") String roomId, @Header("agent_id") String agentId) {
        Criteria unwanted = new Criteria(id("room", roomId), id("agent", agentId), "waiting", 0, settings.defaultAgent());
        if ((unwanted.roomId() == null) == (unwanted.agentId() == null)) {
            throw new RefusedException(422, "Name either a room or an agent, with room_id or agent_id; its waiting messages are dropped.");
        }
        return unwanted;
    }

    /** The event that is asked about: the id itself first, then what may have been meant by it in a path, where _ stands for a slash. */
    public String[] eventIds(@Header("event_id") String eventId) {
        String id = id("event", decoded(eventId));
        return new String[] {eventId, id, id.replace('_', '/')};
    }

    /** The rows of list-messages.sql. */
    public Report list(@Body List<Map<String, Object>> rows, @Variable("criteria") Criteria criteria) {
        return new MessageList(rows, criteria.narrows());
    }

    /**
     * The number of the message that find-message.sql found.
     *
     * @throws RefusedException if it found none
     */
    public long found(@Body List<Map<String, Object>> rows, @Variable("eventIds") String[] eventIds) {
        if (rows.isEmpty()) {
            throw new RefusedException(404, "No event " + Printable.name(eventIds[1]) + " has come to this router; `messages` lists them, and in a shell an event id needs 'single quotes'.");
        }
        return (Long) rows.get(0).get("seq");
    }

    /** A message with its path, the rows of list-path.sql. */
    public Report path(@Variable("found") List<Map<String, Object>> found, @Body List<Map<String, Object>> path) {
        Map<String, Object> message = new LinkedHashMap<>(found.get(0));
        message.remove("seq");
        return new MessagePath(message, path);
    }

    /** How many messages were dropped. */
    public Report dropped(@Variable("criteria") Criteria unwanted, @Variable("dropped") long dropped) {
        return new Dropped(unwanted, dropped);
    }

    /** A part of a path without its percent-encoding, which Camel 4.18.0 leaves (CAMEL-24577) and a command in its own process never made. */
    static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return part;
        }
    }

    /** How many rows to show. */
    static int limit(String limit) {
        if (limit == null || limit.isEmpty()) {
            return SHOWN;
        }
        if (!limit.matches("[0-9]{1,4}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MOST_SHOWN) {
            throw new RefusedException(422, "The limit is a number from 1 to " + MOST_SHOWN + ".");
        }
        return Integer.parseInt(limit);
    }

    /** A time as reports print it. */
    static String at(Object at) {
        return at == null ? "-" : ((Timestamp) at).toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String id(String kind, String id) {
        if (id != null && id.indexOf('\0') >= 0) {
            throw new RefusedException(422, "The " + kind + " holds the character U+0000, which none has.");
        }
        return id == null || id.isEmpty() ? null : id;
    }
}
