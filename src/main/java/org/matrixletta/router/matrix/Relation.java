package org.matrixletta.router.matrix;

/**
 * How a message hangs together with others, so that its answer can do the same (Matrix Client-Server API, "Threading", "Rich replies").
 *
 * @param threadRoot the first event of the thread that the message is in, or null
 * @param isReply whether it answers another event, other than by the stand-in that clients without threads are given
 */
public record Relation(String threadRoot, boolean isReply) {

    /**
     * Reads the relation of a message; an edit has none, what it replaces has.
     *
     * @param raw the bytes of the event's JSON
     */
    public static Relation of(byte[] raw) {
        JsonSlice relation = JsonSlice.of(raw).at("content").at("m.relates_to");
        boolean isThread = relation.at("rel_type").isText("m.thread");
        return new Relation(isThread ? relation.at("event_id").text() : null,
                relation.at("m.in_reply_to").at("event_id").isText() && !(isThread && relation.at("is_falling_back").isTrue()));
    }
}
