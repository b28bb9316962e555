package org.matrixletta.router.delivery;

import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.letta.Look;
import org.matrixletta.router.letta.Outcome;
import org.matrixletta.router.letta.Outcome.Remedy;
import org.matrixletta.router.letta.Seen;
import org.matrixletta.router.matrix.Relation;
import org.matrixletta.router.matrix.ReplyContents;
import org.matrixletta.router.matrix.ReplyContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Decides what becomes of a message by what its turn came to. */
@Component("settlements")
class Settlements {

    private static final Logger log = LoggerFactory.getLogger("delivery");

    /** Attempts that count: with the delays below they take about half an hour. */
    private static final int TRIES = 8;
    private static final Duration FIRST_TRY = Duration.ofSeconds(14);
    private static final Duration LONGEST_TRY = Duration.ofMinutes(59);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    /** Letta stores a turn at the end of its first step: earlier than this an empty history says nothing. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);
    private static final int LOOKS = 2;
    /** How long an agent may wait for an approval before its message is a dead letter. */
    private static final Duration APPROVAL = Duration.ofHours(24);
    private static final int REFERENCE = 8;

    private final Settings settings;

    Settlements(Settings settings) {
        this.settings = settings;
    }

    /**
     * What becomes of the message after an attempt.
     *
     * @param failure why there was no answer, or null
     */
    public Settlement of(@Variable("turn") Turn turn, @Variable("outcome") Outcome outcome, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        return switch (outcome.certainty()) {
            case HAPPENED -> happened(turn, outcome);
            case DID_NOT_HAPPEN -> didNotHappen(turn, outcome, isRefusal(failure));
            case UNKNOWN -> unknown(turn, outcome.reason(), outcome.remedy(), 0, BETWEEN_LOOKS, null);
        };
    }

    /**
     * What becomes of the message after a look at a turn whose outcome is unknown.
     *
     * @param failure why Letta did not answer, or null
     */
    public Settlement ofLook(@Variable("turn") Turn turn, @Variable("look") Look look, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        Remedy remedy = Remedy.valueOf(turn.remedy());
        boolean waitsForApproval = remedy == Remedy.APPROVAL;
        if (look.seen() instanceof Seen.Settled settled && settled.outcome().remedy() != Remedy.APPROVAL) {
            return happened(turn, settled.outcome());
        }
        if (waitsForApproval && turn.askedAt().plus(APPROVAL).isBefore(turn.claimedAt())) {
            return dead(turn, "Nobody gave the approval that the agent waited for.", List.of());
        }
        int looks = turn.looks() + (look.seen() instanceof Seen.Empty ? 1 : 0);
        if (looks >= LOOKS && !waitsForApproval) {
            return didNotHappen(turn, new Outcome(Outcome.Certainty.DID_NOT_HAPPEN, remedy, null, turn.reason(), List.of(), List.of(), null), false);
        }
        Pause pause = isRefusal(failure) ? new Pause("letta", true, "it refuses connections") : null;
        return unknown(turn, turn.reason(), remedy, looks, waitsForApproval ? LONGEST_WAIT : BETWEEN_LOOKS, pause);
    }

    /** A line for what needs an operator. */
    public void log(@Variable("settlement") Settlement settlement) {
        if (settlement.state().equals("dead")) {
            log.error("❌ Event {} in room {}: {}", settlement.turn().eventId(), Printable.line(settlement.turn().roomId()), settlement.reason());
        }
    }

    private Settlement happened(Turn turn, Outcome outcome) {
        return switch (outcome.remedy()) {
            case NONE -> new Settlement(turn, "answered", null, null, turn.tries(), turn.waits(), 0, 0, sender(turn), contents(turn, outcome), null, null);
            case APPROVAL -> new Settlement(turn, "unknown", outcome.reason(), Remedy.APPROVAL.name(), turn.tries(), turn.waits(), 0, LONGEST_WAIT.toMillis(), sender(turn), List.of(), approval(), null);
            default -> dead(turn, outcome.reason(), contents(turn, outcome));
        };
    }

