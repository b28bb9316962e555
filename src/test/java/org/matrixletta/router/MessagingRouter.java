package org.matrixletta.router;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.apache.camel.ProducerTemplate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ThrowingRunnable;
import org.matrixletta.router.peers.FakeHomeserver;
import org.matrixletta.router.peers.FakeLetta;
import org.springframework.jdbc.core.JdbcTemplate;

/** A router as it is run, between a homeserver and a Letta on loopback. */
public final class MessagingRouter implements AutoCloseable {

    public static final String AS_TOKEN = "secret-of-as-0123456789abcdef0123456789abcdef";
    public static final String HS_TOKEN = "secret-of-hs-0123456789abcdef0123456789abcdef";
    public static final String PERSON = "@ann:test.local";

    public final FakeHomeserver homeserver = new FakeHomeserver(0, "test.local", AS_TOKEN, HS_TOKEN).backOff(Duration.ofMillis(50));
    public final FakeLetta letta = new FakeLetta(0);
    public final RunningRouter router;
    public final JdbcTemplate sql;

    /** Starts all three; the settings are added to those of a test, or replace them. */
    public static MessagingRouter start(String... settings) {
        return new MessagingRouter(settings);
    }

    private MessagingRouter(String... more) {
        List<String> settings = new ArrayList<>(List.of("--router.matrix-intake=appservice", "--router.matrix-homeserver-url=http://127.0.0.1:" + homeserver.http.port(), "--router.letta-api-url=http://127.0.0.1:" + letta.http.port(),
                "--router.matrix-as-token=" + AS_TOKEN, "--router.matrix-hs-token=" + HS_TOKEN));
        settings.addAll(List.of(more));
        router = RunningRouter.on(RunningRouter.newDatabase(), settings.toArray(String[]::new));
        sql = router.sql;
        homeserver.service("http://127.0.0.1:" + router.port);
        router.restart().awaitStore();
    }

    /** Gives a room to an agent of this name, whose id and Matrix user follow from it. */
    public MessagingRouter map(String name, String room) {
        sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, room_id) VALUES (?, ?, ?, '', ?)", agent(name), name, user(name), room);
        letta.agent(agent(name), name);
        return this;
    }

    /** The id of the agent of this name. */
    public static String agent(String name) {
        return "agent-" + name.toLowerCase();
    }

    /** Its Matrix user. */
    public static String user(String name) {
        return "@agent_" + name.toLowerCase() + ":test.local";
    }

    /** The state and reason of an event in the inbox, as "state reason"; or "" if it is not there. */
    public String state(String eventId) {
        return String.join("", sql.queryForList("SELECT concat_ws(' ', state, reason) FROM router.inbox WHERE event_id = ?", String.class, eventId));
    }

    /** Waits until an event has this state and reason. */
    public void await(String eventId, String state) {
        soon().untilAsserted(() -> Assertions.assertThat(state(eventId)).isEqualTo(state));
    }

    /** Until Letta has the turn of this event, and can be told to let it end. */
    public void awaitTurn(String eventId) {
        await(eventId, "asking");
        soon().until(() -> letta.running() > 0);
    }

    /** How often this was counted, such as {@code router.lookups outcome default}. */
    public double count(String meter, String... tags) {
        return router.bean(MeterRegistry.class).find(meter).tags(tags).counters().stream().mapToDouble(Counter::count).sum();
    }

    /** Makes due now whatever waits for a later time. */
    public void hurry() {
        sql.update("UPDATE router.peer SET paused_until = now() WHERE paused_until > now()");
        sql.update("UPDATE router.inbox SET next_at = now(), not_before = NULL WHERE state IN ('waiting', 'unknown') AND next_at > now()");
        sql.update("UPDATE router.outbox SET next_at = now() WHERE state = 'waiting' AND next_at > now()");
        // Of the router as it runs now: a test may have restarted it.
        ProducerTemplate wakes = router.camel().createProducerTemplate();
        List.of("direct:wake-routing", "direct:wake-replies", "direct:look-at-turns").forEach(route -> wakes.sendBody(route, null));
        wakes.stop();
    }

    /** As {@link #soon}, without any waiting in between. */
    public void hurryUntil(ThrowingRunnable assertion) {
        soon().untilAsserted(() -> {
            hurry();
            assertion.run();
        });
    }

    public static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50));
    }

    @Override
    public void close() {
        router.close();
        homeserver.close();
        letta.close();
    }
}
