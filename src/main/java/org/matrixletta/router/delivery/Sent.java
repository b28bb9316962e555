package org.matrixletta.router.delivery;

import java.util.List;

/**
 * What is written about an event after an attempt to send it.
 *
 * @param reply the event
 * @param state its state from now on
 * @param reason why, or null
 * @param eventId the id that the homeserver gave it, or null
 * @param delay after how many milliseconds it is due again
 * @param steps what was done so far so that it can be sent
 * @param sender who posts it from now on
 * @param part its part number from now on
 * @param variant one more than before if the content had to change
 * @param contents its content from now on; more than one where it had to be split
 * @param pause whom to send nothing for a while, or null
 */
record Sent(Reply reply, String state, String reason, String eventId, long delay, String steps, String sender, int part, int variant, List<String> contents, Pause pause) {

    public String source() {
        return reply.source();
    }

    /** The part number that it was claimed under. */
    public int claimedPart() {
        return reply.part();
    }

    public String owner() {
        return reply.owner();
    }

    public String content() {
        return contents.get(0);
    }

    /** The further events that it was split into; their part numbers follow its own. */
    public String[] more() {
        return contents.subList(1, contents.size()).toArray(String[]::new);
    }

    /** Whether the homeserver is back: it was away, and this send reached it. */
    public boolean resumes() {
        return reply.isProbe() && pause == null;
    }
}
