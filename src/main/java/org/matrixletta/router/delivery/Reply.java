package org.matrixletta.router.delivery;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.matrixletta.router.matrix.SendOutcome.Kind;

/**
 * An event that is to be sent, as the outbox keeps it.
 *
 * @param source what it answers: event id and generation, or the key of a notice
 * @param part its place in that answer, from 1
 * @param owner the instance that claimed it
 * @param roomId the room it goes to
 * @param sender the Matrix user that posts it
 * @param agentName the name of the agent whose user that is, or null
 * @param mayJoin whether its user may join the room if it is not there
 * @param variant how often its content had to change
 * @param txnId its transaction id: the same for every attempt with this sender and content
 * @param content the event's content as JSON
 * @param tries how many attempts failed that count
 * @param steps what was done for it so far
 * @param firstTryAt when it was first tried
 * @param claimedAt when it was claimed for this attempt
 * @param begun when this process took it on, as System.nanoTime says
 * @param isProbe whether the homeserver was away before: this send shows whether it is back
 */
record Reply(String source, int part, String owner, String roomId, String sender, String agentName, boolean mayJoin, int variant, String txnId, String content, int tries, Set<Step> steps,
        Instant firstTryAt, Instant claimedAt, long begun, boolean isProbe) {

    private static final String NOTICE = "notice/";

    /** Reads a row of claim-replies.sql. */
    static Reply of(Map<String, Object> row) {
        return new Reply((String) row.get("source"), (Integer) row.get("part"), (String) row.get("owner"), (String) row.get("room_id"), (String) row.get("sender"),
                (String) row.get("agent_name"), Boolean.TRUE.equals(row.get("may_join")), (Integer) row.get("variant"), (String) row.get("txn_id"), (String) row.get("content"),
                (Integer) row.get("tries"), Step.read((String) row.get("steps")), ((Timestamp) row.get("first_try_at")).toInstant(), ((Timestamp) row.get("claimed_at")).toInstant(),
                System.nanoTime(), Boolean.TRUE.equals(row.get("is_probe")));
    }

    /** What this process knows it by, as release-orphans.sql compares it. */
    String key() {
        return source + " " + part;
    }

    /** The message that it answers or is about; null where it is about a room. */
    String eventId() {
        int start = source.startsWith(NOTICE) ? source.indexOf('/', NOTICE.length()) + 1 : 0;
        return source.startsWith("$", start) ? source.substring(start, source.lastIndexOf('/')) : null;
    }

    /** For how many milliseconds it is under way. */
    long elapsed() {
        return (System.nanoTime() - begun) / 1_000_000;
    }

    boolean has(Step step) {
        return steps.contains(step);
    }

    /** How long it is being tried. */
    Duration age() {
        return Duration.between(firstTryAt, claimedAt);
    }

    /** The steps with these as well. */
    Set<Step> stepsAnd(Step... more) {
        Set<Step> all = EnumSet.noneOf(Step.class);
        all.addAll(steps);
        all.addAll(List.of(more));
        return all;
    }

    /** The same, known not to be in the room. */
    Reply unsent() {
        Set<Step> known = EnumSet.noneOf(Step.class);
        known.addAll(steps);
        known.removeAll(Arrays.asList(Step.UNSURE, Step.RECALL, Step.EXHAUSTED));
        return new Reply(source, part, owner, roomId, sender, agentName, mayJoin, variant, txnId, content, tries, known, firstTryAt, claimedAt, begun, isProbe);
    }

    /** The step that a send which was refused like this lacks; null if there is none, or it was taken already. */
    Step lacks(Kind refusal) {
        return switch (refusal) {
            case JOIN -> !mayJoin || has(Step.JOIN) ? null : Step.JOIN;
            case REGISTER -> has(Step.REGISTER) ? null : Step.REGISTER;
            case DEVICE -> !has(Step.DEVICE) ? Step.DEVICE : !has(Step.LOGIN) ? Step.LOGIN : null;
            default -> null;
        };
    }
}
