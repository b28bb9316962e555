package org.matrixletta.router.delivery;

import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.letta.LettaAnswer;
import org.matrixletta.router.letta.Look;
import org.matrixletta.router.letta.Outcome;
import org.matrixletta.router.letta.Outcome.Certainty;
import org.matrixletta.router.letta.Outcome.Remedy;
import org.matrixletta.router.letta.Seen;
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
    /** A wait that is longer counts as one that a clock made. */
    private static final Duration LONGEST_TRY = Duration.ofMinutes(59);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    /** Letta stores a turn at the end of its first step: earlier than this an empty history says nothing. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);
    private static final int LOOKS = 2;
    /** How much of the time since a message was asked passes until the next look. */
    private static final int LOOKS_IN_A_WHILE = 20;
    /** How long an agent may wait for an approval before its message is a dead letter. */
    private static final Duration APPROVAL = Duration.ofHours(24);
    /** What stands for Letta where it cannot be reached (RFC 9110, section 15.6). */
    private static final Set<Integer> NOBODY_THERE = Set.of(502, 503, 504);

    private final LettaAnswer letta = new LettaAnswer(Clock.systemUTC());
    private final Settings settings;
    private final AnswerContents answers;

    Settlements(Settings settings, AnswerContents answers) {
        this.settings = settings;
        this.answers = answers;
    }

    /**
     * What becomes of the message after an attempt.
     *
     * @param failure why there was no answer, or null
     * @param status the HTTP status of the answer, or null
     * @param absence what it means that Letta says it has no such agent, as judge-absence.sql tells; null if it does not say so
     */
    public Settlement of(@Variable("turn") Turn turn, @Variable("outcome") Outcome outcome, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure,
            @Header(Exchange.HTTP_RESPONSE_CODE) Integer status, @Variable("absence") String absence) {
        return (switch (outcome.certainty()) {
            case HAPPENED -> happened(turn, outcome);
            case DID_NOT_HAPPEN -> outcome.remedy() == Remedy.GONE ? missing(turn, outcome.reason(), absence, false) : didNotHappen(turn, outcome, pauseOfLetta(outcome.reason(), failure, status));
            case UNKNOWN -> unknown(turn, outcome.reason(), outcome.remedy(), 0, BETWEEN_LOOKS).notBefore(longest(outcome.retryAfter()));
        }).reaching(isThere(status));
    }

    /** The values of settle-turn.sql. */
    public Map<String, Object> values(@Variable("settlement") Settlement settlement) {
        return settlement.values();
    }

    /** Whether nothing is sent to somebody for a while. */
    public boolean pauses(@Variable("settlement") Settlement settlement) {
        return settlement.pause() != null;
    }

    /** Whether Letta is back. */
    public boolean resumes(@Variable("settlement") Settlement settlement) {
        return settlement.resumes();
    }

    /**
     * What becomes of the message after a look at a turn whose outcome is unknown.
     *
     * @param failure why Letta did not answer, or null
     * @param status the status of its last answer, or null
     * @param absence as above
     */
    public Settlement ofLook(@Variable("turn") Turn turn, @Variable("look") Look look, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure,
            @Header(Exchange.HTTP_RESPONSE_CODE) Integer status, @Variable("absence") String absence) {
        return seen(turn, look.seen(), Remedy.valueOf(turn.remedy()), failure, status, absence).reaching(isThere(status));
    }

    private Settlement seen(Turn turn, Seen seen, Remedy remedy, Throwable failure, Integer status, String absence) {
        if (seen instanceof Seen.Settled settled && settled.outcome().remedy() != Remedy.APPROVAL) {
            return happened(turn, settled.outcome());
        }
        Pause pause = pauseOfLook(failure, status);
        if (pause != null) {
            return unknown(turn, turn.reason(), remedy, turn.looks(), BETWEEN_LOOKS).pausing(pause);
        }
        boolean waitsForApproval = remedy == Remedy.APPROVAL || seen instanceof Seen.Settled;
        Instant givenUpAt = waitsForApproval ? turn.askedAt().plus(APPROVAL) : turn.endedAt().plus(settings.askMaxAge());
        if (givenUpAt.isBefore(turn.claimedAt())) {
            return dead(turn, waitsForApproval ? "Nobody gave the approval that the agent waited for." : "What became of the message could not be found out in time; look at the agent's last run in Letta.",
                    seen instanceof Seen.Settled settled ? settled.outcome() : null);
        }
        if (seen instanceof Seen.Settled settled) {
            return happened(turn, settled.outcome());
        }
        if (seen instanceof Seen.Gone) {
            return missing(turn, "Letta has no such agent any more; what became of the message cannot be found out.", absence, true);
        }
        if (seen instanceof Seen.Empty && !waitsForApproval) {
            return turn.looks() + 1 < LOOKS ? unknown(turn, turn.reason(), remedy, turn.looks() + 1, BETWEEN_LOOKS)
                    : didNotHappen(turn, new Outcome(Certainty.DID_NOT_HAPPEN, remedy, null, turn.reason(), List.of(), List.of(), null), Pause.ofAccount(turn.reason()));
        }
        return unknown(turn, turn.reason(), remedy, 0, between(BETWEEN_LOOKS, Duration.between(turn.askedAt(), turn.claimedAt()).dividedBy(LOOKS_IN_A_WHILE), LONGEST_WAIT));
    }

    /**
     * A line for what became of the turn.
     *
     * @param settled how many rows were written: none if another instance went on with it
     */
    public void log(@Variable("settlement") Settlement settlement, @Variable("settled") Long settled) {
        Turn turn = settlement.turn();
        String event = Printable.line(turn.eventId());
        String room = Printable.line(turn.roomId());
        String agent = Printable.line(turn.agentId());
        if (settled == 0) {
            log.info("Event {} in room {}: others went on with it", event, room);
        } else if (settlement.state().equals("answered")) {
            log.info("Event {} in room {}: answered by {} in {} ms, {}", event, room, agent, turn.elapsed(), settlement.trace());
        } else if (settlement.state().equals("dead")) {
            log.error("❌ Event {} in room {} is a dead letter: {}", event, room, settlement.reason());
        } else {
            log.info("Event {} in room {}: {} for {}, {} ms: {}", event, room, settlement.state(), agent, turn.elapsed(), settlement.reason());
        }
        if (settled > 0 && settlement.isStale()) {
            log.error("❌ The mapping of room {} is stale: Letta has no agent {} ({}); correct it, or make the agent anew", room, agent, Printable.name(String.valueOf(turn.agentName())));
        }
    }

    /** Whatever an agent said, its turn is not left without an end: it would be looked at for ever, and hold up its room. */
    private Settlement happened(Turn turn, Outcome outcome) {
        try {
            return answered(turn, outcome);
        } catch (RuntimeException e) {
            log.error("An error of the router itself", e);
            return dead(turn, "The answer could not be written as events of Matrix, an error of the router itself; its log tells more.", null);
        }
    }

    private Settlement answered(Turn turn, Outcome outcome) {
        return switch (outcome.remedy()) {
            case NONE -> new Settlement(turn, "answered", null).posting(answers.sender(turn), answers.said(turn, outcome));
            case APPROVAL -> unknown(turn, outcome.reason(), Remedy.APPROVAL, 0, LONGEST_WAIT).noticing(answers.sender(turn), answers.approval(turn));
            default -> dead(turn, outcome.reason(), outcome);
        };
    }

    private Settlement didNotHappen(Turn turn, Outcome outcome, Pause ofLetta) {
        return switch (outcome.remedy()) {
            case TRY -> turn.tries() + 1 >= TRIES ? dead(turn, outcome.reason(), null)
                    : waiting(turn, outcome, doubled(FIRST_TRY, turn.tries(), LONGEST_TRY)).counting(turn.tries() + 1, turn.waits());
            case GIVE_UP, GONE -> dead(turn, outcome.reason(), null);
            case APPROVAL -> uncounted(turn, outcome).noticing(answers.sender(turn), answers.approval(turn));
            case PAUSE_AGENT -> uncounted(turn, outcome).pausing(Pause.ofAgent(turn.agentId(), outcome.reason()));
            case PAUSE_LETTA -> uncounted(turn, outcome).pausing(ofLetta);
            default -> uncounted(turn, outcome);
        };
    }

    /** Letta's own words that it has no such agent are believed when it keeps to them, and when it has others. */
    private Settlement missing(Turn turn, String reason, String absence, boolean wasAsked) {
        if (absence.equals("stale")) {
            return new Settlement(turn, "dead", reason).noticing(answers.sender(turn), answers.missing(turn)).marking();
        }
        Settlement later = wasAsked ? unknown(turn, turn.reason(), Remedy.valueOf(turn.remedy()), 0, LONGEST_WAIT)
                : new Settlement(turn, "waiting", reason).counting(turn.tries(), turn.waits() + 1).in(doubled(FIRST_WAIT, turn.waits(), LONGEST_WAIT));
        return later.pausing(switch (absence) {
            case "address" -> Pause.ofAddress("Letta has none of the agents that it was asked for; check LETTA_API_URL.");
            case "default" -> Pause.ofMissing(turn.agentId(), true, "LETTA_AGENT_ID names an agent that Letta does not have; correct it.");
            default -> Pause.ofMissing(turn.agentId(), false, reason);
        });
    }

    private static Settlement unknown(Turn turn, String reason, Remedy remedy, int looks, Duration delay) {
        return new Settlement(turn, "unknown", reason).after(remedy, looks).in(delay);
    }

    private static Settlement uncounted(Turn turn, Outcome outcome) {
        return waiting(turn, outcome, doubled(FIRST_WAIT, turn.waits(), LONGEST_WAIT)).counting(turn.tries(), turn.waits() + 1);
    }

    private static Settlement waiting(Turn turn, Outcome outcome, Duration delay) {
        return new Settlement(turn, "waiting", outcome.reason()).in(outcome.retryAfter() == null ? delay : longest(outcome.retryAfter()));
    }

    private Settlement dead(Turn turn, String reason, Outcome said) {
        return new Settlement(turn, "dead", reason).posting(answers.sender(turn), answers.failed(turn, said));
    }

    private static Pause pauseOfLetta(String reason, Throwable failure, Integer status) {
        if (status != null && status == 404) {
            return Pause.ofAddress(reason);
        }
        return status != null && (status == 401 || status == 402) ? Pause.ofAccount(reason) : Pause.ofLetta(isRefusal(failure), reason);
    }

    /** Whether the look failed for a reason that is not of this turn. */
    private Pause pauseOfLook(Throwable failure, Integer status) {
        if (failure != null) {
            Outcome outcome = letta.failed(failure);
            return outcome.remedy() == Remedy.PAUSE_LETTA ? Pause.ofLetta(isRefusal(failure), outcome.reason()) : null;
        }
        if (status == 401) {
            return Pause.ofAccount("Letta answered 401; check LETTA_TOKEN.");
        }
        return isThere(status) && status / 100 != 3 ? null : Pause.ofLetta(false, "Letta answered " + status + "; see that it runs, and check LETTA_API_URL.");
    }

    private static boolean isThere(Integer status) {
        return status != null && !NOBODY_THERE.contains(status);
    }

    private static boolean isRefusal(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).anyMatch(ConnectException.class::isInstance);
    }

    private static Duration longest(Duration told) {
        return told == null || told.compareTo(LONGEST_TRY) < 0 ? told : LONGEST_TRY;
    }

    private static Duration between(Duration least, Duration wait, Duration most) {
        return wait.compareTo(least) < 0 ? least : wait.compareTo(most) > 0 ? most : wait;
    }

    /** The delay after so many attempts, twice the one before, less up to a quarter so that not all come at once. */
    private static Duration doubled(Duration first, int attempts, Duration longest) {
        long milliseconds = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempts, 16));
        return Duration.ofMillis(milliseconds - ThreadLocalRandom.current().nextLong(milliseconds / 4 + 1));
    }
}
