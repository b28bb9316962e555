package org.matrixletta.router.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.matrixletta.router.store.StoreState;
import org.springframework.stereotype.Component;

/** How long each step of a message took and how it ended, and how much waits or is under way right now. */
@Component("deliveryMeters")
class DeliveryMeters {

    private final MeterRegistry registry;

    DeliveryMeters(MeterRegistry registry, StoreState store, Turns turns, Replies replies) {
        this.registry = registry;
        registry.gauge("router.turns.running", turns, running -> running.underWay().length);
        registry.gauge("router.posts.running", replies, running -> running.underWay().length);
        registry.gauge("router.store.up", store, state -> state.last().failure() == null ? 1 : 0);
        Map.of("router.messages.waiting", "waiting_messages", "router.messages.oldest.seconds", "oldest_waiting_seconds", "router.turns.unknown", "unknown_turns",
                "router.replies.waiting", "waiting_replies", "router.dead.letters", "dead_letters", "router.mappings", "mappings",
                "router.rooms.rest", "rooms_with_unread_rest", "router.rooms.unreadable", "unreadable_rooms")
                .forEach((meter, fact) -> registry.gauge(meter, store, state -> fact(state, fact)));
    }

    /** A message that is asked now; what waited for another reason first counts from its receipt as well. */
    public void claimed(@Body Map<String, Object> row) {
        if (row.get("received_at") instanceof Timestamp received && row.get("claimed_at") instanceof Timestamp claimed) {
            registry.timer("router.wait").record(Duration.between(received.toInstant(), claimed.toInstant()));
        }
    }

    /** What a turn, or a look at one, came to. */
    public void turned(@Variable("settlement") Settlement settlement) {
        registry.timer("router.turn", "step", settlement.turn().isLook() ? "look" : "ask", "outcome", settlement.state()).record(Duration.ofMillis(settlement.turn().elapsed()));
    }

    /** What an attempt to post came to. */
    public void posted(@Variable("sent") Sent sent) {
        registry.timer("router.post", "outcome", sent.state()).record(Duration.ofMillis(sent.reply().elapsed()));
    }

    /** What the store held when it was last looked at; not a number while it is away. */
    private static double fact(StoreState store, String name) {
        Map<String, Object> facts = store.last().facts();
        return facts.get(name) instanceof Number number ? number.doubleValue() : facts.isEmpty() ? Double.NaN : 0;
    }
}
