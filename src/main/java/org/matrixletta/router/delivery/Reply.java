package org.matrixletta.router.delivery;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;

/**
 * An event that is to be sent, as the outbox keeps it.
 *
 * @param source what it answers: event id and generation, or the key of a notice
 * @param part its place in that answer, from 1
 * @param owner the instance that claimed it
 * @param roomId the room it goes to
 * @param sender the Matrix user that posts it
 * @param agentName the name of the agent whose user that is, or null
 * @param variant how often its content had to change
 * @param txnId its transaction id: the same for every attempt with this sender and content
 * @param content the event's content as JSON
 * @param tries how many attempts there were, this one included
 * @param steps what was done already so that it can be sent, separated by blanks
 * @param firstTryAt when it was first tried
 * @param isProbe whether the homeserver was away before: this send shows whether it is back
 */
public record Reply(String source, int part, String owner, String roomId, String sender, String agentName, int variant, String txnId, String content, int tries, String steps,
        Instant firstTryAt, boolean isProbe) {

    /** Reads a row of claim-replies.sql. */
    static Reply of(Map<String, Object> row) {
        return new Reply((String) row.get("source"), (Integer) row.get("part"), (String) row.get("owner"), (String) row.get("room_id"), (String) row.get("sender"),
                (String) row.get("agent_name"), (Integer) row.get("variant"), (String) row.get("txn_id"), (String) row.get("content"), (Integer) row.get("tries"),
                (String) row.get("steps"), ((Timestamp) row.get("first_try_at")).toInstant(), Boolean.TRUE.equals(row.get("is_probe")));
    }

    /** Whether this step was done already. */
    boolean hasDone(String step) {
        return Arrays.asList(steps.split(" ")).contains(step);
    }
}
