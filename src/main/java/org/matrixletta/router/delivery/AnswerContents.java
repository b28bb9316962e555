package org.matrixletta.router.delivery;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.delivery.Settlement.Notice;
import org.matrixletta.router.letta.Outcome;
import org.matrixletta.router.matrix.Relation;
import org.matrixletta.router.matrix.ReplyContents;
import org.matrixletta.router.matrix.ReplyContext;
import org.springframework.stereotype.Component;

/** Writes what a room reads of a turn: the agent's words, and what the router itself has to say about the message. */
@Component
final class AnswerContents {

    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);
    /** Characters of an event id by which an operator finds it; one in 2^48. */
    private static final int REFERENCE = 8;

    private final Settings settings;

    AnswerContents(Settings settings) {
        this.settings = settings;
    }

    /** Who posts: the agent's own user; where it is not ours to speak as, the bot. */
    String sender(Turn turn) {
        return turn.agentUser() != null && settings.isOurUser(turn.agentUser()) ? turn.agentUser() : settings.botUser();
    }

    /** What the agent said, or that it said nothing. */
    List<String> said(Turn turn, Outcome outcome) {
        List<String> contents = contents(turn, outcome);
        if (contents.isEmpty() && settings.silentTurnNotice()) {
            contents.addAll(ReplyContents.of("The agent has read this message and says nothing to it.", notice(turn, turn.source(), 1)));
        }
        return contents;
    }

    /** What the agent said before it failed, and that it failed. */
    List<String> failed(Turn turn, Outcome outcome) {
        List<String> contents = outcome == null ? new ArrayList<>() : contents(turn, outcome);
        contents.addAll(ReplyContents.of("The agent could not answer this message; the operator finds the reason under " + reference(turn) + ".", notice(turn, turn.source(), contents.size() + 1)));
        return contents;
    }

    /** That somebody has to approve a tool call. */
    Notice approval(Turn turn) {
        String source = "notice/approval/" + turn.source();
        return new Notice(source, ReplyContents.of("The agent waits for an approval in Letta.", notice(turn, source, 1)).get(0));
    }

    /** That the agent is gone, once a day. */
    Notice missing(Turn turn) {
        String source = "notice/stale/" + turn.roomId() + "/" + LocalDate.now(ZoneOffset.UTC);
        return new Notice(source, ReplyContents.of("The agent of this room does not exist any more; the operator has to give the room another one.", notice(turn, source, 1)).get(0));
    }

    private List<String> contents(Turn turn, Outcome outcome) {
        ReplyContext context = answer(turn);
        List<String> contents = new ArrayList<>();
        for (String text : outcome.texts()) {
            ReplyContext next = context.from(contents.size() + 1);
            contents.addAll(ReplyContents.of(text, contents.isEmpty() && settings.mentionAsker() ? next.mentioning(turn.sender()) : next));
        }
        for (String text : outcome.notices()) {
            contents.addAll(ReplyContents.of(text, context.from(contents.size() + 1).asNotice()));
        }
        return contents;
    }

    private ReplyContext answer(Turn turn) {
        Relation relation = turn.relation();
        ReplyContext context = new ReplyContext(turn.source(), 1, turn.eventId(), relation.threadRoot(), relation.isReply(), null, null, false);
        if (turn.receivedAt().isBefore(Instant.now().minus(settings.lateAfter()))) {
            context = context.marked("(late answer to a message of " + MINUTE.format(turn.receivedAt()) + ")");
        }
        boolean speaksItself = sender(turn).equals(turn.agentUser());
        return speaksItself || turn.agentName() == null ? context : context.marked(turn.agentName() + ":");
    }

    /** A reply, so that it is clear which message is meant. */
    private static ReplyContext notice(Turn turn, String source, int part) {
        return new ReplyContext(source, part, turn.eventId(), turn.relation().threadRoot(), true, null, null, true);
    }

    /** The beginning of the event id, without the sigil, which a shell would take for its own. */
    private static String reference(Turn turn) {
        String id = turn.eventId().startsWith("$") ? turn.eventId().substring(1) : turn.eventId();
        return Printable.line(id.substring(0, Math.min(REFERENCE, id.length())));
    }
}
