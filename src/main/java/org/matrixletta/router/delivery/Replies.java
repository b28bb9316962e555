package org.matrixletta.router.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.matrix.ReplyContents;
import org.matrixletta.router.matrix.ReplyContext;
import org.matrixletta.router.matrix.SendOutcome;
import org.matrixletta.router.matrix.SendOutcome.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The events that this process is sending, and what becomes of each by what the homeserver said. */
@Component("replies")
class Replies {

    private static final Logger log = LoggerFactory.getLogger("delivery");
    private static final int AT_ONCE = 64;
    /** Attempts of an event that the homeserver fails at while it answers: some contents fail for ever, and look as if they did not. */
    private static final int TRIES = 40;
    /** What part n is split into are the parts from a hundred times n on. */
    private static final int SPLIT_PARTS = 100;
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);

    private final Settings settings;
    private final Instance instance;
    private final UnderWay underWay = new UnderWay();

    Replies(Settings settings, Instance instance) {
        this.settings = settings;
        this.instance = instance;
    }

    /** A claim of as many events as may be on their way at once. */
    public Claim claim() {
        int slots = Math.max(0, AT_ONCE - underWay.size());
        return Claim.ofReplies(instance.id(), instance.holdsLease(), slots, settings.botUser());
    }

    /** Takes a claimed row on. */
    public void begin(@Body Map<String, Object> row) {
        underWay.begin(key(row));
    }

    /** Counts a claimed row as under way until the exchange is done, however that ends. */
    public void hold(@Body Map<String, Object> row, Exchange exchange) {
        underWay.endWith(exchange, key(row));
    }

    /** The event of a claimed row. */
    public Reply of(@Body Map<String, Object> row) {
        return Reply.of(row);
    }

    /** The rows under way, by source and part. */
    String[] underWay() {
        return underWay.keys();
    }

    /** Whether the send lacks a step that was not tried yet. */
    public boolean needsStep(@Variable("reply") Reply reply, @Variable("outcome") SendOutcome outcome) {
        return isStep(outcome.kind()) && !reply.hasDone(outcome.kind().name());
    }

    /**
     * What becomes of the event.
     *
     * @param outcome what the homeserver said to the send
     * @param prepared what it said to the step that the send lacked; null if no step was taken
     */
    public Sent settle(@Variable("reply") Reply reply, @Variable("outcome") SendOutcome outcome, @Variable("prepared") SendOutcome prepared) {
        return switch (outcome.kind()) {
            case SENT -> same(reply, "sent", null, outcome.eventId(), 0, reply.steps(), null);
            case LATER -> reply.tries() >= TRIES && true ? dead(reply, outcome.reason()) : later(reply, outcome);
            case PAUSE -> later(reply, outcome);
            case JOIN, REGISTER, DEVICE -> afterStep(reply, outcome, prepared);
            case BOT -> asBot(reply, outcome.reason());
            case UNRELATE -> changed(reply, reply.sender(), ReplyContext::unrelated, outcome.reason());
            case SPLIT -> split(reply, outcome.reason());
            case REFUSED -> dead(reply, outcome.reason());
        };
    }

    /** A line for what is not sent. */
    public void log(@Variable("sent") Sent sent) {
        if (sent.state().equals("dead")) {
            log.error("❌ Event {} part {} cannot be posted into room {}: {}", sent.source(), sent.part(), sent.reply().roomId(), sent.reason());
        }
    }

    private Sent afterStep(Reply reply, SendOutcome outcome, SendOutcome prepared) {
        if (prepared != null && prepared.kind() == Kind.LATER) {
            return later(reply, prepared);
        }
        if (prepared != null && prepared.kind() == Kind.SENT) {
            return waiting(reply, outcome.reason(), 0, reply.steps() + " " + outcome.kind().name(), null);
        }
        return outcome.kind() == Kind.DEVICE
                ? waiting(reply, outcome.reason(), 0, reply.steps() + " " + ReplyRequests.WITHOUT_DEVICE, null)
                : asBot(reply, outcome.reason());
    }

    private Sent later(Reply reply, SendOutcome outcome) {
        Pause pause = outcome.kind() == Kind.PAUSE ? new Pause("homeserver", false, outcome.reason()) : null;
        long delay = outcome.retryAfter() != null ? outcome.retryAfter().toMillis() : pause != null ? 0 : doubled(reply.tries());
        return waiting(reply, outcome.reason(), delay, reply.steps(), pause);
    }

    /** The bot posts what the agent's own user may not, and says whose words these are. */
    private Sent asBot(Reply reply, String reason) {
        return reply.sender().equals(settings.botUser()) ? dead(reply, reason)
                : changed(reply, settings.botUser(), context -> reply.agentName() == null ? context : context.marked(reply.agentName() + ":"), reason);
    }

    private static Sent split(Reply reply, String reason) {
        List<String> contents = ReplyContents.again(reply.content(), context -> context.from(reply.part() * SPLIT_PARTS), reply.content().getBytes(StandardCharsets.UTF_8).length / 2);
        return contents.size() < 2 ? dead(reply, reason)
                : new Sent(reply, "waiting", reason, null, 0, reply.steps(), reply.sender(), reply.part() * SPLIT_PARTS, reply.variant() + 1, contents, null);
    }

    private static Sent changed(Reply reply, String sender, UnaryOperator<ReplyContext> change, String reason) {
        List<String> contents = ReplyContents.again(reply.content(), change, Integer.MAX_VALUE / 2);
        return new Sent(reply, "waiting", reason, null, 0, "", sender, reply.part(), reply.variant() + 1, contents, null);
    }

    private static Sent waiting(Reply reply, String reason, long delay, String steps, Pause pause) {
        return same(reply, "waiting", reason, null, delay, steps.strip(), pause);
    }

    private static Sent dead(Reply reply, String reason) {
        return same(reply, "dead", reason, null, 0, reply.steps(), null);
    }

    private static Sent same(Reply reply, String state, String reason, String eventId, long delay, String steps, Pause pause) {
        return new Sent(reply, state, reason, eventId, delay, steps, reply.sender(), reply.part(), reply.variant(), List.of(reply.content()), pause);
    }

    private static boolean isStep(Kind kind) {
        return kind == Kind.JOIN || kind == Kind.REGISTER || kind == Kind.DEVICE;
    }

    private static long doubled(int tries) {
        long milliseconds = Math.min(LONGEST_DELAY.toMillis(), FIRST_DELAY.toMillis() << Math.min(tries, 16));
        return milliseconds - ThreadLocalRandom.current().nextLong(milliseconds / 4 + 1);
    }

    private static String key(Map<String, Object> row) {
        return row.get("source") + " " + row.get("part");
    }
}
