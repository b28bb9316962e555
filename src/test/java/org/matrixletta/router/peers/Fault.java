package org.matrixletta.router.peers;

import java.time.Duration;

/**
 * What goes wrong with one request.
 *
 * @param works whether the peer does what was asked nevertheless
 * @param answer what it answers; null for what it would have answered anyway
 * @param delay how long the answer takes
 */
public record Fault(boolean works, Answer answer, Duration delay) {

    /** Answers this, and does nothing. */
    public static Fault answers(int status, String body) {
        return new Fault(false, Answer.json(status, body), Duration.ZERO);
    }

    /** Answers this, and does nothing. */
    public static Fault answers(Answer answer) {
        return new Fault(false, answer, Duration.ZERO);
    }

    /** Closes the connection, and does nothing. */
    public static Fault dropsBefore() {
        return new Fault(false, Answer.DROPPED, Duration.ZERO);
    }

    /** Does what was asked, then closes the connection. */
    public static Fault dropsAfter() {
        return new Fault(true, Answer.DROPPED, Duration.ZERO);
    }

    /** Never answers, and does nothing. */
    public static Fault hangs() {
        return new Fault(false, Answer.DROPPED, PeerServer.NEVER);
    }

    /** Does what was asked and says so late. */
    public static Fault slow(Duration delay) {
        return new Fault(true, null, delay);
    }

    /** The same, later. */
    public Fault after(Duration later) {
        return new Fault(works, answer, later);
    }
}
