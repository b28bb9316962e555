package org.matrixletta.router.letta;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.matrixletta.router.Masked;

/**
 * What became of one attempt to ask an agent, and what is done next.
 *
 * <p>The two are apart: whether a turn took place decides if the message may be asked again at all; the remedy says what follows once
 * that is certain. After {@link Certainty#UNKNOWN} the remedy counts only when a {@link Look} has found that nothing happened.
 *
 * @param certainty whether the turn took place
 * @param remedy what is done next
 * @param retryAfter how long Letta asks to wait (RFC 9110, section 10.2.3); null if it did not say
 * @param reason why, in one sentence of at most 200 characters without secrets; null for an answer
 * @param texts what the agent said to the room, in order; also of a failed turn
 * @param notices what the router itself says of the turn; only where the agent said nothing to the room
 * @param runId Letta's run; null if unknown
 */
public record Outcome(
        Certainty certainty, Remedy remedy, Duration retryAfter, String reason, List<String> texts, List<String> notices, String runId) {

    /** Whether the turn took place. */
    public enum Certainty { HAPPENED, DID_NOT_HAPPEN, UNKNOWN }

    /** What is done next. */
    public enum Remedy {
        /** Nothing: the agent has answered, if only with silence. */
        NONE,
        /** Ask again; this was no try. */
        WAIT,
        /** Ask again; this was a try. */
        TRY,
        /** Post what there is and one notice; the message becomes a dead letter. */
        GIVE_UP,
        /** The agent does not exist: mark its mapping stale. */
        GONE,
        /** Somebody has to approve a tool call in Letta: one notice, and wait. */
        APPROVAL,
        /** The agent's model refuses: pause this agent. */
        PAUSE_AGENT,
        /** Letta cannot be used as it is set up, or is down: pause all of it. */
        PAUSE_LETTA
    }


    /** Letta 0.16.8, schemas/letta_stop_reason.py: the stop reasons of a completed run. Whatever is not known here counts as failed. */
    private static final Set<String> COMPLETED = Set.of("end_turn", "max_steps", "tool_rule");
    private static final String REQUIRES_APPROVAL = "requires_approval";
    private static final Pattern STOP_REASON = Pattern.compile("[a-z_]{1,60}");

    /** The one place where a reason is made fit to be stored and shown. */
    public Outcome {
        reason = reason == null ? null : Masked.of(reason);
        texts = List.copyOf(texts);
        notices = List.copyOf(notices);
    }

    /** A turn that took place and ended with this stop reason. */
    static Outcome ended(String stopReason, Said said, String runId) {
        if (COMPLETED.contains(stopReason)) {
            return happened(Remedy.NONE, null, said, runId);
        }
        if (REQUIRES_APPROVAL.equals(stopReason)) {
            return happened(Remedy.APPROVAL, "The agent waits for an approval in Letta; approve or deny its tool call there.", said, runId);
        }
        String word = STOP_REASON.matcher(stopReason).matches() ? stopReason : "a stop reason that this router does not know";
        return happened(Remedy.GIVE_UP, "Letta ended the turn with " + word + "; look at the agent's last run in Letta.", said, runId);
    }

    /** Whether a run that ended with this stop reason has failed; null is none. */
    static boolean isFailure(String stopReason) {
        return stopReason != null && !COMPLETED.contains(stopReason) && !REQUIRES_APPROVAL.equals(stopReason);
    }

    static Outcome happened(Remedy remedy, String reason, Said said, String runId) {
        return new Outcome(Certainty.HAPPENED, remedy, null, reason, said.texts(), said.notices(), runId);
    }

    static Outcome didNotHappen(Remedy remedy, Duration retryAfter, String reason) {
        return new Outcome(Certainty.DID_NOT_HAPPEN, remedy, retryAfter, reason, List.of(), List.of(), null);
    }

    static Outcome unknown(Remedy remedy, Duration retryAfter, String reason) {
        return new Outcome(Certainty.UNKNOWN, remedy, retryAfter, reason, List.of(), List.of(), null);
    }
}
