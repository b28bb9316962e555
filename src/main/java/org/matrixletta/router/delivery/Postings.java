package org.matrixletta.router.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.matrix.ReplyContents;
import org.matrixletta.router.matrix.ReplyContext;
import org.matrixletta.router.matrix.SendOutcome;
import org.matrixletta.router.matrix.SendOutcome.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Decides what becomes of an event by what the homeserver said to the attempt to send it.
 *
 * <p>What may be in the room already is never changed, given to the bot or given up before the room was read: it would be there twice,
 * or a dead letter that was delivered.
 */
@Component("postings")
class Postings {

    private static final Logger log = LoggerFactory.getLogger("delivery");

    /**
     * Attempts that the homeserver fails at while it takes others: some contents fail for ever, and look as if they did not. After
     * them the room is read, for which there are as many.
     */
    private static final int TRIES = 40;
    /** It takes others if it took one within this time. */
    private static final Duration RECENTLY = Duration.ofMinutes(2);
    /** Where there are no others, attempts count after this time, so that the answers behind this event do not wait for ever. */
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);
    private static final Duration BUSY_DELAY = Duration.ofSeconds(5);
    /** What part n is split into are the parts from 10,000 n on, beyond those of any answer; what one of these is, from a hundred times it on. */
    private static final int FIRST_SPLIT = 10_000;
    private static final int SPLIT_PARTS = 100;
    /** As LetterIds reads them. */
    private static final int LAST_PART = 999_999_999;

    private final Settings settings;
    private volatile long lastPostedAt = System.nanoTime() - RECENTLY.toNanos();

    Postings(Settings settings) {
        this.settings = settings;
    }

    /** What is certain without a request: whom this registration does not hold is never asserted. Null where it is to be sent. */
    public SendOutcome before(@Variable("reply") Reply reply) {
        return settings.isOurUser(reply.sender()) ? null
                : new SendOutcome(Kind.BOT, null, null, Printable.line(reply.sender()) + " is no user of our registration");
    }

    /** Whether the send lacks a step that was not taken yet. */
    public boolean needsStep(@Variable("reply") Reply reply, @Variable("outcome") SendOutcome outcome) {
        return reply.lacks(outcome.kind()) != null;
    }

    /**
     * What becomes of the event.
     *
     * @param outcome what the homeserver said to the send
     * @param prepared what it said to the step that the send lacked; null if no step was taken
     */
    public Sent settle(@Variable("reply") Reply reply, @Variable("outcome") SendOutcome outcome, @Variable("prepared") SendOutcome prepared) {
        String reason = outcome.reason();
        return switch (outcome.kind()) {
            case SENT -> {
                lastPostedAt = System.nanoTime();
                yield Sent.posted(reply, outcome.eventId());
            }
            case BUSY -> Sent.again(reply, reason).after(told(outcome, BUSY_DELAY));
            case LATER -> unsure(reply, outcome);
            case AWAY -> unsure(reply, outcome).pausing(Pause.ofHomeserver(reason + "; check that it runs, and MATRIX_HOMESERVER_URL."));
            case PAUSE -> Sent.again(reply, reason).pausing(Pause.ofRegistration(reason));
            case JOIN, REGISTER, DEVICE -> afterStep(reply, outcome, prepared);
            case BOT -> certainly(reply, reason, () -> asBot(reply, reason));
            case UNRELATE -> certainly(reply, reason, () -> changed(reply, reply.sender(), ReplyContext::unrelated, reason));
            case SPLIT -> certainly(reply, reason, () -> split(reply, reason));
            case REFUSED -> certainly(reply, reason, () -> Sent.dead(reply, reason));
        };
    }

    /** The values of settle-reply.sql. */
    public Map<String, Object> values(@Variable("sent") Sent sent) {
        return sent.values();
    }

    /** Whether nothing is posted for a while. */
    public boolean pauses(@Variable("sent") Sent sent) {
        return sent.pause() != null;
    }

    /**
     * Whether the homeserver is back.
     *
     * @param status what it answered last; null: nothing
     */
    public boolean resumes(@Variable("sent") Sent sent, @Header(Exchange.HTTP_RESPONSE_CODE) Integer status) {
        return sent.resumes() && status != null;
    }

    /** A line for what became of the attempt. */
    public void log(@Variable("sent") Sent sent) {
        Reply reply = sent.reply();
        String what = Printable.line(reply.eventId() == null ? reply.source() : "Event " + reply.eventId());
        String room = Printable.line(reply.roomId());
        switch (sent.state()) {
            case "sent" -> log.info("{} in room {}: part {} posted as {} in {} ms, {}", what, room, reply.part(), Printable.line(reply.sender()), reply.elapsed(), sent.eventId());
            case "dead" -> log.error("❌ {} in room {}: part {} cannot be posted: {}", what, room, reply.part(), sent.reason());
            default -> log.info("{} in room {}: part {} not posted yet, {} ms: {}", what, room, reply.part(), reply.elapsed(), sent.reason());
        }
    }

    private Sent unsure(Reply reply, SendOutcome outcome) {
        boolean othersPass = System.nanoTime() - lastPostedAt < RECENTLY.toNanos();
        boolean counts = othersPass || outcome.kind() != Kind.AWAY && reply.age().compareTo(LONGEST) >= 0;
        int tries = reply.tries() + (counts ? 1 : 0);
        Sent again = Sent.again(reply, outcome.reason()).after(told(outcome, delay(reply))).counting(tries).knowing(Step.UNSURE);
        if (tries < TRIES) {
            return again;
        }
        return tries < 2 * TRIES ? again.knowing(Step.UNSURE, Step.RECALL, Step.EXHAUSTED) : Sent.dead(reply, outcome.reason());
    }

    private Sent afterStep(Reply reply, SendOutcome outcome, SendOutcome prepared) {
        Step step = reply.lacks(outcome.kind());
        if (prepared != null) {
            switch (prepared.kind()) {
                case SENT -> {
                    return Sent.again(reply, outcome.reason()).knowing(step);
                }
                case BUSY, LATER, AWAY, PAUSE -> {
                    return settle(reply, prepared, null);
                }
                default -> { }
            }
        }
        if (outcome.kind() != Kind.DEVICE || reply.has(Step.WITHOUT_DEVICE)) {
            return certainly(reply, outcome.reason(), () -> asBot(reply, outcome.reason()));
        }
        Sent again = Sent.again(reply, outcome.reason());
        return step == Step.DEVICE ? again.knowing(Step.DEVICE) : again.knowing(Step.LOGIN, Step.WITHOUT_DEVICE);
    }

    /** Does what must not be done to an event that is in the room already; if it may be, the room is read first. */
    private static Sent certainly(Reply reply, String reason, Supplier<Sent> next) {
        return reply.has(Step.UNSURE) && !reply.has(Step.RECALL) ? Sent.again(reply, reason).knowing(Step.RECALL) : next.get();
    }

    /** The bot posts what the agent's own user may not, and says whose words these are. */
    private Sent asBot(Reply reply, String reason) {
        String name = reply.agentName() == null ? reply.sender() : reply.agentName();
        return reply.sender().equals(settings.botUser()) ? Sent.dead(reply, reason)
                : changed(reply, settings.botUser(), context -> context.isNotice() ? context : context.marked(name + ":"), reason);
    }

    private static Sent split(Reply reply, String reason) {
        int factor = reply.part() < FIRST_SPLIT ? FIRST_SPLIT : SPLIT_PARTS;
        int part = reply.part() * factor;
        int half = reply.content().getBytes(StandardCharsets.UTF_8).length / 2;
        boolean hasNumbers = reply.part() < LAST_PART / factor;
        List<String> contents = hasNumbers ? ReplyContents.again(reply.content(), context -> context.from(part), half) : List.of();
        return contents.size() < 2 ? Sent.dead(reply, reason) : Sent.changed(reply, reason, reply.sender(), part, contents);
    }

    private static Sent changed(Reply reply, String sender, UnaryOperator<ReplyContext> change, String reason) {
        return Sent.changed(reply, reason, sender, reply.part(), ReplyContents.again(reply.content(), change, Integer.MAX_VALUE / 2));
    }

    private static Duration told(SendOutcome outcome, Duration otherwise) {
        return outcome.retryAfter() == null ? otherwise : outcome.retryAfter();
    }

    /** Half as long as it is being tried already, less up to a quarter so that not all come at once. */
    private static Duration delay(Reply reply) {
        long milliseconds = Math.max(FIRST_DELAY.toMillis(), Math.min(LONGEST_DELAY.toMillis(), reply.age().toMillis() / 2));
        return Duration.ofMillis(milliseconds - ThreadLocalRandom.current().nextLong(milliseconds / 4 + 1));
    }
}
