package org.matrixletta.router.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import org.matrixletta.router.Printable;

/**
 * What the events of an answer say besides its text.
 *
 * @param source the outbox source, by which our own events are known again
 * @param firstPart the number of the first event; the others count on
 * @param question the event that is answered; null if nothing is, as in a notice about a room
 * @param threadRoot the root of the thread that the question stands in; null if it stands in none
 * @param isReply whether the question is itself a reply, so that the answer is one as well
 * @param mention the user whom the first event mentions; null for nobody
 * @param mark a line above the text of every event, such as the agent's name where the bot speaks for it; null for none. It is never
 *     read as Markdown, and cut to 100 characters on one line
 * @param isNotice whether the router itself speaks: m.notice, without Markdown
 */
public record ReplyContext(String source, int firstPart, String question, String threadRoot, boolean isReply, String mention, String mark,
        boolean isNotice) {

    static final String SOURCE = "org.matrixletta.source";
    static final String MARK = "org.matrixletta.mark";

    private static final int MARK_LENGTH = 100;

    /** Cuts the mark. */
    public ReplyContext {
        mark = mark == null ? null : Printable.line(mark, MARK_LENGTH);
    }

    /** An answer outside of threads, to nobody in particular. */
    public static ReplyContext of(String source, int firstPart, String question) {
        return new ReplyContext(source, firstPart, question, null, false, null, null, false);
    }

    /** The context that an event's content was made in. */
    static ReplyContext of(JsonNode content) {
        JsonNode relation = content.path("m.relates_to");
        String question = relation.at("/m.in_reply_to/event_id").textValue();
        String root = relation.path("event_id").textValue();
        return new ReplyContext(content.path(SOURCE).path("source").textValue(), content.path(SOURCE).path("part").intValue(), question, root,
                question != null && root == null, content.at("/m.mentions/user_ids/0").textValue(), content.path(MARK).textValue(),
                content.path("msgtype").asText().equals("m.notice"));
    }

    /** The same, but the parts count from here. */
    public ReplyContext from(int part) {
        return new ReplyContext(source, part, question, threadRoot, isReply, mention, mark, isNotice);
    }

    /** The same in the question's thread; null for none. */
    public ReplyContext inThread(String root) {
        return new ReplyContext(source, firstPart, question, root, isReply, mention, mark, isNotice);
    }

    /** The same as a reply to the question. */
    public ReplyContext asReply() {
        return new ReplyContext(source, firstPart, question, threadRoot, true, mention, mark, isNotice);
    }

    /** The same without any relation, for a homeserver that does not know the related event. */
    public ReplyContext unrelated() {
        return new ReplyContext(source, firstPart, question, null, false, mention, mark, isNotice);
    }

    /** The same, mentioning this user. */
    public ReplyContext mentioning(String user) {
        return new ReplyContext(source, firstPart, question, threadRoot, isReply, user, mark, isNotice);
    }

    /** The same with this mark, before the one that may be there. */
    public ReplyContext marked(String with) {
        return new ReplyContext(source, firstPart, question, threadRoot, isReply, mention, mark == null ? with : with + " " + mark, isNotice);
    }

    /** The same as words of the router itself. */
    public ReplyContext asNotice() {
        return new ReplyContext(source, firstPart, question, threadRoot, isReply, mention, mark, true);
    }
}
