package org.matrixletta.router.delivery;

import org.springframework.stereotype.Component;

/** What this process works on, for release-orphans.sql: whatever else is marked as its own was left behind. */
@Component("orphans")
class Orphans {

    private final Instance instance;
    private final Turns turns;
    private final Replies replies;

    Orphans(Instance instance, Turns turns, Replies replies) {
        this.instance = instance;
        this.turns = turns;
        this.replies = replies;
    }

    /** What is under way now. */
    public UnderWayNow find() {
        return new UnderWayNow(instance.id(), turns.underWay(), replies.underWay());
    }

    /**
     * What is under way.
     *
     * @param owner this instance
     * @param turns the messages, by seq
     * @param replies the events to be sent, by source and part
     */
    public record UnderWayNow(String owner, String[] turns, String[] replies) {
    }
}
