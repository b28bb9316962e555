package org.matrixletta.router.letta;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongSupplier;
import org.matrixletta.router.letta.Outcome.Remedy;

/**
 * One look at what became of an attempt: says what to GET, takes the answers, and ends with what it has {@link #seen}.
 *
 * <p>The order is what makes it safe. Letta stores a step's messages before it ends the run, so the open runs are read before the
 * messages: a run that has ended between the two has left its messages. For the same reason the messages are read once more when
 * their run turns out to have ended, for the first reading may hold only some of them.
 *
 * <p>Dates are compared by Letta's clock, which the header Date (RFC 9110, section 6.6.1) tells: two clocks apart would make a running
 * turn look like another's.
 */
public final class Look {

    /** Approvals can follow each other; one that always has a successor is left to the next look. */
    private static final int RUNS = 5;

    private final LongSupplier nanoTime;
    private final long begunAt;
    private Attempt attempt;
    private History history;
    private boolean readsRun;
    private boolean runIsOpen;
    private Run ended;
    private int runsRead;
    private Seen seen;

    /** @param nanoTime tells how long the first answer took, whatever is done to the clock meanwhile */
    public Look(Attempt attempt, LongSupplier nanoTime) {
        this.attempt = attempt;
        this.nanoTime = nanoTime;
        this.begunAt = nanoTime.getAsLong();
    }

    /** What to GET next; null when the look has ended. */
    public LettaPath next() {
        if (seen != null) {
            return null;
        }
        if (history == null) {
            return LettaPath.openRuns(attempt.agentId());
        }
        return readsRun ? LettaPath.run(history.lastRunId()) : LettaPath.history(attempt.agentId(), history.before());
    }

    /** What this look has seen; null as long as there is something to GET. */
    public Seen seen() {
        return seen;
    }

    /**
     * Takes the answer to what {@link #next} named; anything but a 2xx ends the look without a conclusion.
     *
     * @param status the HTTP status
     * @param date the header Date; null if there is none
     * @param body the body; null if there is none
     */
    public void answered(int status, String date, byte[] body) {
        if (status == 404 && LettaError.read(body == null ? new byte[0] : body).isAbsenceOf(attempt.agentId())) {
            seen = new Seen.Gone();
        } else if (status / 100 != 2) {
            again("Letta answered " + status + " when it was asked what became of the message.");
        } else if (body == null || body.length > LettaAnswer.LONGEST_BODY) {
            again("What Letta says of the message is missing, or longer than 16 MiB.");
        } else if (history == null) {
            readOpenRuns(LettaAnswer.httpDate(date), body);
        } else if (readsRun) {
            readRun(body);
        } else {
            readMessages(body);
        }
    }

    /** Ends the look without a conclusion, for there was no answer. */
    public void failed() {
        again("Letta did not answer when it was asked what became of the message.");
    }

    private void readOpenRuns(Instant lettasNow, byte[] body) {
        if (lettasNow != null) {
            Duration elapsed = Duration.ofNanos(nanoTime.getAsLong() - begunAt);
            attempt = attempt.shifted(Duration.between(attempt.now().plus(elapsed), lettasNow));
        }
        List<Run> runs = Run.readList(body);
        if (runs == null) {
            again("Letta's list of runs could not be read.");
            return;
        }
        runIsOpen = runs.stream().anyMatch(run -> run.mayBelongTo(attempt));
        history = new History(attempt);
    }

    private void readMessages(byte[] body) {
        switch (history.add(body)) {
            case READ_ON -> { }
            case UNREADABLE -> again("Letta's list of messages could not be read.");
            case COMPLETE -> judgeMessages();
        }
    }

    private void judgeMessages() {
        String runId = history.lastRunId();
        if (!history.isListed()) {
            judgeAbsence();
        } else if (runId == null) {
            judgeWithoutRun();
        } else if (ended != null && runId.equals(ended.id())) {
            settle(Outcome.ended(ended.ending(), history.said(), runId));
        } else if (!LettaPath.isId(runId) || ++runsRead > RUNS) {
            again("The run of the message could not be followed.");
        } else {
            readsRun = true;
        }
    }

    private void judgeAbsence() {
        if (ended != null) {
            again("The message was listed, and then no longer.");
        } else if (runIsOpen) {
            again("The agent has a run that has not ended.");
        } else {
            seen = new Seen.Empty();
        }
    }

    /** Letta can be set not to track runs; then only the messages tell whether a turn goes on. */
    private void judgeWithoutRun() {
        if (history.endsWithAnAnswer() || attempt.isOver()) {
            settle(Outcome.ended("end_turn", history.said(), null));
        } else {
            again("The turn has not ended.");
        }
    }

    private void readRun(byte[] body) {
        Run run = Run.read(body);
        String runId = history.lastRunId();
        if (run == null || !runId.equals(run.id())) {
            again("The run of the message could not be read.");
        } else if (!run.isOpen()) {
            ended = run;
            readsRun = false;
            history = new History(attempt);
        } else if (attempt.isDead(run.createdAt())) {
            settle(Outcome.happened(Remedy.GIVE_UP, "Letta went down during the turn; look at the agent's last run in Letta.", history.said(), runId));
        } else {
            again("The turn has not ended.");
        }
    }

    private void settle(Outcome outcome) {
        seen = new Seen.Settled(outcome);
    }

    private void again(String reason) {
        seen = new Seen.Again(reason);
    }
}
