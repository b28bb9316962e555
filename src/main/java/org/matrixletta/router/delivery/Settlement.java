package org.matrixletta.router.delivery;

import java.util.List;

/**
 * What is written about a turn: the new state of its message, and what is posted with it in the same commit.
 *
 * @param turn the turn
 * @param state the state of its message from now on
 * @param reason why, or null
 * @param remedy what is due once it is certain that an unknown turn did not happen, or null
 * @param tries how many attempts count by now
 * @param waits how many do not
 * @param looks how many looks in a row found nothing
 * @param delay after how many milliseconds the message is due again
 * @param sender who posts the answer
 * @param contents the contents of the answer's events, in order
 * @param notice what the router itself says about the message, or null
 * @param pause whom to send nothing for a while, or null
 */
record Settlement(Turn turn, String state, String reason, String remedy, int tries, int waits, int looks, long delay, String sender, List<String> contents, Notice notice, Pause pause) {

    /**
     * What the router says about one message, once.
     *
     * @param kind why, as a part of the outbox key
     * @param text what it says
     */
    record Notice(String kind, String text) {
    }

    public long seq() {
        return turn.seq();
    }

    public String owner() {
        return turn.owner();
    }

    /** The outbox key of the answer. */
    public String source() {
        return turn.source();
    }

    /** The outbox key of the notice, or null. */
    public String noticeSource() {
        return notice == null ? null : "notice/" + notice.kind() + "/" + turn.source();
    }

    public String noticeText() {
        return notice == null ? null : notice.text();
    }

    public String[] answer() {
        return contents.toArray(String[]::new);
    }

    /** Whether nothing more happens to the message by itself. */
    public boolean isFinal() {
        return state.equals("answered") || state.equals("dead");
    }

    /** Whether Letta is back: it was away, and this turn reached it. */
    public boolean resumes() {
        return turn.isProbe() && pause == null;
    }

    /** For the message's path. */
    public String trace() {
        return reason == null ? contents.size() + " parts" : reason;
    }
}
