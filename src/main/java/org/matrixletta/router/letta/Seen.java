package org.matrixletta.router.letta;

/** What a {@link Look} has seen. */
public sealed interface Seen {

    /**
     * The turn took place.
     *
     * @param outcome with the certainty HAPPENED
     */
    record Settled(Outcome outcome) implements Seen {
    }

    /**
     * Nothing can be said yet.
     *
     * @param reason why, in one sentence
     */
    record Again(String reason) implements Seen {
    }

    /** Letta has no such agent any more; what became of the message cannot be found out. */
    record Gone() implements Seen {
    }

    /** Neither the message nor a run that could be its own; two such looks, far enough apart, say that the turn did not take place. */
    record Empty() implements Seen {
    }
}
