package org.matrixletta.router.delivery;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;
import org.matrixletta.router.matrix.Relation;

/**
 * A message whose turn it is, with what the claim decided about it.
 *
 * @param seq its place in the order of receipt
 * @param owner the instance that claimed it
 * @param eventId the Matrix event
 * @param generation 0, and one more for each replay by an operator
 * @param roomId the room it was written in
 * @param sender who wrote it
 * @param type the event's type
 * @param raw the event as the homeserver sent it
 * @param edit the newest edit of it, or null
 * @param tries how many attempts failed that count
 * @param waits how many attempts failed that do not count
 * @param looks how many looks in a row found no trace of the turn
 * @param remedy what is due once it is certain that an unknown turn did not happen; null before
 * @param reason what the last attempt came to, or null
 * @param agentId the agent that is asked
 * @param agentName its name, or null where it has no mapping
 * @param agentUser its Matrix user, or null where it has no mapping
 * @param speaker the id of the agent whose own user wrote the message, or null
 * @param speakerName that agent's name
 * @param claimedAt when it was claimed, for asking or for a look
 * @param askedAt when it was asked, or null
 * @param endedAt when the attempt ended without a certain outcome; null of one that is asked
 * @param refusedAt when Letta last refused a connection, or null
 * @param receivedAt when it came
 * @param isDefault whether the room has no mapping, and the default agent is asked
 * @param begun when this process took it on, as System.nanoTime says
 * @param isProbe whether Letta was away before: this turn shows whether it is back
 */
record Turn(long seq, String owner, String eventId, int generation, String roomId, String sender, String type, byte[] raw, byte[] edit, int tries, int waits, int looks, String remedy, String reason,
        String agentId, String agentName, String agentUser, String speaker, String speakerName, Instant claimedAt, Instant askedAt, Instant endedAt, Instant refusedAt, Instant receivedAt, boolean isDefault, long begun, boolean isProbe) {

    /** Reads a row of claim-messages.sql or claim-looks.sql. */
    static Turn of(Map<String, Object> row) {
        return new Turn((Long) row.get("seq"), (String) row.get("owner"), (String) row.get("event_id"), (Integer) row.get("generation"), (String) row.get("room_id"), (String) row.get("sender"),
                (String) row.get("type"), (byte[]) row.get("raw"), (byte[]) row.get("edit"), (Integer) row.get("tries"), (Integer) row.get("waits"),
                row.get("looks") instanceof Integer looks ? looks : 0, (String) row.get("remedy"), (String) row.get("reason"),
                (String) row.get("agent_id"), (String) row.get("agent_name"), (String) row.get("agent_user"), (String) row.get("writer"), (String) row.get("writer_name"),
                instant(row.get("claimed_at")), instant(row.get("asked_at")), instant(row.get("ended_at")), instant(row.get("refused_at")), instant(row.get("received_at")),
                Boolean.TRUE.equals(row.get("is_default")), System.nanoTime(), Boolean.TRUE.equals(row.get("is_probe")));
    }

    /** Whether it is looked at, not asked: only a turn whose outcome is unknown has a remedy. */
    boolean isLook() {
        return remedy != null;
    }

    /** What this process knows it by. */
    String key() {
        return Long.toString(seq);
    }

    /** What the outbox keeps the answer under: the same after a crash, another after a replay. */
    String source() {
        return eventId + "/" + generation;
    }

    /** For how many milliseconds it is under way. */
    long elapsed() {
        return (System.nanoTime() - begun) / 1_000_000;
    }

    /** How the message hangs together with others; in no way if its text was redacted meanwhile. */
    Relation relation() {
        return raw == null ? new Relation(null, false) : Relation.of(raw);
    }

    private static Instant instant(Object column) {
        return column instanceof Timestamp at ? at.toInstant() : null;
    }
}
