package org.matrixletta.router.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.SharedRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Turn;

/** What the page shows of agents and messages, at a glance. */
@ExtendWith(SharedRouter.class)
class OverviewTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OLD = "2020-01-01T00:00:00+00:00";

    static MessagingRouter run;

    @BeforeAll
    static void start(MessagingRouter shared) {
        run = shared;
    }

    @Test
    void anAgentsMessagesAreCountedWhereTheyStandAndTheOldestIsNamed() {
        run.map("Seen", "!seen:test.local");
        run.letta.next(agent("Seen"), Turn.refused(Answer.json(422, "{\"detail\":[]}")), Turn.says("busy").held());
        String dead = run.homeserver.say("!seen:test.local", PERSON, "refused");
        soon().until(() -> run.state(dead), state -> state.startsWith("dead"));
        run.homeserver.say("!seen:test.local", PERSON, "held");
        soon().untilAsserted(() -> assertThat(run.letta.asked(agent("Seen"))).hasSize(2));
        String waiting = run.homeserver.say("!seen:test.local", PERSON, "waits");
        soon().until(() -> run.state(waiting), "waiting"::equals);
        run.sql.update("UPDATE router.inbox SET waiting_since = CAST(? AS timestamptz) WHERE event_id = ?", OLD, waiting);
        run.sql.update("INSERT INTO router.mark (agent_id, mark) VALUES (?, 'removed'), ('agent-marked-only', 'stale')", agent("Seen"));

        JsonNode seen = overview().at("/agents/agent-seen");
        assertThat(List.of(seen.path("waiting").asInt(), seen.path("running").asInt(), seen.path("unknown").asInt(), seen.path("failed").asInt())).containsExactly(1, 1, 0, 1);
        assertThat(seen.path("oldest").asText()).isEqualTo(OLD);
        assertThat(seen.path("marks").toString()).isEqualTo("[\"removed\"]");
        assertThat(overview().at("/agents/agent-marked-only/marks").toString()).isEqualTo("[\"stale\"]");
        assertThat(overview().at("/messages/failed").asInt()).isPositive();
        assertThat(overview().at("/messages/oldest").asText()).isEqualTo(OLD);

        // And the same message counts for whoever the room belongs to by now
        run.sql.update("DELETE FROM agent_mappings WHERE agent_id = ?", agent("Seen"));
        run.map("Heir", "!seen:test.local");
        assertThat(overview().at("/agents/agent-heir/waiting").asInt()).isEqualTo(1);
        assertThat(overview().at("/agents/agent-seen/waiting").asInt()).isZero();
        // or for the default agent, but not while an entry of the file claims the room
        run.sql.update("DELETE FROM agent_mappings WHERE agent_id = ?", agent("Heir"));
        assertThat(overview().at("/agents/agent-default/waiting").asInt()).isPositive();
        run.sql.update("INSERT INTO router.claimed_room (room_id) VALUES ('!seen:test.local')");
        assertThat(overview().at("/agents/agent-default/waiting").asInt()).isZero();
        assertThat(overview().at("/messages/waiting").asInt()).isPositive();
        run.letta.release(agent("Seen"));
    }

    @Test
    void peersThatAreAwayAndTheLastVerificationsAreNamed() {
        run.sql.update("INSERT INTO router.peer (name, down_since, paused_until, reason) VALUES ('agent:agent-away', ?::timestamptz, now() + interval '1 minute', 'it refuses')", OLD);
        run.sql.update("INSERT INTO router.verification (at, differences, report) SELECT timestamptz '2100-01-01' - n * interval '1 hour', n, '' FROM generate_series(1, 11) n");

        assertThat(overview().path("peers")).anySatisfy(peer -> assertThat(JSON.convertValue(peer, Map.class)).isEqualTo(Map.of("name", "agent:agent-away", "down_since", OLD, "reason", "it refuses")));
        assertThat(overview().path("verifications")).hasSize(10);
        assertThat(overview().at("/verifications/0/differences").asInt()).isEqualTo(1);
        assertThat(overview().at("/health/store").asText()).startsWith("127.0.0.1:");
        assertThat(run.router.http("GET", "/overview", null, "Accept", "text/plain").body()).contains("agents: {");
    }

    @Test
    void aMessageInTheListSaysWhenItWasAskedAndWhenItsAnswerWasPosted() {
        run.map("Timed", "!timed:test.local");
        String event = run.homeserver.say("!timed:test.local", PERSON, "hi");

        soon().untilAsserted(() -> {
            JsonNode message = get("/messages?room_id=!timed:test.local").at("/messages/0");
            assertThat(message.path("event_id").asText()).isEqualTo(event);
            assertThat(List.of(message.path("received_at").asText(), message.path("asked_at").asText(), message.path("settled_at").asText(), message.path("posted_at").asText()))
                    .isSorted().allMatch(at -> at.startsWith("20"));
        });
    }

    @Test
    void whateverThePageShowsChangesItsSectionAndOnlyThat() throws IOException {
        run.map("Told", "!told:test.local");
        String event = run.homeserver.say("!told:test.local", PERSON, "hi");
        soon().until(() -> run.sql.queryForObject("SELECT count(*) FROM router.outbox WHERE source = ? || '/0' AND state = 'sent'", Integer.class, event) == 1);
        soon().until(() -> run.sql.queryForObject("SELECT count(*) FROM router.inbox WHERE room_id = '!told:test.local' AND reason = 'own-echo'", Integer.class) == 1);
        String statement = Files.readString(Path.of("src/main/resources/sql/page-sections.sql"));

        Map<String, String> changes = new LinkedHashMap<>();
        changes.put("UPDATE agent_mappings SET room_id = '!retold:test.local' WHERE agent_id = 'agent-told'", "mappings");
        changes.put("UPDATE agent_mappings SET matrix_password = 'secret-of-told' WHERE agent_id = 'agent-told'", "mappings");
        changes.put("DELETE FROM agent_mappings WHERE agent_id = 'agent-told'", "mappings");
        changes.put("INSERT INTO router.verification (differences, report) VALUES (0, '')", "mappings");
        changes.put("UPDATE router.outbox SET sent_at = sent_at + interval '1 second' WHERE source = '" + event + "/0'", "messages");
        changes.put("UPDATE router.inbox SET state = 'dead' WHERE event_id = '" + event + "'", "messages");
        changes.put("INSERT INTO router.mark (agent_id, mark) VALUES ('agent-told', 'stale')", "messages");
        changes.put("INSERT INTO router.peer (name, down_since) VALUES ('agent:agent-told', now())", "messages");
        changes.forEach((change, section) -> {
            Map<String, Object> before = run.sql.queryForMap(statement);
            run.sql.execute(change);
            Map<String, Object> after = run.sql.queryForMap(statement);
            assertThat(before.keySet()).containsExactlyInAnyOrder("mappings", "messages");
            assertThat(after.get(section)).as(change).isNotEqualTo(before.get(section));
            assertThat(after).as(change).containsAnyOf(Map.entry("mappings", before.get("mappings")), Map.entry("messages", before.get("messages")));
        });
    }

    private static JsonNode overview() {
        return get("/overview");
    }

    private static JsonNode get(String path) {
        try {
            return JSON.readTree(run.router.http("GET", path, null).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
