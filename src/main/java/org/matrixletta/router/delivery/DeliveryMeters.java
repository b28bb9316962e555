package org.matrixletta.router.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.matrixletta.router.store.StoreState;
import org.springframework.stereotype.Component;

/** How long each step of a message took and how it ended, and how much waits or is under way right now. */
@Component("deliveryMeters")
class DeliveryMeters {

    /** Gauge → what it shows of store-facts.sql. */
    private static final Map<String, String> FACTS = Map.ofEntries(
            Map.entry("router.messages.waiting", "waiting_messages"), Map.entry("router.messages.oldest.seconds", "oldest_waiting_seconds"), Map.entry("router.turns.unknown", "unknown_turns"),
            Map.entry("router.replies.waiting", "waiting_replies"), Map.entry("router.dead.letters", "dead_letters"), Map.entry("router.mappings", "mappings"),
            Map.entry("router.mapping.contested.rooms", "contested_rooms"), Map.entry("router.mapping.differences", "differences"), Map.entry("router.mapping.verified.seconds", "verified_seconds_ago"),
            Map.entry("router.mapping.left", "waiting_for_sync_by_hand"), Map.entry("router.rooms.rest", "rooms_with_unread_rest"), Map.entry("router.rooms.unreadable", "unreadable_rooms"));

    private static final String STALE = "stale-mapping";
    private static final String TURN = "turn";
    private static final String ASK = "ask";
    private static final String LOOK = "look";
    private static final String POST = "post";

    private final MeterRegistry registry;

    DeliveryMeters(MeterRegistry registry, StoreState store, Turns turns, Replies replies) {
        this.registry = registry;
        registry.gauge("router.turns.running", turns, running -> running.underWay().length);
        registry.gauge("router.posts.running", replies, running -> running.underWay().length);
        registry.gauge("router.store.up", store, state -> state.last().failure() == null ? 1 : 0);
        FACTS.forEach((meter, fact) -> registry.gauge(meter, store, state -> fact(state, fact)));
        // What has not happened yet is 0, so that the first time is seen as an increase.
        List.of(STALE, TURN, POST).forEach(kind -> died(kind, 0));
        List.of(ASK, LOOK, POST).forEach(step -> retried(step, 0));
        List.of(Pause.LETTA, Pause.HOMESERVER, "agent").forEach(peer -> registry.counter("router.pauses", "peer", peer, "cause", Pause.REFUSED));
    }

    /** A message that is asked now; what waited for another reason first counts from its receipt as well. */
    public void claimed(@Body Map<String, Object> row) {
        if (row.get("received_at") instanceof Timestamp received && row.get("claimed_at") instanceof Timestamp claimed) {
            registry.timer("router.wait").record(Duration.between(received.toInstant(), claimed.toInstant()));
        }
    }

    /** What a turn, or a look at one, came to. */
    public void turned(@Variable("settlement") Settlement settlement) {
        String step = settlement.turn().isLook() ? LOOK : ASK;
        registry.timer("router.turn", "step", step, "outcome", settlement.state()).record(Duration.ofMillis(settlement.turn().elapsed()));
        switch (settlement.state()) {
            case "dead" -> died(settlement.isStale() ? STALE : TURN, 1);
            case "waiting" -> retried(step, 1);
            default -> { }
        }
    }

    /** What an attempt to post came to. */
    public void posted(@Variable("sent") Sent sent) {
        registry.timer("router.post", "outcome", sent.state()).record(Duration.ofMillis(sent.reply().elapsed()));
        switch (sent.state()) {
            case "dead" -> died(POST, 1);
            case "waiting" -> retried(POST, 1);
            default -> { }
        }
    }

    /** Nothing is sent to somebody for a while; counted again with each attempt that finds it so still. */
    public void paused(@Variable("pause") Pause pause) {
        registry.counter("router.pauses", "peer", pause.kind(), "cause", pause.cause()).increment();
    }

    private void retried(String step, double times) {
        registry.counter("router.retries", "step", step).increment(times);
    }

    private void died(String kind, double letters) {
        registry.counter("router.undelivered", "kind", kind).increment(letters);
    }

    /** What the store held when it was last looked at; not a number while it is away. */
    private static double fact(StoreState store, String name) {
        Map<String, Object> facts = store.last().facts();
        return facts.get(name) instanceof Number number ? number.doubleValue() : facts.isEmpty() ? Double.NaN : 0;
    }
}
