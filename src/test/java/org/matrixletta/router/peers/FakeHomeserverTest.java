package org.matrixletta.router.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The fake homeserver does what the real one was seen to do, where the router's safety rests on it. */
class FakeHomeserverTest {

    private static final String ROOM = "!room:test.local";
    private static final String BMO = "@agent_bmo:test.local";
    private static final String FINN = "@agent_finn:test.local";
    private static final String ANN = "@ann:test.local";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    FakeHomeserver homeserver;
    PeerServer service;

    @BeforeEach
    void start() {
        service = new PeerServer(0, (request, reply) -> reply.accept(Answer.json(200, "{}")));
        homeserver = new FakeHomeserver(0, "test.local", "as", "hs").backOff(Duration.ofMillis(10)).person(ANN, "ann's").room(ROOM, ANN, BMO, FINN)
                .user(BMO, "ROUTER").user(FINN, "ROUTER").service(service.uri().toString()).strict();
    }

    @AfterEach
    void stop() {
        homeserver.close();
        service.close();
    }

    @Test
    void aTransactionOfADeviceIsRememberedOverARestartAndOneWithoutIsNot() {
        String first = send("t1", "?user_id=" + BMO);
        String withDevice = send("t2", "?user_id=" + BMO + "&device_id=ROUTER");
        assertThat(send("t1", "?user_id=" + BMO)).isEqualTo(first);
        homeserver.restart();
        assertThat(send("t2", "?user_id=" + BMO + "&device_id=ROUTER")).isEqualTo(withDevice);
        assertThat(send("t1", "?user_id=" + BMO)).isNotEqualTo(first);
        assertThat(homeserver.conversation(ROOM)).hasSize(3);
    }

    @Test
    void anotherAgentsTransactionIdInARoomSwallowsTheMessage() {
        assertThat(send("t1", "?user_id=" + FINN)).isEqualTo(send("t1", "?user_id=" + BMO));
        assertThat(homeserver.conversation(ROOM)).containsExactly(FINN + ": hi");
    }

    @Test
    void whoeverIsUnknownOrNotThereIsRefused() {
        assertThat(refusal("as", "t1", "?user_id=" + ANN)).isEqualTo("403 M_FORBIDDEN");
        assertThat(refusal("as", "t1", "?user_id=@agent_new:test.local")).isEqualTo("403 M_FORBIDDEN");
        assertThat(refusal("as", "t1", "?user_id=" + BMO + "&device_id=OTHER")).isEqualTo("400 ORG.MATRIX.MSC4326.M_UNKNOWN_DEVICE");
        assertThat(refusal("as", "t1", "")).as("the bot is in no room").isEqualTo("403 M_FORBIDDEN");
        assertThat(refusal("nobody's", "t1", "")).isEqualTo("401 M_UNKNOWN_TOKEN");
        assertThat(refusal("as", "t1", "?access_token=as")).isEqualTo("401 M_MISSING_TOKEN");
    }

    @Test
    void anAgentIsRegisteredGetsItsDeviceAndJoinsWhenInvited() {
        String user = "?user_id=@agent_new:test.local";
        String register = "{\"type\":\"m.login.application_service\",\"username\":\"agent_new\",\"inhibit_login\":true}";
        assertThat(ask("POST", "v3/register", "as", register).statusCode()).isEqualTo(200);
        assertThat(ask("POST", "v3/register", "as", register).body()).contains("M_USER_IN_USE");
        assertThat(ask("PUT", "v3/devices/ROUTER" + user, "as", "{}").statusCode()).isEqualTo(201);
        assertThat(ask("POST", "v3/join/%21room%3Atest.local" + user, "as", "{}").statusCode()).isEqualTo(403);
        assertThat(ask("POST", "v3/rooms/%21room%3Atest.local/invite", "ann's", "{\"user_id\":\"@agent_new:test.local\"}").statusCode()).isEqualTo(200);
        assertThat(ask("POST", "v3/join/%21room%3Atest.local" + user, "as", "{}").statusCode()).isEqualTo(200);
        assertThat(ask("GET", "v3/joined_rooms" + user, "as", null).body()).isEqualTo("{\"joined_rooms\":[\"!room:test.local\"]}");
        assertThat(send("t1", user + "&device_id=ROUTER")).startsWith("$");
    }

