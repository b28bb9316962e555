package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.mapping.TestFile;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.RecordedRequest;
import org.matrixletta.router.peers.Turn;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** R: which agent a message goes to, at a LOG_LEVEL at which only that is said. */
@ExtendWith(OutputCaptureExtension.class)
class RoutingTest {

    private static final String LETTA_TOKEN = "secret-of-letta";
    private static final String DEFAULT = "agent-default";

    static MessagingRouter run;

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.letta-agent-id=" + DEFAULT, "--router.letta-token=" + LETTA_TOKEN, "--router.disabled-agents=agent-off", "--logging.level.root=WARN");
        run.letta.token(LETTA_TOKEN);
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @Test
    @Tag("R1")
    void r1_aMessageInAMappedRoomGoesToThatAgentOnceAndItsAnswerIntoTheRoom(CapturedOutput output) {
        run.map("BMO", "!r1:test.local");
        String event = run.homeserver.say("!r1:test.local", PERSON, "hi");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!r1:test.local")).containsExactly(PERSON + ": hi", user("BMO") + ": BMO heard: hi"));
        assertThat(run.letta.asked(agent("BMO"))).containsExactly("hi");
        run.await(event, "answered");
        assertThat(output).contains("INFO  routing: AGENT ROUTING: Room !r1:test.local -> Agent agent-bmo (BMO)\n");
    }

    @Test
    @Tag("R2")
    void r2_ofManyAgentsTheRoomsOwnIsAsked() {
        IntStream.rangeClosed(1, 56).forEach(n -> run.map("R2-" + n, "!r2-" + n + ":test.local"));
        run.await(run.homeserver.say("!r2-51:test.local", PERSON, "hi"), "answered");
        assertThat(IntStream.rangeClosed(1, 56).filter(n -> !run.letta.asked(agent("R2-" + n)).isEmpty())).containsExactly(51);
    }

    @Test
    @Tag("R3")
    void r3_aRoomWithoutAMappingGoesToTheDefaultAgent(CapturedOutput output) {
        double before = run.count("router.lookups", "outcome", "default");
        String event = run.homeserver.say("!r3:test.local", PERSON, "who is there");
        run.await(event, "answered");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!r3:test.local")).containsExactly(PERSON + ": who is there", "@letta:test.local: agent-default heard: who is there"));
        assertThat(output).contains("routing: No agent mapping found in DB for room !r3:test.local, using default agent\n",
                "routing: AGENT ROUTING: Room !r3:test.local -> Agent agent-default (DEFAULT)\n");
        assertThat(run.count("router.lookups", "outcome", "default")).isEqualTo(before + 1);
    }

    @Test
    @Tag("R6")
    void r6_theNextMessageFollowsAChangedMappingHoweverItWasChanged() {
        String room = "!r6:test.local";
        run.map("R6-One", room).map("R6-Two", null);
        run.await(run.homeserver.say(room, PERSON, "first"), "answered");

        run.router.http("PATCH", "/agents/agent-r6-one/mapping", "{\"room_id\": null}");
        run.router.http("PATCH", "/agents/agent-r6-two/mapping", "{\"room_id\": \"" + room + "\"}");
        run.await(run.homeserver.say(room, PERSON, "second"), "answered");

        String three = TestFile.agent("agent-r6-three", room);
        run.router.sync(TestFile.file(three, TestFile.agent("agent-r6-two", null)), "");
        run.await(run.homeserver.say(room, PERSON, "third"), "answered");

        assertThat(run.letta.asked("agent-r6-one")).containsExactly("first");
        assertThat(run.letta.asked("agent-r6-two")).containsExactly("second");
        assertThat(run.letta.asked("agent-r6-three")).containsExactly("third");
    }

