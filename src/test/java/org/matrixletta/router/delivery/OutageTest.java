package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.PathSegment;
import org.matrixletta.router.mapping.TestFile;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Turn;

/** What people see while somebody is away, and while an agent takes its time. */
class OutageTest {

    private static final String AWAY = "The agent cannot be reached at the moment. Your messages are kept and answered as soon as it is back.";

    static MessagingRouter run;
    static int tests;

    final String name = "outage" + ++tests;
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

    @AfterEach
    void heal() throws IOException {
        Files.deleteIfExists(run.router.file);
        run.sql.update("UPDATE router.inbox SET task = NULL");
        run.sql.update("UPDATE router.inbox SET state = 'dropped', owner = NULL WHERE state IN ('waiting', 'unknown')");
        run.sql.update("UPDATE router.peer SET down_since = NULL, paused_until = NULL, tries = 0");
    }

    @Test
    @Tag("D7")
    void d7_aRoomWhoseMessagesWaitForLettaIsToldOnceAndAllIsAnsweredInOrderAfterwards() {
        run.letta.down();
        say("one");
        say("two");
        awaitAway("letta");
        assertThat(said()).as("most outages are over before anybody wonders").isEmpty();

        passSeconds(31);
        soon().untilAsserted(() -> assertThat(said()).containsExactly(AWAY));
        run.letta.up();

        run.hurryUntil(() -> assertThat(said()).hasSize(3));
        assertThat(run.letta.asked(agent(name))).containsExactly("one", "two");
    }

    @Test
    void aPeerThatIsAwayIsNamedToWhoeverHasAKeyAndTheRouterStaysReady() {
        soon().untilAsserted(() -> assertThat(run.router.http("GET", "/health", null).body()).contains("\"letta\":{\"reachable\":true}", "\"homeserver\":{\"reachable\":true}", "\"ping\":{\"reachable\":true}"));
        run.letta.down();
        say("one");
        awaitAway("letta");

        soon().untilAsserted(() -> assertThat(run.router.http("GET", "/health", null).body()).containsPattern("\"letta\":\\{\"reachable\":false,\"since\":\"[0-9TZ:-]+\",\"paused_until\":\"[0-9TZ:-]+\",\"reason\":\"\\w"));
        assertThat(run.router.http("GET", "/metrics", null).body()).contains("router_peer_up{peer=\"letta\"} 0.0", "router_peer_up{peer=\"homeserver\"} 1.0").containsPattern("router_pauses_total\\{cause=\"away\",peer=\"letta\"} [1-9]");
        assertThat(run.router.anyone("GET", "/health/ready", null).statusCode()).isEqualTo(200);
        assertThat(run.router.anyone("GET", "/health", null).body()).isEqualTo("{\"status\":\"healthy\"}");

        // And when nobody has tried for long, as nothing waits, it is not known
        run.sql.update("UPDATE router.inbox SET state = 'dropped' WHERE state = 'waiting'");
        run.sql.update("UPDATE router.peer SET paused_until = now() - interval '6 minutes'");
        soon().untilAsserted(() -> assertThat(run.router.http("GET", "/health", null).body()).contains("\"letta\":{\"reachable\":null,\"since\":"));
        assertThat(run.router.http("GET", "/metrics", null).body()).contains("router_peer_up{peer=\"letta\"} NaN");
        run.letta.up();
        say("two");

        run.hurryUntil(() -> assertThat(run.router.http("GET", "/health", null).body()).contains("\"letta\":{\"reachable\":true}"));
    }

    @Test
    @Tag("L6")
    void l6_aTurnThatEndedWithLettaIsAskedAgainAlthoughNobodyElseAskedMeanwhile() {
        run.letta.next(agent(name), Turn.says("lost").held());
        String event = say("hi");
        soon().until(() -> run.letta.running() == 1);
        run.letta.down();
        soon().untilAsserted(() -> assertThat(run.state(event)).startsWith("unknown"));
        soon().untilAsserted(() -> assertThat(run.sql.queryForObject("SELECT refused_at > ended_at FROM router.peer, router.inbox WHERE name = 'letta' AND event_id = ?", Boolean.class, event)).isTrue());
        run.letta.up();

        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
        assertThat(run.letta.asked(agent(name))).as("what was lost, and what was answered").containsExactly("hi", "hi");
        soon().untilAsserted(() -> assertThat(said()).hasSize(1));
    }