    private Settlement didNotHappen(Turn turn, Outcome outcome, boolean isRefusal) {
        return switch (outcome.remedy()) {
            case TRY -> turn.tries() + 1 >= TRIES ? dead(turn, outcome.reason(), List.of())
                    : waiting(turn, outcome, turn.tries() + 1, turn.waits(), doubled(FIRST_TRY, turn.tries(), LONGEST_TRY), null, null);
            case GIVE_UP, GONE -> dead(turn, outcome.reason(), List.of());
            case APPROVAL -> waits(turn, outcome, approval(), null);
            case PAUSE_AGENT -> waits(turn, outcome, trouble(turn), new Pause("agent:" + turn.agentId(), false, outcome.reason()));
            case PAUSE_LETTA -> waiting(turn, outcome, turn.tries(), turn.waits() + 1, Duration.ZERO, null, new Pause("letta", isRefusal, outcome.reason()));
            default -> waits(turn, outcome, null, null);
        };
    }

    private static Settlement unknown(Turn turn, String reason, Remedy remedy, int looks, Duration delay, Pause pause) {
        return new Settlement(turn, "unknown", reason, remedy.name(), turn.tries(), turn.waits(), looks, delay.toMillis(), null, List.of(), null, pause);
    }

    private static boolean isRefusal(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).anyMatch(ConnectException.class::isInstance);
    }

    private Settlement waits(Turn turn, Outcome outcome, Settlement.Notice notice, Pause pause) {
        return waiting(turn, outcome, turn.tries(), turn.waits() + 1, doubled(FIRST_WAIT, turn.waits(), LONGEST_WAIT), notice, pause);
    }

    private Settlement waiting(Turn turn, Outcome outcome, int tries, int waits, Duration delay, Settlement.Notice notice, Pause pause) {
        Duration told = outcome.retryAfter() == null ? delay : outcome.retryAfter();
        return new Settlement(turn, "waiting", outcome.reason(), null, tries, waits, 0, Math.min(told.toMillis(), LONGEST_TRY.toMillis()), sender(turn), List.of(), notice, pause);
    }

    private Settlement dead(Turn turn, String reason, List<String> contents) {
        return new Settlement(turn, "dead", reason, null, turn.tries(), turn.waits(), 0, 0, sender(turn), contents, trouble(turn), null);
    }

    private List<String> contents(Turn turn, Outcome outcome) {
        Relation relation = turn.relation();
        boolean speaksItself = sender(turn).equals(turn.agentUser());
        ReplyContext context = new ReplyContext(turn.source(), 1, turn.eventId(), relation.threadRoot(), relation.isReply(), null,
                speaksItself || turn.agentName() == null ? null : turn.agentName() + ":", false);
        List<String> contents = new ArrayList<>();
        outcome.texts().forEach(text -> contents.addAll(ReplyContents.of(text, context.from(contents.size() + 1))));
        outcome.notices().forEach(text -> contents.addAll(ReplyContents.of(text, context.from(contents.size() + 1).asNotice())));
        return contents;
    }

    /** The agent's own user; where it is not ours to speak as, the bot. */
    private String sender(Turn turn) {
        return turn.agentUser() != null && settings.isOurUser(turn.agentUser()) ? turn.agentUser() : settings.botUser();
    }

    private static Settlement.Notice approval() {
        return new Settlement.Notice("approval", "The agent waits for an approval in Letta.");
    }

    private static Settlement.Notice trouble(Turn turn) {
        String reference = turn.eventId().replaceAll("[^A-Za-z0-9]", "");
        return new Settlement.Notice("trouble", "The agent could not answer this message; the operator finds the reason under " + reference.substring(0, Math.min(REFERENCE, reference.length())) + ".");
    }

    /** The delay after so many attempts, twice the one before, less up to a quarter so that not all come at once. */
    private static Duration doubled(Duration first, int attempts, Duration longest) {
        long milliseconds = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempts, 16));
        return Duration.ofMillis(milliseconds - ThreadLocalRandom.current().nextLong(milliseconds / 4 + 1));
    }
}
