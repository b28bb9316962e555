package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.PathSegment;
import org.matrixletta.router.peers.Fault;
import org.matrixletta.router.peers.RecordedRequest;
import org.matrixletta.router.peers.Turn;

/** Who posts an answer, on a homeserver that wants its users registered, their devices known and everybody in the room. */
class SpeakersTest {

    private static final String BOT = "@letta:test.local";
    private static final String DEVICE = "MATRIXLETTAROUTER";
    private static final String NO_DEVICES = "{\"errcode\":\"M_UNRECOGNIZED\",\"error\":\"Unrecognized request\"}";

    private static final Fault AS_USUAL = new Fault(true, null, Duration.ZERO);

    static MessagingRouter run;
    static int tests;

    final String name = "speaker" + ++tests;
    final String room = "!" + name + ":test.local";

    @BeforeAll
    static void start() throws Exception {
        run = MessagingRouter.start();
        run.homeserver.strict().user(BOT, DEVICE);
        // Whoever follows an invitation registers and joins as well, and sees to a removal; here an answer is to do so.
        run.router.camel().getRouteController().stopRoute("room-tasks");
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @BeforeEach
    void map() {
        run.homeserver.service("http://127.0.0.1:" + run.router.port);
        run.homeserver.http.heal();
        run.homeserver.http.forgetRequests(true);
        run.map(name, room);
    }

    @Test
    @Tag("P2")
    void p2_anAgentThatTheHomeserverDoesNotKnowIsRegisteredJoinsByItsInvitationAndGetsADeviceOnceEach() {
        run.homeserver.room(room, PERSON);
        run.homeserver.sendState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"invite\"}");
        ask("one");
        ask("two");

        run.hurryUntil(() -> assertThat(said()).containsExactly(user(name) + ": " + name + " heard: one", user(name) + ": " + name + " heard: two"));
        // A look at the homeserver registers the bot, and may come at any time.
        assertThat(run.homeserver.http.requests("POST", "/register")).extracting(request -> request.json().get("username").asText()).filteredOn(username -> !username.equals("letta"))
                .containsExactly("agent_" + name);
        assertThat(joins()).hasSize(1);
        assertThat(run.homeserver.http.requests("PUT", "/devices/")).hasSize(1);
    }

    @Test
    @Tag("P2")
    void p2_whereDevicesCannotBeMadeByRequestALoginMakesIt() {
        run.homeserver.room(room, PERSON, user(name)).user(user(name));
        run.homeserver.http.next(1, "PUT", "/devices/", Fault.answers(404, NO_DEVICES));
        ask("hi");

        run.hurryUntil(() -> assertThat(said()).hasSize(1));
        assertThat(run.homeserver.http.requests("POST", "/login")).hasSize(1);
        assertThat(lastSend().query("device_id")).isEqualTo(DEVICE);
    }

    @Test
    @Tag("P3")
    void p3_whereThereIsNoDeviceAtAllTheRoomIsReadBeforeAnAnswerIsSentAgain() {
        run.homeserver.room(room, PERSON, user(name)).user(user(name));
        run.homeserver.http.next(1, "PUT", "/devices/", Fault.answers(404, NO_DEVICES));
        run.homeserver.http.next(1, "POST", "/login", Fault.answers(403, "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"no\"}"));
        run.homeserver.http.next(2, "PUT", "/send/", AS_USUAL);
        run.homeserver.http.next(1, "PUT", "/send/", Fault.dropsAfter());
        askUnheard("hi");

        soon().untilAsserted(() -> assertThat(said()).hasSize(1));
        run.homeserver.restart();
        run.hurryUntil(() -> assertThat(states()).containsExactly("sent"));
        assertThat(said()).hasSize(1);
        assertThat(lastSend().query("device_id")).isNull();
        assertThat(run.homeserver.http.requests("PUT", "/send/")).hasSize(3);
        assertThat(eventIds()).containsExactly(posted());
    }

