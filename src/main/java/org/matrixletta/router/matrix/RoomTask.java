package org.matrixletta.router.matrix;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * What a state event still asks for, although it is ignored as a message: a row of claim-room-tasks.sql.
 *
 * @param kind what it asks for
 * @param eventId the event
 * @param roomId its room
 * @param sender who sent it
 * @param user whom its state key names
 * @param rule the rule that ignores it
 * @param replacement the room that a tombstone leads to; null if it leads nowhere
 * @param tries how often this was begun, this time included
 * @param receivedAt when the event came
 * @param claimedAt the store's clock when this was begun
 * @param bot the router's own Matrix user
 * @param agentId the agent that it is about; null if the table has none
 * @param agentName that agent's name
 * @param agentUser that agent's Matrix user
 * @param agentRoom the room that the table gives it, or null
 */
public record RoomTask(String kind, String eventId, String roomId, String sender, String user, String rule, String replacement, int tries,
        Instant receivedAt, Instant claimedAt, String bot, String agentId, String agentName, String agentUser, String agentRoom) {

    /** Somebody is invited. */
    static final String INVITE = "invite";
    /** Somebody was put out of a room by somebody else. */
    static final String REMOVED = "removed";
    /** The rooms that the bot is in are others now. */
    static final String BOT_ROOMS = "bot-rooms";
    /** A room was replaced by another (Matrix Client-Server API, "Room upgrades"). */
    static final String TOMBSTONE = "tombstone";
    /** What came after the event, which was found late, has settled it: whoever was put out is back, or whoever was invited was put out. */
    private static final String OVER = "over";

    /** The rule of an invitation that is not followed. */
    static final String INVITE_NOT_ALLOWED = "invite-not-allowed";
    /** The rules of events whose senders may have something done: allowed senders, and our own bot. */
    private static final Set<String> RULES_OF_ALLOWED = Set.of("membership", "tombstone", "bot", INVITE_NOT_ALLOWED);

    /** What an event asks for once it is stored, or null; whom the table knows is judged later. */
    static String kind(Event event, String bot) {
        if (event.stateKey() == null || event.fault() != null) {
            return null;
        }
        if ("m.room.tombstone".equals(event.type())) {
            return event.stateKey().isEmpty() ? TOMBSTONE : null;
        }
        boolean isBot = bot.equals(event.stateKey());
        return event.membership() == null ? null : switch (event.membership()) {
            case "invite" -> RULES_OF_ALLOWED.contains(event.rule()) ? INVITE : null;
            case "join" -> isBot ? BOT_ROOMS : null;
            case "leave", "ban" -> isBot ? BOT_ROOMS : event.stateKey().equals(event.sender()) ? null : REMOVED;
            default -> null;
        };
    }

    /** Reads a claimed row. */
    static RoomTask of(Map<String, Object> row, String bot) {
        String kind = (String) row.get("task");
        byte[] raw = (byte[]) row.get("raw");
        byte[] later = (byte[]) row.get("later");
        JsonSlice membership = later == null ? JsonSlice.NONE : JsonSlice.of(later).at("content").at("membership");
        boolean isOver = kind.equals(INVITE) && (membership.isText("leave") || membership.isText("ban")) || kind.equals(REMOVED) && membership.isText("join");
        JsonSlice replacement = raw == null || !kind.equals(TOMBSTONE) ? JsonSlice.NONE : JsonSlice.of(raw).at("content").at("replacement_room");
        return new RoomTask(isOver ? OVER : kind, (String) row.get("event_id"), (String) row.get("room_id"), (String) row.get("sender"), (String) row.get("state_key"),
                (String) row.get("reason"), replacement.text(), (Integer) row.get("tries"), instant(row.get("received_at")), instant(row.get("claimed_at")), bot,
                (String) row.get("agent_id"), (String) row.get("agent_name"), (String) row.get("agent_user"), (String) row.get("agent_room"));
    }

    /** Whether the event's sender may have anything done. */
    boolean isAllowed() {
        return RULES_OF_ALLOWED.contains(rule);
    }

    private static Instant instant(Object column) {
        return ((Timestamp) column).toInstant();
    }
}
