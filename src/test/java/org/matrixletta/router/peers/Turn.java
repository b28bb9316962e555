package org.matrixletta.router.peers;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How one turn of an agent goes, as a real Letta V1 was seen to let it go.
 *
 * @param texts what the agent says, in order
 * @param stopReason why the turn ended (Letta source, schemas/letta_stop_reason.py)
 * @param leaves what it leaves behind
 * @param answer what is answered instead of the turn's result; null for the result
 * @param delay how long the turn takes
 * @param hasty whether the answer does not wait for the turn
 */
public record Turn(List<String> texts, String stopReason, Leaves leaves, Answer answer, Duration delay, boolean hasty) {

    private static final Map<Integer, String> ERROR_TYPES = Map.of(400, "llm_bad_request", 401, "llm_authentication", 402, "llm_insufficient_credits",
            429, "llm_rate_limit", 504, "llm_timeout");

    /** What a turn leaves behind. */
    enum Leaves { NOTHING, RUN, MESSAGES }

    /** The agent says these texts; none is a silent turn. */
    public static Turn says(String... texts) {
        return new Turn(List.of(texts), "end_turn", Leaves.MESSAGES, null, Duration.ZERO, false);
    }

    /** The model fails in the turn's first step: a failed run, and no message. */
    public static Turn fails(int status) {
        return new Turn(List.of(), "error", Leaves.RUN, modelError(status), Duration.ZERO, false);
    }

    /** The turn does not begin: a wrong setting, a busy agent, a proxy's page; {@link Answer#DROPPED} is a reset before it. */
    public static Turn refused(Answer answer) {
        return new Turn(List.of(), "error", Leaves.NOTHING, answer, Duration.ZERO, false);
    }


    /** The same, taking this long. */
    public Turn after(Duration time) {
        return new Turn(texts, stopReason, leaves, answer, time, hasty);
    }

    /** The same, going on until the agent is released, or for ever. */
    public Turn held() {
        return after(PeerServer.NEVER);
    }

    /** The same with another stop reason, such as {@code max_steps} or {@code requires_approval}. */
    public Turn stops(String reason) {
        return new Turn(texts, reason, leaves, answer, delay, hasty);
    }

    /** The same, but the model fails in a later step: an error is answered, yet what was said before is stored. */
    public Turn thenFails(int status) {
        return new Turn(texts, "error", leaves, modelError(status), delay, hasty);
    }

    /** The same, but the answer is lost: the connection is closed when the turn has ended. */
    public Turn unanswered() {
        return new Turn(texts, stopReason, leaves, Answer.DROPPED, delay, false);
    }

    /** The same, but the connection is closed at once, while the turn goes on. */
    public Turn cutOff() {
        return new Turn(texts, stopReason, leaves, Answer.DROPPED, delay, true);
    }

    /** The same, but this is answered for it. */
    public Turn answering(Answer other) {
        return new Turn(texts, stopReason, leaves, other, delay, false);
    }

    private static Answer modelError(int status) {
        String type = ERROR_TYPES.getOrDefault(status, "llm_error");
        return Answer.json(status, "{\"error\":{\"type\":\"" + type + "\",\"message\":\"An error occurred with the LLM request.\",\"detail\":\"the model said " + status + "\"}}");
    }
}
