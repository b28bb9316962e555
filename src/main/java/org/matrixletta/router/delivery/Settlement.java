package org.matrixletta.router.delivery;

import java.time.Duration;
import java.util.List;
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

    public long seq() {
        return turn.seq();
    }

    public String owner() {
        return turn.owner();
    }

    public String state() {
        return state;
    }

    public String reason() {
        return reason;
    }

    public String remedy() {
        return remedy == null ? null : remedy.name();
    }

    public int tries() {
        return tries;
    }

    public int waits() {
        return waits;
    }

    public int looks() {
        return looks;
    }

    /** In milliseconds. */
    public long delay() {
        return delay.toMillis();
    }

    /** In milliseconds, or null. */
    public Long retryAfter() {
        return retryAfter == null ? null : retryAfter.toMillis();
    }

    public String sender() {
        return sender;
    }

    /** The outbox key of the answer. */
    public String source() {
        return turn.source();
    }

    public String[] answer() {
        return contents.toArray(String[]::new);
    }

    /** The outbox key of the notice, or null. */
    public String noticeSource() {
        return notice == null ? null : notice.source();
    }

    public String noticeContent() {
        return notice == null ? null : notice.content();
    }

    public Pause pause() {
        return pause;
    }

    public boolean isStale() {
        return isStale;
    }

    /** Whether the agent has shown that it is there and well. */
    public boolean lives() {
        return state.equals("answered");
    }

    /** Whether nothing more happens to the message by itself. */
    public boolean isFinal() {
        return state.equals("answered") || state.equals("dead");
    }

    /** Whether Letta is back: it was away, and this turn, or this look, reached it. */
    public boolean resumes() {
        return turn.isProbe() && hasReached && (pause == null || !pause.peer().equals(Pause.LETTA));
    }

    /** What happened, for the message's path: its new state, or that a look left the state as it was. */
    public String step() {
        return turn.isLook() && state.equals("unknown") ? "looked" : state;
    }

    /** The same in more words. */
    public String trace() {
        if (step().equals("looked")) {
            return looks > turn.looks() ? "no trace of the turn at Letta, look " + looks : "nothing is certain yet";
        }
        String parts = contents.isEmpty() ? "no text" : contents.size() == 1 ? "1 part" : contents.size() + " parts";
        return (reason == null ? parts : reason) + (turn.isLook() && isFinal() ? ", found by a look" : "");
    }
}
