package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Fault;
import org.matrixletta.router.peers.RecordedRequest;
import org.matrixletta.router.peers.Turn;

/** What becomes of the work of an instance that is gone, and of waits that a clock made endless. */
class TakeOverTest {

    static MessagingRouter run;
    static int tests;

    final String name = "over" + ++tests;
    final String room = "!" + name + ":test.local";

    @BeforeAll
    static void start() {
        run = MessagingRouter.start();
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @BeforeEach
    void map() {
        run.map(name, room);
    }

    @Test
    @Tag("D4")
    void d4_aTurnOfAnInstanceThatIsGoneIsFollowedToItsEndAndNotAskedAgain() {
        run.letta.next(agent(name), Turn.says("at last").held());
        String event = run.homeserver.say(room, PERSON, "hi");
        soon().until(() -> run.letta.running() == 1);
        run.router.restart().awaitStore();
        expire("router.inbox", "asking");

        soon().untilAsserted(() -> assertThat(run.state(event)).isEqualTo("unknown The instance that asked is gone."));
        run.letta.release(agent(name));
        soon().untilAsserted(() -> {
            run.sql.update("UPDATE router.inbox SET next_at = now() WHERE event_id = ?", event);
            assertThat(run.state(event)).isEqualTo("answered");
        });
        soon().untilAsserted(() -> assertThat(said()).containsExactly("at last"));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("D4")
    void d4_anAnswerOfAnInstanceThatIsGoneIsSentByTheSameTransaction() {
        run.homeserver.http.next(1, "PUT", "/send/", Fault.hangs());
        run.homeserver.say(room, PERSON, "hi");
        soon().untilAsserted(() -> assertThat(sends()).hasSize(1));
        run.router.restart().awaitStore();
        expire("router.outbox", "sending");

        soon().untilAsserted(() -> assertThat(said()).containsExactly(name + " heard: hi"));
        assertThat(sends()).hasSize(2).extracting(RecordedRequest::path).containsOnly(sends().get(0).path());
    }

    @Test
    void aPauseThatAClockMadeEndlessIsOver() {
        run.sql.update("INSERT INTO router.peer (name, down_since, paused_until, tries) SELECT unnest(ARRAY['letta', 'homeserver', 'agent:' || ?]), now(), now() + interval '3 hours', 1"
                + " ON CONFLICT (name) DO UPDATE SET down_since = excluded.down_since, paused_until = excluded.paused_until", agent(name));
        run.homeserver.say(room, PERSON, "hi");

        soon().untilAsserted(() -> assertThat(said()).containsExactly(name + " heard: hi"));
        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT name FROM router.peer WHERE down_since IS NOT NULL")).isEmpty());
    }

    @Test
    void aLeaseThatAClockMadeEndlessIsOver() {
        run.letta.next(agent(name), Turn.says("done").held());
        String event = run.homeserver.say(room, PERSON, "hi");
        soon().until(() -> run.letta.running() == 1);
        run.sql.update("INSERT INTO router.instance VALUES ('gone', now() + interval '3 hours') ON CONFLICT DO NOTHING");
        run.sql.update("UPDATE router.inbox SET owner = 'gone' WHERE event_id = ?", event);

        soon().untilAsserted(() -> assertThat(run.state(event)).startsWith("unknown"));
        run.letta.release(agent(name));
        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("D4")
    void d4_anInstanceThatLostItsLeaseGoesOnUnderANewIdAndAsksNothingTwice() {
        run.letta.next(agent(name), Turn.says("late").held());
        String event = run.homeserver.say(room, PERSON, "hi");
        soon().until(() -> run.letta.running() == 1);
        List<String> before = instances();
        expire("router.inbox", "asking");

        soon().untilAsserted(() -> assertThat(instances()).hasSizeGreaterThan(before.size()));
        run.letta.release(agent(name));
        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
        soon().untilAsserted(() -> assertThat(said()).containsExactly("late"));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    /** The clock that decides is the database's: when it is set, all times that were written before are an hour off. */
    @ParameterizedTest
    @ValueSource(strings = {"-1 hour", "1 hour"})
    void aClockThatIsSetAheadOrBackNeitherDoublesNorStarves(String off) {
        run.map(name + "b", "!" + name + "b:test.local").map(name + "c", "!" + name + "c:test.local");
        run.letta.next(agent(name), Turn.says("one").held());
        run.letta.next(agent(name + "b"), Turn.refused(Answer.json(429, "{\"detail\":\"busy\"}")));
        String asked = run.homeserver.say(room, PERSON, "first");
        String behind = run.homeserver.say(room, PERSON, "second");
        String again = run.homeserver.say("!" + name + "b:test.local", PERSON, "hi");
        run.homeserver.http.next(1, "PUT", "/send/", Fault.answers(502, "{}"));
        String unsent = run.homeserver.say("!" + name + "c:test.local", PERSON, "hi");
        soon().until(() -> run.letta.running() == 1);
        soon().untilAsserted(() -> assertThat(List.of(run.state(again).split(" ")[0], run.state(unsent))).containsExactly("unknown", "answered"));

        for (String columns : run.sql.queryForList("SELECT format('UPDATE router.%I SET %s', table_name, string_agg(format('%1$I = %1$I + $$%2$s$$::interval', column_name, ?), ', '))"
                + " FROM information_schema.columns WHERE table_schema = 'router' AND table_name IN ('inbox', 'outbox', 'instance', 'peer', 'mark', 'reader') AND data_type LIKE 'timestamp%' GROUP BY table_name", String.class, off)) {
            run.sql.update(columns);
        }
        run.letta.release(agent(name));

        soon().untilAsserted(() -> assertThat(Stream.of(asked, behind, unsent).map(run::state)).containsOnly("answered"));
        soon().until(() -> run.sql.queryForObject("SELECT looks FROM router.inbox WHERE event_id = ?", Integer.class, again) > 0);
        run.hurryUntil(() -> assertThat(run.state(again)).isEqualTo("answered"));
        soon().untilAsserted(() -> assertThat(said()).hasSize(2));
        // By that clock it may be late.
        assertThat(said().get(0)).endsWith("one");
        assertThat(said().get(1)).endsWith(name + " heard: second");
        assertThat(run.letta.asked(agent(name))).containsExactly("first", "second");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!" + name + "c:test.local")).hasSize(2));
    }

    private static List<String> instances() {
        return run.sql.queryForList("SELECT id FROM router.instance", String.class);
    }

    private static void expire(String table, String state) {
        run.sql.update("UPDATE router.instance SET alive_until = now() - interval '1 second' WHERE id IN (SELECT owner FROM " + table + " WHERE state = ?)", state);
    }

    private List<String> said() {
        return run.homeserver.events(room).stream().filter(event -> event.get("sender").asText().equals(user(name)) && event.get("type").asText().equals("m.room.message"))
                .map(event -> event.at("/content/body").asText()).toList();
    }

    private List<RecordedRequest> sends() {
        return run.homeserver.http.requests("PUT", "/send/").stream().filter(request -> user(name).equals(request.query("user_id"))).toList();
    }
}
