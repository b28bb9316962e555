package org.matrixletta.router.letta;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * An agent's newest messages, read page by page until the message of an attempt is found, or is certain not to be there (GET
 * /v1/agents/{agent_id}/messages of Letta 0.16.8, services/message_manager.py).
 *
 * <p>A page says little about itself: it is listed oldest first although the newest were asked for, it is longer or shorter than its
 * limit because one stored message becomes several or none, and its dates are cut to the second. So the history ends with an empty
 * page, and is read back until a whole page is older than the attempt.
 */
final class History {

    /** What a page led to. */
    enum Progress { READ_ON, COMPLETE, UNREADABLE }

    /** More pages than an agent can fill during one attempt: a list that never ends must not be read for ever. */
    private static final int PAGES = 1_000;

    private final Attempt attempt;
    private final List<Message> messages = new ArrayList<>();
    private final Set<String> cursors = new HashSet<>();
    private String before;
    private List<Message> turn = List.of();

    History(Attempt attempt) {
        this.attempt = attempt;
    }

    /** The id of the message before which the next page ends; null for the newest page. */
    String before() {
        return before;
    }

    /** Takes the body of the page that was asked for with {@link #before}. */
    Progress add(byte[] body) {
        List<Message> page = LettaJson.whole(body, json -> LettaJson.list(json, MessageReader::read));
        if (page == null) {
            return Progress.UNREADABLE;
        }
        if (page.isEmpty()) {
            return Progress.COMPLETE;
        }
        if (isNewestFirst(page)) {
            Collections.reverse(page);
        }
        messages.addAll(0, page);
        findTurn(page.size());
        if (isListed() || page.stream().noneMatch(message -> attempt.mayOwn(message.date()))) {
            return Progress.COMPLETE;
        }
        before = page.get(0).id();
        return LettaPath.isId(before) && cursors.add(before) && cursors.size() < PAGES ? Progress.READ_ON : Progress.UNREADABLE;
    }

    /** Whether the message of the attempt is there. */
    boolean isListed() {
        return !turn.isEmpty();
    }

    /** The run that the turn ended with, or goes on with; null if Letta names none. */
    String lastRunId() {
        return turn.stream().map(Message::runId).filter(Objects::nonNull).reduce((first, last) -> last).orElse(null);
    }

    /** Whether the last that is listed of the turn is an answer: a step that goes on ends with a tool's return. */
    boolean endsWithAnAnswer() {
        return isListed() && turn.get(turn.size() - 1).isAnswer();
    }

    /** What the turn said. */
    Said said() {
        return Said.of(turn);
    }

    /** Only a page whose dates never rise is taken for one: a clock that was set back must not turn the order round. */
    private static boolean isNewestFirst(List<Message> page) {
        List<Instant> dates = page.stream().map(Message::date).filter(Objects::nonNull).toList();
        boolean falls = false;
        for (int i = 1; i < dates.size(); i++) {
            if (dates.get(i).isAfter(dates.get(i - 1))) {
                return false;
            }
            falls |= dates.get(i).isBefore(dates.get(i - 1));
        }
        return falls;
    }

    private void findTurn(int newMessages) {
        for (int i = newMessages - 1; i >= 0; i--) {
            if (messages.get(i).isQuestion() && attempt.otid().equals(messages.get(i).otid())) {
                turn = turnFrom(messages.subList(i, messages.size()));
                return;
            }
        }
    }

    /**
     * The messages of the turn that the first one began: those of its run and, after a tool call that waited for a person, those of the
     * run that the approval began. Without runs, all before the next question; with them a question ends nothing, for requests of
     * others can lie in between, and a summary of the conversation is listed as a question, too.
     */
    private static List<Message> turnFrom(List<Message> following) {
        Message question = following.get(0);
        if (question.runId() == null) {
            return following.stream().takeWhile(message -> message == question || !message.isQuestion()).toList();
        }
        Set<String> runs = new HashSet<>(List.of(question.runId()));
        List<Message> turn = new ArrayList<>();
        boolean waits = false;
        for (Message message : following) {
            if (waits && message.isApproval() && message.runId() != null) {
                runs.add(message.runId());
            }
            if (runs.contains(message.runId())) {
                turn.add(message);
                waits = message.asksForApproval() || waits && !message.isApproval();
            } else if (message.isQuestion()) {
                waits = false; // Letta takes no other question while one waits for an approval
            }
        }
        return turn;
    }
}