    @Test
    @Tag("R6")
    void r6_aQueuedMessageFollowsTheMappingOfWhenItIsSentAndAnAnswerTheAgentThatGaveIt() {
        String room = "!r6-queued:test.local";
        run.map("R6-Old", room).map("R6-New", null);
        run.letta.next(agent("R6-Old"), Turn.says("from the old one").held());
        String first = run.homeserver.say(room, PERSON, "first");
        run.awaitTurn(first);
        String second = run.homeserver.say(room, PERSON, "second");
        run.await(second, "waiting");
        run.sql.update("UPDATE agent_mappings SET room_id = CASE agent_id WHEN 'agent-r6-new' THEN room_id END WHERE agent_id = 'agent-r6-old'");
        run.sql.update("UPDATE agent_mappings SET room_id = ? WHERE agent_id = 'agent-r6-new'", room);
        run.letta.release(agent("R6-Old"));
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation(room)).containsExactly(PERSON + ": first", PERSON + ": second",
                user("R6-Old") + ": from the old one", user("R6-New") + ": R6-New heard: second"));
        assertThat(run.letta.asked(agent("R6-Old"))).containsExactly("first");
    }

    @ParameterizedTest
    @Tag("R7")
    @CsvSource({"R7-V12, !9-YmM523BWULrXxDTaN6rgKZWWNGhNSOK2PGtEdA96o", "R7-Case, !9-ymm523bwulrxxdtan6rgkzwwnghnsok2pgteda96o", "R7-Odd, !a/../b?user_id=@x#%2F;+ü:test.local", "R7-Braces, '!${env:PATH}{{router.api-key}}:test.local'"})
    void r7_aRoomIdIsOpaqueAndOneSegmentOfAPath(String name, String room) {
        run.map(name, room);
        run.await(run.homeserver.say(room, PERSON, "hi"), "answered");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation(room)).containsExactly(PERSON + ": hi", user(name) + ": " + name + " heard: hi"));
    }

    @Test
    @Tag("R8")
    void r8_aDisabledAgentIsAskedNothingAndNobodyElseInItsPlace() {
        double before = run.count("router.events.claimed", "rule", "agent-disabled");
        run.map("Off", "!r8-off:test.local").map("Removed", "!r8-removed:test.local");
        // A column of the old system's, which marks agents that it no longer wants
        run.sql.execute("ALTER TABLE agent_mappings ADD COLUMN removed_at timestamptz");
        run.sql.update("UPDATE agent_mappings SET removed_at = now() WHERE agent_id = 'agent-removed'");
        run.await(run.homeserver.say("!r8-off:test.local", PERSON, "hi"), "ignored agent-disabled");
        run.await(run.homeserver.say("!r8-removed:test.local", PERSON, "hi"), "ignored agent-disabled");
        // The default agent as well, in a room without a mapping
        run.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, removed_at) VALUES (?, 'Default', '@agent_default:test.local', '', now())", DEFAULT);
        run.await(run.homeserver.say("!r8-unmapped:test.local", PERSON, "not for you"), "ignored agent-disabled");
        run.sql.update("DELETE FROM agent_mappings WHERE agent_id = ?", DEFAULT);
        assertThat(run.letta.asked("agent-off")).isEmpty();
        assertThat(run.letta.asked("agent-removed")).isEmpty();
        assertThat(run.letta.asked(DEFAULT)).doesNotContain("not for you");
        soon().untilAsserted(() -> assertThat(run.count("router.events.claimed", "rule", "agent-disabled")).isEqualTo(before + 3));
    }

    @Test
    @Tag("R13")
    void r13_aFurtherAttemptIsNoNewDecisionUnlessItGoesToAnotherAgent(CapturedOutput output) {
        Answer busy = Answer.json(409, "{\"detail\":\"Cannot send a new message: Another request (run_id=run-1) is currently being processed.\",\"run_id\":\"run-1\"}");
        run.map("R13", "!r13:test.local").map("R13-Other", "!r13-other:test.local");
        run.letta.next(agent("R13"), Turn.refused(busy), Turn.refused(busy));
        String again = run.homeserver.say("!r13:test.local", PERSON, "again");
        run.hurryUntil(() -> assertThat(run.state(again)).isEqualTo("answered"));
        assertThat(output.getOut().lines().filter(line -> line.contains("AGENT ROUTING: Room !r13:test.local"))).hasSize(1);

        run.letta.next(agent("R13"), Turn.refused(busy));
        String moved = run.homeserver.say("!r13:test.local", PERSON, "moved");
        soon().until(() -> run.state(moved).startsWith("waiting "));
        run.sql.update("UPDATE agent_mappings SET room_id = NULL WHERE agent_id = 'agent-r13'");
        run.sql.update("UPDATE agent_mappings SET room_id = '!r13:test.local' WHERE agent_id = 'agent-r13-other'");
        run.hurryUntil(() -> assertThat(run.state(moved)).isEqualTo("answered"));
        assertThat(output.getOut().lines().filter(line -> line.contains("AGENT ROUTING: Room !r13:test.local")).map(line -> line.replaceFirst(".*-> ", "")))
                .containsExactly("Agent agent-r13 (R13)", "Agent agent-r13 (R13)", "Agent agent-r13-other (R13-Other)");
    }

    @Test
    @Tag("R10")
    void r10_anAgentThatTakesItsTimeKeepsNobodyElseWaiting() {
        run.map("R10-Slow", "!r10-slow:test.local").map("R10-B", "!r10-b:test.local").map("R10-C", "!r10-c:test.local");
        run.letta.next(agent("R10-Slow"), Turn.says("at last").held());
        String slow = run.homeserver.say("!r10-slow:test.local", PERSON, "hi");
        run.await(slow, "asking");
        run.await(run.homeserver.say("!r10-b:test.local", PERSON, "hi"), "answered");
        run.await(run.homeserver.say("!r10-c:test.local", PERSON, "hi"), "answered");
        assertThat(run.state(slow)).isEqualTo("asking");
        run.letta.release(agent("R10-Slow"));
        run.await(slow, "answered");
    }

    @Test
    @Tag("R11")
    void r11_anAgentOfTwoRoomsIsAskedOneMessageAfterTheOtherInOrderOfReceipt() {
        run.letta.next(DEFAULT, Turn.says("one").held());
        String first = run.homeserver.say("!r11-a:test.local", PERSON, "r11 first");
        run.awaitTurn(first);
        List<String> others = IntStream.rangeClosed(2, 5).mapToObj(n -> run.homeserver.say("!r11-" + n + ":test.local", PERSON, "r11 message " + n)).toList();
        soon().until(() -> run.state(others.get(3)).startsWith("waiting"));
        run.letta.release(DEFAULT);
        run.await(others.get(3), "answered");
        assertThat(run.letta.asked(DEFAULT)).containsSubsequence("r11 first", "r11 message 2", "r11 message 3", "r11 message 4", "r11 message 5");
        assertThat(run.letta.mostAtOnce(DEFAULT)).isEqualTo(1);
    }

    @Test
    @Tag("R11")
    void r11_anAgentThatMovesFinishesInItsOldRoomBeforeItIsAskedFromItsNewOne() {
        run.map("R11-Mover", "!r11-old:test.local");
        run.letta.next(agent("R11-Mover"), Turn.says("done").held());
        run.awaitTurn(run.homeserver.say("!r11-old:test.local", PERSON, "old"));
        run.sql.update("UPDATE agent_mappings SET room_id = '!r11-new:test.local' WHERE agent_id = 'agent-r11-mover'");
        String next = run.homeserver.say("!r11-new:test.local", PERSON, "new");
        run.await(next, "waiting");
        run.letta.release(agent("R11-Mover"));
        run.await(next, "answered");
        assertThat(run.letta.asked(agent("R11-Mover"))).containsExactly("old", "new");
        assertThat(run.letta.mostAtOnce(agent("R11-Mover"))).isEqualTo(1);
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!r11-old:test.local")).contains(user("R11-Mover") + ": done"));
    }

    @Test
    @Tag("R14")
    void r14_ofSeveralRowsForARoomTheOldestCountsAndAllAreNamed(CapturedOutput output) {
        run.sql.execute("ALTER TABLE agent_mappings DROP CONSTRAINT agent_mappings_room_id_key");
        run.map("R14-C", "!r14:test.local").map("R14-B", "!r14:test.local").map("R14-A", "!r14:test.local");
        run.sql.update("UPDATE agent_mappings SET created_at = CASE agent_id WHEN 'agent-r14-a' THEN TIMESTAMP '2025-02-02' ELSE TIMESTAMP '2025-01-01' END WHERE agent_id LIKE 'agent-r14-%'");
        double before = run.count("router.lookups", "outcome", "contested");
        run.await(run.homeserver.say("!r14:test.local", PERSON, "one"), "answered");
        run.await(run.homeserver.say("!r14:test.local", PERSON, "two"), "answered");
        assertThat(run.letta.asked(agent("R14-B"))).containsExactly("one", "two");
        assertThat(output).contains("Room !r14:test.local belongs to several agents in the table: agent-r14-b, agent-r14-c, agent-r14-a; the oldest row counts");
        assertThat(run.count("router.lookups", "outcome", "contested")).isEqualTo(before + 2);
    }

    @Test
    @Tag("R16")
    void r16_aRoomWithoutAMappingAndWithoutTheBotIsNotOurs() {
        run.homeserver.room("!r16:test.local", PERSON);
        run.await(run.homeserver.say("!r16:test.local", PERSON, "among ourselves"), "ignored not-our-room");
        assertThat(run.letta.asked(DEFAULT)).doesNotContain("among ourselves");
    }

    @Test
    @Tag("L1")
    void l1_theAgentIsAskedWithATokenAndAnOtidThatARetryKeepsAndAReplayDoesNot() {
        run.map("L1", "!l1:test.local");
        run.letta.next(agent("L1"), Turn.refused(Answer.json(409, "{\"detail\":\"Cannot send a new message: Another request (run_id=run-1) is currently being processed.\",\"run_id\":\"run-1\"}")));
        String event = run.homeserver.say("!l1:test.local", PERSON, "hi \"there\"\n✅");
        run.await(event, "answered");
        run.sql.update("UPDATE router.inbox SET state = 'waiting', generation = generation + 1, next_at = now() WHERE event_id = ?", event);
        soon().untilAsserted(() -> assertThat(requests("agent-l1")).hasSize(3));

        assertThat(requests("agent-l1")).allSatisfy(request -> {
            assertThat(request.target()).isEqualTo("/v1/agents/agent-l1/messages");
            assertThat(request.header("Authorization")).isEqualTo("Bearer " + LETTA_TOKEN);
            assertThat(request.header("Content-Type")).isEqualTo("application/json");
            JsonNode body = request.json();
            assertThat(body.fieldNames()).toIterable().containsExactly("messages");
            assertThat(body.at("/messages/0/role").asText()).isEqualTo("user");
            assertThat(body.at("/messages/0/content").asText()).isEqualTo("hi \"there\"\n✅");
        });
        List<String> otids = requests("agent-l1").stream().map(request -> request.json().at("/messages/0/otid").asText()).toList();
        assertThat(otids.get(0)).isEqualTo(otids.get(1)).isNotEqualTo(otids.get(2)).isNotEmpty();
    }

    @Test
    @Tag("L1")
    void l1_whatNeitherLettaNorATableCanHoldIsReplaced() {
        run.map("L1-Raw", "!l1-raw:test.local");
        String event = RawEvent.id();
        run.homeserver.transaction("l1", RawEvent.transaction(RawEvent.text(event, "!l1-raw:test.local", PERSON, "nul \\u0000 high \\ud800 low \\udc00 pair \\ud83d\\ude00")));
        run.await(event, "answered");
        assertThat(run.letta.asked(agent("L1-Raw"))).containsExactly("nul \uFFFD high \uFFFD low \uFFFD pair 😀");
    }

    @Test
    @Tag("S24")
    void s24_anAgentsNameIsOneHarmlessLineInTheLog(CapturedOutput output) {
        run.map("S24", "!s24:test.local");
        run.sql.update("UPDATE agent_mappings SET agent_name = ? WHERE agent_id = 'agent-s24'", "A\nERROR forged\u001B[2J\u202E<b>" + "x".repeat(200));
        run.await(run.homeserver.say("!s24:test.local", PERSON, "hi"), "answered");
        assertThat(output.getOut().lines()).anySatisfy(line -> assertThat(line)
                .endsWith("AGENT ROUTING: Room !s24:test.local -> Agent agent-s24 (A\\u000AERROR forged\\u001B[2J\\u202E<b>" + "x".repeat(42) + "…)"));
        assertThat(output.getOut()).doesNotContain("\u001B[2J", "\u202E");
    }

    private static List<RecordedRequest> requests(String agent) {
        return run.letta.http.requests("POST", "/v1/agents/" + agent + "/messages");
    }
}
