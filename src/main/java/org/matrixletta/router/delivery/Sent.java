package org.matrixletta.router.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is written about an event after an attempt to send it.
 *
 * @param reply the event
 * @param state its state from now on
 * @param reason why, or null
 * @param eventId the id that the homeserver gave it, or null
 * @param dueIn after how long it is due again
 * @param tries how many attempts failed by now that count
 * @param allSteps what was done for it by now
 * @param sender who posts it from now on
 * @param part its part number from now on
 * @param variant one more than before if the content had to change
 * @param contents its content from now on; more than one where it had to be split
 * @param pause whom to send nothing for a while, or null
 */
record Sent(Reply reply, String state, String reason, String eventId, Duration dueIn, int tries, Set<Step> allSteps, String sender, int part, int variant, List<String> contents, Pause pause) {

    /** It is in the room. */
    static Sent posted(Reply reply, String eventId) {
        return unchanged(reply, "sent", null, eventId);
    }

    /** It will never be in the room by itself. */
    static Sent dead(Reply reply, String reason) {
        return unchanged(reply, "dead", reason, null);
    }

    /** It is tried again as it is. */
    static Sent again(Reply reply, String reason) {
        return unchanged(reply, "waiting", reason, null);
    }

    /** It is tried anew by this user, with these contents, the first of which has this part number. */
    static Sent changed(Reply reply, String reason, String sender, int part, List<String> contents) {
        return new Sent(reply, "waiting", reason, null, Duration.ZERO, reply.tries(), Set.of(), sender, part, reply.variant() + 1, contents, null);
    }

    private static Sent unchanged(Reply reply, String state, String reason, String eventId) {
        return new Sent(reply, state, reason, eventId, Duration.ZERO, reply.tries(), reply.steps(), reply.sender(), reply.part(), reply.variant(), List.of(reply.content()), null);
    }

    Sent after(Duration delay) {
        return new Sent(reply, state, reason, eventId, delay, tries, allSteps, sender, part, variant, contents, pause);
    }

    Sent counting(int counted) {
        return new Sent(reply, state, reason, eventId, dueIn, counted, allSteps, sender, part, variant, contents, pause);
    }

    Sent knowing(Step... more) {
        return new Sent(reply, state, reason, eventId, dueIn, tries, reply.stepsAnd(more), sender, part, variant, contents, pause);
    }

    Sent pausing(Pause whom) {
        return new Sent(reply, state, reason, eventId, dueIn, tries, allSteps, sender, part, variant, contents, whom);
    }

    /** The values of settle-reply.sql; times in milliseconds. */
    Map<String, Object> values() {
        Map<String, Object> values = new HashMap<>();
        values.put("source", reply.source());
        values.put("claimedPart", reply.part());
        values.put("owner", reply.owner());
        values.put("state", state);
        values.put("reason", reason);
        values.put("eventId", eventId);
        values.put("delay", dueIn.toMillis());
        values.put("tries", tries);
        values.put("steps", Step.names(allSteps));
        values.put("sender", sender);
        values.put("part", part);
        values.put("variant", variant);
        values.put("content", contents.get(0));
        // What it was split into; the part numbers follow its own.
        values.put("more", contents.subList(1, contents.size()).toArray(String[]::new));
        return values;
    }

    /** Whether the homeserver is back, if it has answered: it was away before. */
    boolean resumes() {
        return reply.isProbe() && pause == null;
    }
}