    @Test
    @Tag("D7")
    void d7_ofTwoOutagesOnOneDayOneIsTold() {
        for (int outage = 0; outage < 2; outage++) {
            run.letta.down();
            String event = say("in outage " + outage);
            awaitAway("letta");
            passSeconds(31);
            soon().untilAsserted(() -> assertThat(said()).contains(AWAY));
            run.letta.up();
            run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
        }

        soon().untilAsserted(() -> assertThat(said()).hasSize(3));
        assertThat(said()).filteredOn(AWAY::equals).hasSize(1);
    }

    @Test
    @Tag("D7")
    void d7_aRoomThatNoAgentWouldAnswerAnywayIsNotTold() {
        run.sql.update("UPDATE agent_mappings SET room_id = NULL WHERE agent_id = ?", agent(name));
        run.letta.down();
        run.map(name + "b", "!" + name + "b:test.local");
        run.homeserver.say("!" + name + "b:test.local", PERSON, "hi");
        String event = say("hi");
        awaitAway("letta");
        passSeconds(31);

        soon().untilAsserted(() -> assertThat(said("!" + name + "b:test.local")).containsExactly(AWAY));
        run.letta.up();
        assertThat(run.state(event)).isEqualTo("ignored not-mapped");
        assertThat(said()).isEmpty();
    }

    @Test
    @Tag("L5")
    void l5_roomsOfAnAgentWhoseModelRefusesAreToldAndNoOthers() {
        run.map(name + "b", "!" + name + "b:test.local");
        run.letta.always(agent(name), text -> Turn.refused(Answer.json(401, "{\"error\":{\"type\":\"llm_authentication\",\"message\":\"no\",\"detail\":\"\"}}")));
        String event = say("hi");
        awaitAway("agent:" + agent(name));
        run.homeserver.say("!" + name + "b:test.local", PERSON, "hi");
        passSeconds(6);

        soon().untilAsserted(() -> assertThat(said()).containsExactly(AWAY));
        assertThat(run.state(event)).matches("(waiting|unknown) .*401.*");
        soon().untilAsserted(() -> assertThat(said("!" + name + "b:test.local")).hasSize(1).doesNotContain(AWAY));
    }

    @Test
    @Tag("D7")
    void d7_whatIsTooOldIsToldWithTheCount() {
        run.sql.update("INSERT INTO router.peer (name) VALUES ('letta') ON CONFLICT DO NOTHING");
        run.sql.update("UPDATE router.peer SET down_since = now(), paused_until = now() + interval '1 minute' WHERE name = 'letta'");
        List<String> events = List.of(say("one"), say("two"), say("three"));
        events.forEach(event -> soon().untilAsserted(() -> assertThat(run.state(event)).isEqualTo("waiting")));
        run.sql.update("UPDATE router.inbox SET waiting_since = now() - interval '25 hours' WHERE event_id IN (?, ?)", events.get(0), events.get(1));

        run.hurryUntil(() -> assertThat(run.state(events.get(2))).isEqualTo("answered"));
        assertThat(run.state(events.get(0))).isEqualTo("dead too-old");
        assertThat(run.state(events.get(1))).isEqualTo("dead too-old");
        assertThat(run.letta.asked(agent(name))).containsExactly("three");
        soon().untilAsserted(() -> assertThat(said()).filteredOn(text -> text.contains("not passed on to the agent: 2.")).hasSize(1));
    }

    @Test
    @Tag("D7")
    void d7_anAnswerToAMessageOfLongAgoSaysSo() {
        run.sql.update("INSERT INTO router.peer (name) VALUES ('letta') ON CONFLICT DO NOTHING");
        run.sql.update("UPDATE router.peer SET down_since = now(), paused_until = now() + interval '1 minute' WHERE name = 'letta'");
        String event = say("hi");
        run.await(event, "waiting");
        run.sql.update("UPDATE router.inbox SET received_at = now() - interval '2 hours' WHERE event_id = ?", event);

        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
        soon().untilAsserted(() -> assertThat(said()).singleElement().asString().matches("(?s)\\(late answer to a message of \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\\)\\s+" + name + " heard: hi"));
    }

