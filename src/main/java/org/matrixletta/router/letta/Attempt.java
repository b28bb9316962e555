package org.matrixletta.router.letta;

import java.time.Duration;
import java.time.Instant;

/**
 * An attempt whose outcome is unknown. All times are of one clock, the database's.
 *
 * @param agentId the agent that was asked
 * @param otid what marks the message in its history
 * @param startedAt when it was asked
 * @param endedAt since when its outcome is unknown
 * @param now when the look begins
 * @param refusedAt when Letta last refused a connection; null if it never did
 * @param turnLimit the longest that an answer is waited for (LETTA_TURN_LIMIT)
 */
public record Attempt(String agentId, String otid, Instant startedAt, Instant endedAt, Instant now, Instant refusedAt, Duration turnLimit) {

    /** Letta's own limit of one call of a language model (letta_llm_request_timeout_seconds, at most 1,800). */
    private static final Duration LONGEST_MODEL_CALL = Duration.ofMinutes(30);
    /** Letta's dates are cut to the second, and so is the header that its clock is read from. */
    private static final Duration TOLERANCE = Duration.ofSeconds(5);

    /** Whether something of that date may belong to this attempt; what has no date may. */
    boolean mayOwn(Instant date) {
        return date == null || !date.isBefore(startedAt.minus(TOLERANCE));
    }

    /** Whether a run of that date cannot go on: Letta was down since, or it is older than any turn. */
    boolean isDead(Instant date) {
        return date != null && (wasDownAfter(date.plus(TOLERANCE)) || wasDownAfter(endedAt) && date.isBefore(endedAt.plus(TOLERANCE)) || isTooOld(date));
    }

    private boolean wasDownAfter(Instant time) {
        return refusedAt != null && time.isBefore(refusedAt);
    }

    /** Whether the attempt itself is older than any turn. */
    boolean isOver() {
        return isTooOld(startedAt);
    }

    /** A clock that is set ahead makes what goes on look old at once, but the time since its end is known to have passed. */
    private boolean isTooOld(Instant date) {
        return date.plus(turnLimit).plus(LONGEST_MODEL_CALL).plus(TOLERANCE).isBefore(now) && endedAt.plus(LONGEST_MODEL_CALL).isBefore(now);
    }

    /** The same attempt by a clock that is ahead of the database's, or behind it. */
    Attempt shifted(Duration ahead) {
        return new Attempt(agentId, otid, startedAt.plus(ahead), endedAt.plus(ahead), now.plus(ahead), refusedAt == null ? null : refusedAt.plus(ahead), turnLimit);
    }
}
