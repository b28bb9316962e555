package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.RecordedRequest;
import org.matrixletta.router.peers.Turn;

/** One turn for each message, whatever Letta says, or does not say. */
class TurnsTest {

    private static final String PENDING = "{\"detail\":{\"code\":\"PENDING_APPROVAL\",\"message\":\"Cannot send a new message\",\"pending_request_id\":\"message-1\"}}";
    private static final String BUSY = "{\"detail\":\"Cannot send a new message: Another request (run_id=run-1) is currently being processed\",\"run_id\":\"run-1\"}";

    static MessagingRouter run;
    static int tests;

    final String name = "turn" + ++tests;
    final String room = "!" + name + ":test.local";

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.letta-turn-limit=5s", "--router.letta-token=secret-of-letta-0123456789");
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
    void heal() {
        run.letta.http.heal();
        run.sql.update("UPDATE router.inbox SET state = 'dropped', owner = NULL WHERE state IN ('waiting', 'unknown')");
        run.sql.update("UPDATE router.peer SET down_since = NULL, paused_until = NULL, tries = 0");
    }

    @Test
    @Tag("L1")
    void l1_aRequestIsTheTextWithAnOtidAndTheToken() {
        String event = ask("one \uD83D\uDE00");

        awaitState(event, "answered");
        RecordedRequest request = requests().get(0);
        assertThat(request.path()).isEqualTo("/v1/agents/" + agent(name) + "/messages");
        assertThat(request.header("Authorization")).isEqualTo("Bearer secret-of-letta-0123456789");
        JsonNode message = request.json().at("/messages/0");
        assertThat(message.path("role").asText()).isEqualTo("user");
        assertThat(message.path("content").asText()).isEqualTo("one \uD83D\uDE00");
        assertThat(message.path("otid").asText()).isNotBlank();
    }

    @Test
    @Tag("L1")
    void l1_whatLettaHangsOnIsReplacedAndARetryHasTheSameOtid() {
        run.letta.next(agent(name), Turn.fails(500));
        run.homeserver.transaction("of-" + name, ("{\"events\":[{\"type\":\"m.room.message\",\"event_id\":\"$of-" + name + "\",\"room_id\":\"" + room + "\",\"sender\":\"" + PERSON
                + "\",\"content\":{\"msgtype\":\"m.text\",\"body\":\"zero \\u0000 half \\ud800.\"}}]}").getBytes(StandardCharsets.UTF_8));

        awaitState("$of-" + name, "answered");
        assertThat(run.letta.asked(agent(name))).containsExactly("zero \uFFFD half \uFFFD.", "zero \uFFFD half \uFFFD.");
        assertThat(requests()).extracting(request -> request.json().at("/messages/0/otid").asText()).hasSize(2).containsOnly(requests().get(0).json().at("/messages/0/otid").asText());
    }

    @Test
    @Tag("L2")
    void l2_eachAssistantMessageIsOneMessageOfTheRoomInOrderAndUnknownTypesAreNone() {
        run.letta.next(agent(name), Turn.says().answering(Answer.json(200, """
                {"messages":[{"message_type":"reasoning_message","reasoning":"hm"},{"message_type":"assistant_message","content":"one"},
                {"message_type":"of_tomorrow","content":"x"},{"message_type":"assistant_message","content":[{"type":"text","text":"two"},{"type":"image"},{"type":"text","text":"three"}]}],
                "stop_reason":{"message_type":"stop_reason","stop_reason":"end_turn"},"usage":{}}""")));
        String event = ask("hi");

        awaitState(event, "answered");
        soon().untilAsserted(() -> assertThat(said()).containsExactly("m.text one", "m.text two\nthree"));
    }

    @Test
    @Tag("L2")
    void l2_aTurnWithoutTextIsAnsweredByNothing() {
        run.letta.next(agent(name), Turn.says());
        String event = ask("hi");

        awaitState(event, "answered");
        assertThat(run.sql.queryForList("SELECT source FROM router.outbox WHERE room_id = ?", room)).isEmpty();
    }