    @Test
    @Tag("L7")
    void l7_anAgentThatTakesItsTimeIsShownAsTypingUntilItHasAnswered() {
        run.letta.next(agent(name), Turn.says("at last").held());
        say("think");

        soon().untilAsserted(() -> assertThat(typing()).containsExactly("{\"typing\":true,\"timeout\":30000}"));
        run.letta.release(agent(name));

        soon().untilAsserted(() -> assertThat(typing()).containsExactly("{\"typing\":true,\"timeout\":30000}", "{\"typing\":false}"));
        soon().untilAsserted(() -> assertThat(said()).containsExactly("at last"));
    }

    /** Unknown is not empty: whoever cannot be asked has said nothing. */
    @Test
    @Tag("V5")
    @Tag("R15")
    @Tag("R18")
    void v5_r15_r18_anUnreachablePeerTakesNoMappingAwayAndMovesNoRoom() throws IOException {
        Files.writeString(run.router.file, TestFile.file(TestFile.entry(agent(name), "\"agent_name\": \"" + name + "\", \"matrix_user_id\": \"" + user(name) + "\", \"room_id\": \"" + room + "\"")));
        run.router.http("POST", "/mappings/sync", null);
        List<String> before = known();
        run.homeserver.down();
        run.letta.down();
        try {
            String[] events = {RawEvent.text(RawEvent.id(), room, PERSON, "hi"), state("m.room.member", "@letta:test.local", "{\"membership\":\"leave\"}"),
                state("m.room.member", user(name), "{\"membership\":\"invite\"}"), state("m.room.tombstone", "", "{\"body\":\"\",\"replacement_room\":\"!elsewhere:test.local\"}")};
            assertThat(run.homeserver.transaction(name, RawEvent.transaction(events)).statusCode()).isEqualTo(200);
            assertThat(run.router.http("GET", "/mappings/verification?live=true", null).statusCode()).isEqualTo(200);
            assertThat(run.router.http("POST", "/mappings/sync", null).statusCode()).isEqualTo(200);
            assertThat(run.router.http("POST", "/agents/" + agent(name) + "/provision", "{\"owner\":\"" + PERSON + "\"}").statusCode()).isEqualTo(502);
            soon().untilAsserted(() -> assertThat(run.sql.queryForObject("SELECT count(*) FROM router.inbox WHERE room_id = ? AND task IS NOT NULL AND tries = 0", Integer.class, room)).isZero());
            awaitAway("letta");
            assertThat(known()).isEqualTo(before);
        } finally {
            run.homeserver.up();
            run.letta.up();
        }
    }

    private static List<String> known() {
        return run.sql.queryForList("SELECT agent_mappings::text FROM agent_mappings UNION ALL SELECT invitation_status::text FROM invitation_status UNION ALL SELECT mark::text FROM router.mark WHERE mark <> 'not-found'"
                + " UNION ALL SELECT applied::text FROM router.applied UNION ALL SELECT joined_room::text FROM router.joined_room ORDER BY 1", String.class);
    }

    private String state(String type, String key, String content) {
        return RawEvent.event(RawEvent.id(), room, PERSON, type, content, ",\"state_key\":\"" + key + "\"");
    }

    private String say(String text) {
        return run.homeserver.say(room, PERSON, text);
    }

    private void awaitAway(String peer) {
        run.hurryUntil(() -> assertThat(run.sql.queryForList("SELECT name FROM router.peer WHERE down_since IS NOT NULL", String.class)).contains(peer));
    }

    private void passSeconds(int seconds) {
        run.sql.update("UPDATE router.peer SET down_since = down_since - ? * interval '1 second'", seconds);
        run.sql.update("UPDATE router.inbox SET waiting_since = waiting_since - ? * interval '1 second'", seconds);
    }

    private List<String> typing() {
        return run.homeserver.http.requests("PUT", "/typing/" + PathSegment.encode(user(name))).stream().filter(request -> request.path().contains(PathSegment.encode(room)))
                .map(request -> request.json().toString()).toList();
    }

    private List<String> said() {
        return said(room);
    }

    private List<String> said(String where) {
        return run.homeserver.events(where).stream().filter(event -> event.path("type").asText().equals("m.room.message") && !event.path("sender").asText().equals(PERSON))
                .map(event -> event.path("content").path("body").asText()).toList();
    }
}
