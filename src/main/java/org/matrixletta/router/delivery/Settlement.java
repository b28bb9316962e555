package org.matrixletta.router.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.matrixletta.router.letta.Outcome.Remedy;

/** What is written about a turn: the new state of its message, and what is posted with it in the same commit. */
final class Settlement {

    /**
     * What the router says, once.
     *
     * @param source the outbox key
     * @param content the event's content as JSON
     */
    record Notice(String source, String content) {
    }

    private final Turn turn;
    private final String state;
    private final String reason;
    private Remedy remedy;
    private int tries;
    private int waits;
    private int looks;
    private Duration delay = Duration.ZERO;
    private Duration retryAfter;
    private String sender;
    private List<String> contents = List.of();
    private Notice notice;
    private Pause pause;
    private boolean isStale;
    private boolean hasReached;

    /**
     * A settlement without anything to post; the counts stay.
     *
     * @param state the state of the message from now on
     * @param reason why, or null
     */
    Settlement(Turn turn, String state, String reason) {
        this.turn = turn;
        this.state = state;
        this.reason = reason;
        this.tries = turn.tries();
        this.waits = turn.waits();
    }

    /** What is due once it is certain that the turn did not happen, and how many looks in a row found nothing of it. */
    Settlement after(Remedy due, int looksSoFar) {
        remedy = due;
        looks = looksSoFar;
        return this;
    }

    /** How many attempts count by now, and how many do not. */
    Settlement counting(int counted, int uncounted) {
        tries = counted;
        waits = uncounted;
        return this;
    }

    /** When the message is due again. */
    Settlement in(Duration wait) {
        delay = wait;
        return this;
    }

    /** How long Letta asked not to be asked again; null: it did not. */
    Settlement notBefore(Duration told) {
        retryAfter = told;
        return this;
    }

    /** The contents of the answer's events, in order, and who posts them. */
    Settlement posting(String user, List<String> events) {
        sender = user;
        contents = events;
        return this;
    }

    /** What the router says beside, or null. */
    Settlement noticing(String user, Notice said) {
        sender = user;
        notice = said;
        return this;
    }

    /** Whom nothing is sent to for a while, or null. */
    Settlement pausing(Pause whom) {
        pause = whom;
        return this;
    }

    /** The mapping's agent is gone. */
    Settlement marking() {
        isStale = true;
        return this;
    }

    /** Whether Letta itself has answered. */
    Settlement reaching(boolean answered) {
        hasReached = answered;
        return this;
    }

    Turn turn() {
        return turn;
    }

    /** The values of settle-turn.sql; times in milliseconds. */
    Map<String, Object> values() {
        Map<String, Object> values = new HashMap<>();
        values.put("seq", turn.seq());
        values.put("owner", turn.owner());
        values.put("state", state);
        values.put("reason", reason);
        values.put("remedy", remedy == null ? null : remedy.name());
        values.put("tries", tries);
        values.put("waits", waits);
        values.put("looks", looks);
        values.put("delay", delay.toMillis());
        values.put("retryAfter", retryAfter == null ? null : retryAfter.toMillis());
        values.put("isFinal", isFinal());
        values.put("sender", sender);
        values.put("source", turn.source());
        values.put("answer", contents.toArray(String[]::new));
        values.put("noticeSource", notice == null ? null : notice.source());
        values.put("noticeContent", notice == null ? null : notice.content());
        // The agent has shown that it is there and well.
        values.put("lives", state.equals("answered"));
        values.put("isStale", isStale);
        values.put("step", step());
        values.put("trace", trace());
        return values;
    }

    String state() {
        return state;
    }

    String reason() {
        return reason;
    }

    boolean isStale() {
        return isStale;
    }

    public Pause pause() {
        return pause;
    }

    private boolean isFinal() {
        return state.equals("answered") || state.equals("dead");
    }

    /** Whether Letta is back: it was away, and this turn, or this look, reached it. */
    boolean resumes() {
        return turn.isProbe() && hasReached && (pause == null || !pause.peer().equals(Pause.LETTA));
    }

    /** What happened, for the message's path: its new state, or that a look left the state as it was. */
    private String step() {
        return turn.isLook() && state.equals("unknown") ? "looked" : state;
    }

    /** The same in more words. */
    String trace() {
        if (step().equals("looked")) {
            return looks > turn.looks() ? "no trace of the turn at Letta, look " + looks : "nothing is certain yet";
        }
        String parts = contents.isEmpty() ? "no text" : contents.size() == 1 ? "1 part" : contents.size() + " parts";
        return (reason == null ? parts : reason) + (turn.isLook() && isFinal() ? ", found by a look" : "");
    }
}