    @Test
    @Tag("P3")
    void p3_halfADayAfterTheFirstTryTheRoomIsReadBeforeAnAnswerIsSentAgain() {
        run.homeserver.room(room, PERSON, user(name)).user(user(name), DEVICE);
        run.homeserver.http.next(1, "PUT", "/send/", Fault.dropsAfter());
        askUnheard("hi");

        soon().untilAsserted(() -> assertThat(said()).hasSize(1));
        soon().untilAsserted(() -> assertThat(states()).containsExactly("waiting"));
        run.sql.update("UPDATE router.outbox SET first_try_at = now() - interval '13 hours', next_at = now() + interval '1 hour' WHERE room_id = ?", room);
        for (int i = 0; i < 250; i++) {
            run.homeserver.say(room, BOT, "talk " + i);
        }
        run.hurryUntil(() -> assertThat(states()).containsExactly("sent"));
        assertThat(recalls()).hasSize(3).allSatisfy(request -> assertThat(request.query("user_id")).isEqualTo(user(name)));
        assertThat(run.homeserver.http.requests("PUT", "/send/")).hasSize(1);
        assertThat(eventIds()).containsExactly(posted());
    }

    @Test
    @Tag("P3")
    void p3_whatTheRoomDoesNotHoldIsSentAgain() {
        run.homeserver.room(room, PERSON, user(name)).user(user(name), DEVICE);
        run.homeserver.http.next(1, "PUT", "/send/", Fault.dropsBefore());
        askUnheard("hi");

        soon().untilAsserted(() -> assertThat(states()).containsExactly("waiting"));
        run.sql.update("UPDATE router.outbox SET first_try_at = now() - interval '13 hours' WHERE room_id = ?", room);
        run.hurryUntil(() -> assertThat(states()).containsExactly("sent"));
        assertThat(recalls()).isNotEmpty();
        assertThat(said()).hasSize(1);
    }

    @Test
    @Tag("P2")
    void p2_anAnswerToAMessageOfYesterdayIsNotGivenUpForAFewFailures() {
        run.homeserver.room(room, PERSON, user(name)).user(user(name), DEVICE);
        run.homeserver.http.next(4, "PUT", "/send/", Fault.answers(500, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"Internal server error\"}"));
        askUnheard("hi");

        soon().untilAsserted(() -> assertThat(states()).containsExactly("waiting"));
        run.sql.update("UPDATE router.outbox SET first_try_at = now() - interval '25 hours' WHERE room_id = ?", room);
        run.hurryUntil(() -> assertThat(states()).containsExactly("sent"));
        assertThat(said()).hasSize(1);
    }

    @Test
    @Tag("P2")
    void p2_whereTheAgentMayNotWriteTheBotSaysItInItsName() {
        run.homeserver.room(room, PERSON, BOT).user(user(name), DEVICE);
        ask("hi");

        run.hurryUntil(() -> assertThat(said()).containsExactly(BOT + ": " + name + ":\n" + name + " heard: hi"));
        assertThat(joins()).hasSize(1);
    }

    @Test
    @Tag("P2")
    void p2_whereNeitherMayWriteItIsADeadLetter() {
        run.homeserver.room(room, PERSON).user(user(name), DEVICE);
        ask("hi");

        run.hurryUntil(() -> assertThat(states()).containsExactly("dead"));
        assertThat(run.sql.queryForObject("SELECT reason FROM router.outbox WHERE room_id = ?", String.class, room)).contains("M_FORBIDDEN");
        assertThat(said()).isEmpty();
    }

    @Test
    @Tag("P2")
    @Tag("S33")
    void p2_aUserThatIsNotOursIsNeverAsserted() {
        run.sql.update("UPDATE agent_mappings SET matrix_user_id = ? WHERE agent_id = ?", "@" + name + ":elsewhere.example", agent(name));
        run.homeserver.room(room, PERSON, BOT);
        ask("hi");

        run.hurryUntil(() -> assertThat(said()).containsExactly(BOT + ": " + name + ":\n" + name + " heard: hi"));
        assertThat(run.homeserver.http.requests("PUT", "/send/")).extracting(request -> request.query("user_id")).containsOnly(BOT);
    }

