package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Turn;

/** Agents among themselves, and how much one room or one pair of agents may cause. */
class LimitsTest {

    private static final String BOT = "@letta:test.local";

    static MessagingRouter run;
    static int tests;

    final String name = "limit" + ++tests;
    final String room = "!" + name + ":test.local";

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.room-waiting-limit=3", "--router.room-turns-per-hour=6", "--router.pair-turns-per-hour=2", "--router.metrics-agents=1");
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @BeforeEach
    void map() {
        run.map(name, room).map(name + "b", "!" + name + "b:test.local");
    }

    @Test
    @Tag("A1")
    void a1_anAgentReadsWhichAgentSpeaks() {
        run.await(run.homeserver.say(room, user(name + "b"), "hi"), "answered");
        run.await(run.homeserver.send(room, BOT, "m.room.message", from(agent(name + "b"))), "answered");
        String envelope = "[Message from agent \"" + name + "b\" (" + agent(name + "b") + ") in room " + room + "]\nhi";
        assertThat(run.letta.asked(agent(name))).containsExactly(envelope, envelope);
    }

    @Test
    @Tag("A1")
    void a1_anAgentSpeaksForItselfOnly() {
        run.await(run.homeserver.send(room, user(name + "b"), "m.room.message", from(agent(name + "b"))), "answered");
        run.await(run.homeserver.send(room, user(name + "b"), "m.room.message", from("agent-other")), "ignored spoofed-agent");
        run.await(run.homeserver.send(room, PERSON, "m.room.message", from(agent(name + "b"))), "answered");
        assertThat(run.letta.asked(agent(name))).hasSize(2).last().isEqualTo("hi");
    }

    @Test
    @Tag("A3")
    @Tag("L4")
    void a3_aTurnThatDidNotHappenIsAskedAgainAndIsNoFurtherOne() {
        run.await(run.homeserver.say(room, user(name + "b"), "1"), "answered");
        run.letta.next(agent(name), Turn.refused(Answer.json(409, "{\"detail\":\"Another request (run_id=run-1)\",\"run_id\":\"run-1\"}")));
        String event = run.homeserver.say(room, user(name + "b"), "2");

        run.hurryUntil(() -> assertThat(run.state(event)).matches("answered|ignored.*"));
        assertThat(run.state(event)).isEqualTo("answered");
    }

    @Test
    @Tag("A3")
    void a3_twoAgentsThatAnswerEachOtherAreStoppedAndThatIsSaidOnce() {
        run.await(run.homeserver.say(room, user(name + "b"), "1"), "answered");
        run.await(run.homeserver.say("!" + name + "b:test.local", user(name), "2"), "answered");
        run.await(run.homeserver.say(room, user(name + "b"), "3"), "ignored ping-pong");
        run.await(run.homeserver.say(room, user(name + "b"), "4"), "ignored ping-pong");
        run.await(run.homeserver.say(room, PERSON, "5"), "answered");
        soon().untilAsserted(() -> assertThat(notices()).containsExactly("Two agents have answered each other very often within the last hour; they are stopped for now."));
    }

    @Test
    @Tag("F")
    void f_whatARoomWritesBeyondItsLimitIsIgnoredAndToldOnce() {
        run.letta.next(agent(name), Turn.says("done").held());
        run.await(run.homeserver.say(room, PERSON, "0"), "asking");
        List<String> events = IntStream.rangeClosed(1, 6).mapToObj(n -> run.homeserver.say(room, PERSON, "" + n)).toList();
        run.await(events.get(5), "ignored flood");
        assertThat(events.stream().map(run::state)).containsExactly("waiting", "waiting", "waiting", "ignored flood", "ignored flood", "ignored flood");
        assertThat(run.homeserver.pushStatuses()).containsOnly(200);
        run.letta.release(agent(name));
        run.await(events.get(2), "answered");
        soon().untilAsserted(() -> assertThat(notices()).hasSize(1).first().asString().startsWith("Too many messages"));
    }

    @Test
    @Tag("F")
    void f_aRoomThatIsAskedTooOftenWaitsAndIsToldOnce() {
        IntStream.range(0, 6).forEach(n -> run.await(run.homeserver.say(room, PERSON, "" + n), "answered"));
        String event = run.homeserver.say(room, PERSON, "one more");
        run.await(event, "waiting room-turns");
        soon().untilAsserted(() -> assertThat(notices()).hasSize(1).first().asString().startsWith("The agent was asked very often"));
        run.sql.update("UPDATE router.inbox SET asked_at = asked_at - interval '1 hour' WHERE room_id = ?", room);
        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
        assertThat(run.letta.asked(agent(name))).hasSize(7);
    }

    @Test
    void beyondMetricsAgentsTheBusiestIsASeriesAndTheOthersAreOne() {
        // Given two agents that have both answered, for one of which more waits now
        run.sql.update("UPDATE router.inbox SET state = 'dropped' WHERE state = 'waiting'");
        run.await(run.homeserver.say(room, PERSON, "hi"), "answered");
        run.await(run.homeserver.say("!" + name + "b:test.local", PERSON, "hi"), "answered");
        for (String paused : List.of(agent(name), agent(name + "b"))) {
            run.sql.update("INSERT INTO router.peer (name, down_since, paused_until) VALUES (?, now(), now() + interval '1 minute')", "agent:" + paused);
        }
        run.homeserver.say(room, PERSON, "one");
        run.homeserver.say(room, PERSON, "two");
        run.homeserver.say("!" + name + "b:test.local", PERSON, "three");

        soon().untilAsserted(() -> assertThat(gauges("router.agent.waiting")).isEqualTo(Map.of(agent(name), 2.0, "other", 1.0)));
        assertThat(gauges("router.agent.oldest.seconds")).containsOnlyKeys(agent(name), "other");
        soon().untilAsserted(() -> assertThat(run.count("router.agent.turns", "agent", "other", "outcome", "answered")).isPositive());
        assertThat(run.router.bean(MeterRegistry.class).find("router.agent.turns").counters()).extracting(counter -> counter.getId().getTag("agent")).contains("other").satisfies(agents ->
                assertThat(new HashSet<>(agents)).hasSizeLessThanOrEqualTo(2));
    }

    private static Map<String, Double> gauges(String meter) {
        return run.router.bean(MeterRegistry.class).find(meter).gauges().stream().collect(Collectors.toMap(gauge -> gauge.getId().getTag("agent"), Gauge::value));
    }

    private static String from(String agent) {
        return "{\"msgtype\":\"m.text\",\"body\":\"hi\",\"m.letta.from_agent_id\":\"" + agent + "\"}";
    }

    private List<String> notices() {
        return run.homeserver.events(room).stream().filter(event -> event.at("/content/msgtype").asText().equals("m.notice")).map(event -> event.at("/content/body").asText()).toList();
    }
}