    @Test
    void theLongestTextThatSynapseTakesIsTaken() {
        assertThat(ask("PUT", path("t1", "?user_id=" + BMO), "as", text("x".repeat(64_894))).statusCode()).isEqualTo(200);
        assertThat(ask("PUT", path("t2", "?user_id=" + BMO), "as", text("x".repeat(64_895))).statusCode()).isEqualTo(413);
        assertThat(ask("PUT", path("t3", "?user_id=" + BMO), "as", text("\\n".repeat(32_448))).statusCode()).isEqualTo(413);
        assertThat(ask("PUT", path("t4", "?user_id=" + BMO), "as", text("\\ud800")).statusCode()).isEqualTo(500);
    }

    @Test
    void eventsArePushedInOrderAndTheSameTransactionAgainUntilItIsAccepted() {
        service.next(1, "PUT", "/transactions/", Fault.answers(503, "{}"));
        service.next(1, "PUT", "/transactions/", Fault.answers(200, "OK"));
        service.next(1, "PUT", "/transactions/", Fault.dropsAfter());
        for (int i = 0; i < 250; i++) {
            homeserver.say(ROOM, ANN, "text " + i);
        }
        await().until(() -> homeserver.unpushed() == 0);
        assertThat(homeserver.pushStatuses()).startsWith(503, 200, 0, 200);
        List<RecordedRequest> pushes = service.requests("PUT", "/_matrix/app/v1/transactions/");
        assertThat(pushes).allSatisfy(push -> assertThat(push.header("Authorization")).isEqualTo("Bearer hs"));
        assertThat(pushes.subList(0, 4)).extracting(RecordedRequest::path).containsOnly("/_matrix/app/v1/transactions/1");
        assertThat(pushes.subList(0, 4)).extracting(push -> new String(push.body(), StandardCharsets.UTF_8)).containsOnly(new String(pushes.get(0).body(), StandardCharsets.UTF_8));
        List<String> texts = pushes.stream().skip(3).flatMap(push -> StreamSupport.stream(push.json().get("events").spliterator(), false)).map(event -> event.at("/content/body").asText()).toList();
        assertThat(texts).isEqualTo(homeserver.events(ROOM).stream().skip(3).map(event -> event.at("/content/body").asText()).toList());
    }

    @Test
    void aCrashLosesWhatWaitsAndARestartCountsFromOneAgain() {
        service.next(1_000, "PUT", "/transactions/", Fault.answers(500, "{}"));
        homeserver.say(ROOM, ANN, "in flight");
        homeserver.say(ROOM, ANN, "behind");
        homeserver.crash();
        service.heal();
        await().until(() -> homeserver.unpushed() == 0);
        homeserver.restart();
        homeserver.say(ROOM, ANN, "after");
        await().until(() -> homeserver.unpushed() == 0);
        List<RecordedRequest> pushes = service.requests("PUT", "/transactions/");
        assertThat(new String(pushes.get(pushes.size() - 2).body(), StandardCharsets.UTF_8)).contains("in flight");
        assertThat(pushes.get(pushes.size() - 1).path()).endsWith("/1");
        assertThat(pushes).noneSatisfy(push -> assertThat(new String(push.body(), StandardCharsets.UTF_8)).contains("behind"));
        assertThat(homeserver.conversation(ROOM)).hasSize(3);
    }

    @Test
    void aPingPushesAtOnceWhatWaitsForItsBackOff() {
        homeserver.backOff(Duration.ofHours(1));
        service.next(1, "PUT", "/transactions/", Fault.answers(500, "{}"));
        homeserver.say(ROOM, ANN, "hi");
        await().until(() -> homeserver.pushStatuses().equals(List.of(500)));
        assertThat(ask("POST", "v1/appservice/other/ping", "as", "{}").statusCode()).isEqualTo(403);
        assertThat(ask("POST", "v1/appservice/letta/ping", "as", "{\"transaction_id\":\"x\"}").body()).contains("duration_ms");
        await().until(() -> homeserver.unpushed() == 0);
    }