    @Test
    @Tag("P2")
    @Tag("P3")
    void p2_afterASendOfUnknownOutcomeTheRoomIsReadBeforeTheBotSaysTheSame() {
        run.homeserver.room(room, PERSON, BOT, user(name)).user(user(name), DEVICE);
        run.homeserver.http.next(1, "PUT", "/send/", Fault.dropsAfter());
        askUnheard("hi");
        soon().untilAsserted(() -> assertThat(said()).hasSize(1));
        run.homeserver.sendState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"ban\"}");

        run.hurryUntil(() -> assertThat(states()).containsExactly("sent"));
        assertThat(said()).containsExactly(user(name) + ": " + name + " heard: hi");
    }

    @Test
    @Tag("R17")
    void r17_whoWasPutOutOfTheRoomDoesNotGoInAgain() {
        run.homeserver.room(room, PERSON, BOT).user(user(name), DEVICE);
        String removal = run.homeserver.sendState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"ban\"}");
        run.await(removal, "ignored membership");
        run.sql.update("INSERT INTO router.step (seq, what) SELECT seq, 'removed' FROM router.inbox WHERE event_id = ?", removal);
        run.sql.update("UPDATE router.inbox SET task = NULL WHERE event_id = ?", removal);
        ask("hi");

        run.hurryUntil(() -> assertThat(said()).hasSize(1));
        assertThat(run.homeserver.http.requests("POST", "/join/")).isEmpty();

        // Given another room, as the alarm says, it goes there
        String other = "!other-of-" + name + ":test.local";
        run.homeserver.room(other, PERSON, BOT, user(name));
        run.sql.update("UPDATE agent_mappings SET room_id = ? WHERE agent_id = ?", other, agent(name));
        run.homeserver.send(other, PERSON, "m.room.message", "{\"msgtype\":\"m.text\",\"body\":\"hi\"}");
        run.hurryUntil(() -> assertThat(run.homeserver.conversation(other)).hasSize(2).last().asString().startsWith(user(name)));
    }

    @Test
    @Tag("R17")
    void r17_whoWasPutOutJustNowDoesNotGoInAgainBeforeThatIsSeenTo() {
        run.homeserver.room(room, PERSON, BOT).user(user(name), DEVICE);
        run.await(run.homeserver.sendState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"leave\"}"), "ignored membership");
        ask("hi");

        run.hurryUntil(() -> assertThat(said()).hasSize(1));
        assertThat(run.homeserver.http.requests("POST", "/join/")).isEmpty();
    }

    /** What was read for an answer of one user; catch-up reads what all have said. */
    private static List<RecordedRequest> recalls() {
        return run.homeserver.http.requests("GET", "/messages").stream().filter(request -> request.query("filter") != null).toList();
    }

    private void ask(String text) {
        run.homeserver.say(room, PERSON, text);
    }

    /** Asks so that no echo of the answer tells the router that it is in the room. */
    private void askUnheard(String text) {
        run.letta.next(agent(name), Turn.says(name + " heard: " + text).held());
        ask(text);
        soon().until(() -> run.letta.running() == 1);
        run.homeserver.service("http://127.0.0.1:1");
        run.letta.release(agent(name));
    }

    private List<String> said() {
        return run.homeserver.events(room).stream().filter(event -> event.at("/content").has("org.matrixletta.source"))
                .map(event -> event.get("sender").asText() + ": " + event.at("/content/body").asText()).toList();
    }

    private List<RecordedRequest> joins() {
        return run.homeserver.http.requests("POST", "/join/" + PathSegment.encode(room));
    }

    private String posted() {
        return run.homeserver.events(room).stream().filter(event -> event.at("/content").has("org.matrixletta.source")).findFirst().orElseThrow().get("event_id").asText();
    }

    private List<String> eventIds() {
        return run.sql.queryForList("SELECT event_id FROM router.outbox WHERE room_id = ?", String.class, room);
    }

    private static RecordedRequest lastSend() {
        List<RecordedRequest> sends = run.homeserver.http.requests("PUT", "/send/");
        return sends.get(sends.size() - 1);
    }

    private List<String> states() {
        return run.sql.queryForList("SELECT state FROM router.outbox WHERE room_id = ? ORDER BY seq, part", String.class, room);
    }
}