    @ParameterizedTest
    @Tag("L3")
    @ValueSource(strings = {"error", "llm_api_error", "max_tokens_exceeded", "cancelled", "of_tomorrow"})
    void l3_aTurnThatFailedIsADeadLetterWithWhatThereIsOfAnAnswerAndOneNotice(String reason) {
        run.letta.next(agent(name), Turn.says("as far as I came").stops(reason));
        String event = ask("hi");

        awaitState(event, "dead");
        soon().untilAsserted(() -> assertThat(said()).hasSize(2));
        assertThat(said().get(0)).isEqualTo("m.text as far as I came");
        assertThat(said().get(1)).startsWith("m.notice The agent could not answer this message").contains(event.substring(1, 9));
        run.hurry();
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("L3")
    void l3_anAnswerThatIsNotUnderstoodIsKeptMaskedInTheReason() {
        run.letta.next(agent(name), Turn.says().answering(Answer.json(200, "{\"unknown\":\"shape\",\"token\":\"abcdef0123456789\",\"filler\":\"" + "x".repeat(500) + "\"}")));
        String event = ask("hi");

        awaitState(event, "dead");
        assertThat(run.state(event)).contains("shape").doesNotContain("abcdef0123456789").hasSizeLessThan(220);
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("L4")
    void l4_aBusyAgentIsAskedLaterAndThatIsNoTryAndNoNotice() {
        run.letta.next(agent(name), Turn.refused(Answer.json(409, BUSY)), Turn.refused(Answer.json(409, BUSY)));
        String event = ask("hi");

        awaitState(event, "answered");
        assertThat(run.sql.queryForObject("SELECT tries || ' ' || waits || ' ' || looks FROM router.inbox WHERE event_id = ?", String.class, event)).isEqualTo("0 2 0");
        soon().untilAsserted(() -> assertThat(said()).hasSize(1));
    }

    @Test
    @Tag("L4")
    void l4_whatLettaCannotTakeIsADeadLetterAtOnce() {
        run.letta.next(agent(name), Turn.refused(Answer.json(422, "{\"detail\":\"bad\"}")));
        String event = ask("hi");

        awaitState(event, "dead");
        soon().untilAsserted(() -> assertThat(said()).singleElement().asString().contains(event.substring(1, 9)));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @ParameterizedTest
    @Tag("L5")
    @Tag("L6")
    @CsvSource({"429,0", "502,0", "503,0", "409,0", "500,1", "504,1", "400,1", "520,1"})
    void l5_afterAnUncertainFailureTwoLooksTenSecondsApartFindNothingBeforeItIsAskedAgain(int status, int tries) {
        run.letta.next(agent(name), Turn.refused(Answer.json(status, status == 400 ? "{\"error\":{\"type\":\"llm_bad_request\",\"message\":\"m\"}}" : "{\"detail\":\"no\"}")));
        String event = ask("hi");

        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT state || ' ' || looks || ' ' || (next_at >= ended_at + interval '9.9 seconds') FROM router.inbox WHERE event_id = ?", String.class, event))
                .containsExactly("unknown 0 true"));
        run.hurry();
        soon().untilAsserted(() -> assertThat(run.sql.queryForObject("SELECT state || ' ' || looks || ' ' || (next_at > now() + interval '8 seconds') FROM router.inbox WHERE event_id = ?", String.class, event))
                .isEqualTo("unknown 1 true"));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
        awaitState(event, "answered");
        assertThat(run.sql.queryForObject("SELECT tries FROM router.inbox WHERE event_id = ?", Integer.class, event)).isEqualTo(tries);
        assertThat(run.letta.asked(agent(name))).hasSize(2);
    }

    @Test
    @Tag("L5")
    void l5_aMessageThatFailsEightTimesIsADeadLetterWithOneNotice() {
        run.letta.always(agent(name), text -> Turn.fails(500));
        String event = ask("hi");

        awaitState(event, "dead");
        assertThat(run.letta.asked(agent(name))).hasSize(8);
        soon().untilAsserted(() -> assertThat(said()).hasSize(1));
    }

    @Test
    @Tag("L5")
    void l5_aRequestThatLettaWillNeverTakeIsADeadLetterOnceItIsCertainThatNothingHappened() {
        run.letta.next(agent(name), Turn.refused(Answer.json(400, "{\"detail\":\"bad\"}")));
        String event = ask("hi");

        awaitState(event, "dead");
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("L5")
    void l5_lettaIsNotAskedAgainBeforeItSaid() {
        run.letta.next(agent(name), Turn.refused(Answer.json(429, "{\"error\":{\"type\":\"llm_rate_limit\"}}").with("Retry-After", "1800")));
        String event = ask("hi");

        soon().untilAsserted(() -> assertThat(run.state(event)).startsWith("unknown"));
        for (int look = 0; look < 2; look++) {
            soon().untilAsserted(() -> {
                run.sql.update("UPDATE router.inbox SET next_at = now() WHERE event_id = ? AND state = 'unknown'", event);
                assertThat(run.sql.queryForObject("SELECT looks > 0 OR state = 'waiting' FROM router.inbox WHERE event_id = ?", Boolean.class, event)).isTrue();
            });
        }
        soon().untilAsserted(() -> {
            run.sql.update("UPDATE router.inbox SET next_at = now() WHERE event_id = ? AND state = 'unknown'", event);
            assertThat(run.sql.queryForObject("SELECT state || ' ' || (next_at > now() + interval '25 minutes') FROM router.inbox WHERE event_id = ?", String.class, event)).isEqualTo("waiting true");
        });
    }

    @Test
    @Tag("L5")
    void l5_anAgentWhoseModelRefusesIsPausedAloneAndItsMessageStays() {
        run.letta.always(agent(name), text -> Turn.fails(402));
        String other = "other-of-" + name;
        run.map(other, "!" + other + ":test.local");
        String event = ask("hi");

        run.hurryUntil(() -> assertThat(peers()).containsExactly("agent:" + agent(name)));
        String fine = run.homeserver.say("!" + other + ":test.local", PERSON, "hi");
        awaitState(fine, "answered");
        soon().untilAsserted(() -> assertThat(run.state(event)).contains("402"));
        run.letta.always(agent(name), Turn::says);
        awaitState(event, "answered");
        assertThat(peers()).isEmpty();
    }

    @Test
    @Tag("L4")
    @Tag("L5")
    void l5_aTokenThatLettaDoesNotTakePausesAllOfItWithOneAlarmUntilItDoes() {
        run.letta.token("another");
        String event = ask("hi");

        soon().untilAsserted(() -> assertThat(peers()).containsExactly("letta"));
        assertThat(run.state(event)).startsWith("waiting Letta answered 401");
        run.letta.token(null);
        awaitState(event, "answered");
        soon().untilAsserted(() -> assertThat(peers()).isEmpty());
    }

    @Test
    @Tag("L6")
    void l6_aTurnWhoseAnswerWasLostIsFoundInTheHistoryAndNeverAskedAgain() {
        run.letta.next(agent(name), Turn.says("one", "two").unanswered());
        String event = ask("hi");

        awaitState(event, "answered");
        soon().untilAsserted(() -> assertThat(said()).containsExactly("m.text one", "m.text two"));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("L6")
    void l6_aTurnWhoseSecondStepFailedIsPostedAsFarAsItCameWithOneNotice() {
        run.letta.next(agent(name), Turn.says("the first step").thenFails(500));
        String event = ask("hi");

        awaitState(event, "dead");
        soon().untilAsserted(() -> assertThat(said()).hasSize(2));
        assertThat(said().get(0)).isEqualTo("m.text the first step");
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("L6")
    void l6_whileTheRunIsOpenRoomAndAgentWaitAndNothingIsAskedTwice() {
        run.letta.next(agent(name), Turn.says("at last").held().cutOff());
        String event = ask("hi");
        String next = ask("next");

        awaitState(event, "unknown");
        soon().untilAsserted(() -> {
            run.hurry();
            assertThat(run.letta.http.requests("GET", "/v1/runs/").stream().filter(request -> agent(name).equals(request.query("agent_id"))).count()).isGreaterThan(5);
        });
        assertThat(run.state(event)).startsWith("unknown");
        assertThat(run.state(next)).isEqualTo("waiting");
        assertThat(run.letta.asked(agent(name))).hasSize(1);
        run.letta.release(agent(name));
        awaitState(next, "answered");
        soon().untilAsserted(() -> assertThat(said()).containsExactly("m.text at last", "m.text " + name + " heard: next"));
    }

    @Test
    @Tag("L6")
    void l6_aTurnThatTakesLongerThanTheLimitIsWaitedForAndPostedWhenItEnds() {
        run.letta.next(agent(name), Turn.says("late").held());
        String event = ask("hi");

        awaitState(event, "unknown");
        run.letta.release(agent(name));
        awaitState(event, "answered");
        soon().untilAsserted(() -> assertThat(said()).containsExactly("m.text late"));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("L7")
    void l7_aRunningTurnHoldsNoConnectionAndNoLock() {
        run.letta.next(agent(name), Turn.says("done").held());
        String event = ask("hi");

        awaitState(event, "asking");
        soon().until(() -> run.letta.running() == 1);
        soon().untilAsserted(() -> assertThat(run.sql.queryForList(
                "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()")).isEmpty());
        run.sql.update("UPDATE router.inbox SET waits = waits WHERE event_id = ?", event);
        run.letta.release(agent(name));
        awaitState(event, "answered");
    }

    @Test
    @Tag("L8")
    void l8_aRedirectIsNeverFollowedAndPausesLetta() {
        run.letta.next(agent(name), Turn.refused(Answer.json(307, "").with("Location", run.letta.http.uri() + "/v1/elsewhere")));
        String event = ask("hi");

        soon().untilAsserted(() -> assertThat(run.state(event)).startsWith("waiting Letta redirects (307)"));
        assertThat(run.letta.http.requests("POST", "/v1/elsewhere")).isEmpty();
        soon().untilAsserted(() -> assertThat(peers()).containsExactly("letta"));
        awaitState(event, "answered");
    }

    @Test
    @Tag("L9")
    void l9_anAgentThatWaitsForAnApprovalGetsTheMessageAfterwards() {
        run.letta.next(agent(name), Turn.refused(Answer.json(409, PENDING)), Turn.refused(Answer.json(409, PENDING)));
        String event = ask("hi");

        awaitState(event, "answered");
        soon().untilAsserted(() -> assertThat(said()).containsExactly("m.notice The agent waits for an approval in Letta.", "m.text " + name + " heard: hi"));
        assertThat(run.sql.queryForObject("SELECT tries FROM router.inbox WHERE event_id = ?", Integer.class, event)).isZero();
    }

    @Test
    @Tag("L9")
    void l9_aTurnThatStopsForAnApprovalIsFollowedUntilItsNextRunHasEndedAndNeverAskedAgain() {
        run.letta.next(agent(name), Turn.says("let me see").stops("requires_approval"));
        String event = ask("hi");

        awaitState(event, "unknown");
        soon().untilAsserted(() -> assertThat(said()).containsExactly("m.notice The agent waits for an approval in Letta."));
        soon().untilAsserted(() -> {
            run.hurry();
            assertThat(run.letta.http.requests("GET", "/v1/agents/" + agent(name) + "/messages").size()).isGreaterThan(2);
        });
        assertThat(run.state(event)).startsWith("unknown");
        run.letta.approve(agent(name), "done");
        awaitState(event, "answered");
        soon().untilAsserted(() -> assertThat(said()).containsExactly("m.notice The agent waits for an approval in Letta.", "m.text let me see", "m.text done"));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @ParameterizedTest
    @Tag("L9")
    @ValueSource(booleans = {true, false})
    void l9_whatNobodyApprovesWithinADayIsADeadLetter(boolean answered) {
        Turn stops = Turn.says("let me see").stops("requires_approval");
        run.letta.next(agent(name), answered ? stops : stops.unanswered());
        String event = ask("hi");

        awaitState(event, "unknown");
        soon().untilAsserted(() -> {
            run.hurry();
            assertThat(said()).containsExactly("m.notice The agent waits for an approval in Letta.");
        });
        run.sql.update("UPDATE router.inbox SET asked_at = asked_at - interval '25 hours' WHERE event_id = ?", event);
        awaitState(event, "dead");
        soon().untilAsserted(() -> assertThat(said()).hasSize(3).contains("m.text let me see"));
        assertThat(run.letta.asked(agent(name))).hasSize(1);
    }

    @Test
    @Tag("L10")
    void l10_aTurnThatOnlyWroteToAnotherAgentSaysSo() {
        run.letta.next(agent(name), Turn.says().answering(Answer.json(200, """
                {"messages":[{"message_type":"tool_call_message","id":"m1","tool_call":{"name":"matrix_agent_message","arguments":"{\\"to_agent\\":\\"Meridian\\",\\"message\\":\\"hello there\\"}","tool_call_id":"c1"}}],
                "stop_reason":{"message_type":"stop_reason","stop_reason":"end_turn"},"usage":{}}""")));
        String event = ask("hi");

        awaitState(event, "answered");
        soon().untilAsserted(() -> assertThat(said()).containsExactly("m.notice [Sent to another agent]: hello there"));
    }

    private String ask(String text) {
        return run.homeserver.say(room, PERSON, text);
    }

    private void awaitState(String event, String state) {
        run.hurryUntil(() -> assertThat(run.state(event)).startsWith(state));
    }

    private List<String> said() {
        return run.homeserver.events(room).stream().filter(event -> event.get("sender").asText().equals(user(name)))
                .filter(event -> event.get("type").asText().equals("m.room.message"))
                .map(event -> event.at("/content/msgtype").asText() + " " + event.at("/content/body").asText()).toList();
    }

    private List<RecordedRequest> requests() {
        return run.letta.http.requests("POST", "/v1/agents/" + agent(name) + "/messages");
    }

    private static List<String> peers() {
        return run.sql.queryForList("SELECT name FROM router.peer WHERE down_since IS NOT NULL", String.class);
    }
}