    @Test
    void pagesOfARoomFollowOneAnotherBothWays() {
        for (int i = 0; i < 5; i++) {
            homeserver.sayUnheard(ROOM, ANN, "text " + i);
        }
        JsonNode newest = messages("?dir=b&limit=3&user_id=" + BMO);
        assertThat(newest.at("/chunk/0/content/body").asText()).isEqualTo("text 4");
        JsonNode older = messages("?dir=b&limit=3&user_id=" + BMO + "&from=" + newest.get("end").asText());
        assertThat(older.at("/chunk/0/content/body").asText()).isEqualTo("text 1");
        assertThat(messages("?dir=f&limit=3&user_id=" + BMO + "&from=" + older.get("start").asText()).at("/chunk/0/content/body").asText()).isEqualTo("text 2");
        JsonNode beginning = messages("?dir=b&limit=100&user_id=" + BMO + "&from=" + older.get("end").asText());
        assertThat(messages("?dir=b&user_id=" + BMO + "&from=" + beginning.get("end").asText()).has("end")).isFalse();
        assertThat(homeserver.unpushed()).isZero();
    }

    @Test
    void aPositionInARoomOutlivesACrashAndWhatIsNoneIsRefused() {
        homeserver.say(ROOM, ANN, "one");
        String position = messages("?dir=f&user_id=" + BMO).get("end").asText();
        assertThat(messages("?dir=f&user_id=" + BMO + "&from=" + position).has("end")).as("nothing is new").isFalse();
        homeserver.sayUnheard(ROOM, ANN, "two");
        homeserver.crash();

        JsonNode page = messages("?dir=f&user_id=" + BMO + "&from=" + position);
        assertThat(page.at("/chunk/0/content/body").asText()).isEqualTo("two");
        assertThat(page.at("/chunk/0/unsigned/membership").asText()).isEqualTo("join");
        assertThat(ask("GET", "v3/rooms/%21room%3Atest.local/messages?dir=f&from=garbage&user_id=" + BMO, "as", null).statusCode()).isEqualTo(400);
    }

    @Test
    void faultsComeBeforeOrAfterTheWork() {
        homeserver.http.next(1, "PUT", "/send/", Fault.dropsBefore());
        assertThatThrownBy(() -> send("t1", "?user_id=" + BMO)).hasRootCauseInstanceOf(IOException.class);
        assertThat(homeserver.conversation(ROOM)).isEmpty();
        homeserver.http.next(1, "PUT", "/send/", Fault.dropsAfter());
        assertThatThrownBy(() -> send("t1", "?user_id=" + BMO)).hasRootCauseInstanceOf(IOException.class);
        assertThat(homeserver.conversation(ROOM)).hasSize(1);
        homeserver.down();
        assertThatThrownBy(() -> send("t1", "?user_id=" + BMO)).hasRootCauseInstanceOf(IOException.class);
        homeserver.up();
        assertThat(send("t2", "?user_id=" + BMO)).startsWith("$");
    }

    private static String path(String txn, String query) {
        return "v3/rooms/%21room%3Atest.local/send/m.room.message/" + txn + query;
    }

    private static String text(String escaped) {
        return "{\"msgtype\":\"m.text\",\"body\":\"" + escaped + "\"}";
    }

    private String send(String txn, String query) {
        return Json.object(ask("PUT", path(txn, query), "as", text("hi")).body()).get("event_id").asText();
    }

    private String refusal(String token, String txn, String query) {
        HttpResponse<String> answer = ask("PUT", path(txn, query), token, text("hi"));
        return answer.statusCode() + " " + Json.object(answer.body()).get("errcode").asText();
    }

    private JsonNode messages(String query) {
        return Json.object(ask("GET", "v3/rooms/%21room%3Atest.local/messages" + query, "as", null).body());
    }

    private HttpResponse<String> ask(String method, String path, String token, String body) {
        return HTTP.sendAsync(HttpRequest.newBuilder(homeserver.http.uri().resolve(URI.create("/_matrix/client/" + path))).header("Authorization", "Bearer " + token)
                .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString()).join();
    }
}
