package org.matrixletta.router.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The fake Letta does what the real one was seen to do, where "asked exactly once" rests on it. */
class FakeLettaTest {

    private static final String BMO = "agent-00000000-0000-4000-8000-000000000001";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final FakeLetta letta = new FakeLetta(0).agent(BMO, "BMO");

    @AfterEach
    void stop() {
        letta.close();
    }

    @Test
    void aTurnIsStoredWithItsOtidFollowedByWhatWasSaid() {
        letta.next(BMO, Turn.says("one", "two"));
        assertThat(ask("hi", "o1").join().body()).contains("\"one\"", "\"two\"", "\"end_turn\"").doesNotContain("user_message");
        assertThat(ask("again", "o1").join().body()).contains("BMO heard: again");
        assertThat(types("/v1/agents/" + BMO + "/messages?order=asc")).containsExactly("user_message", "assistant_message", "assistant_message", "user_message", "assistant_message");
        assertThat(list("/v1/agents/" + BMO + "/messages?order=asc").get(0).get("otid").asText()).isEqualTo("o1");
        assertThat(letta.asked(BMO)).containsExactly("hi", "again");
    }

    @Test
    void theNewestMessagesAreListedOldestFirstAndPagedBackFromTheFirstOfThem() {
        for (int i = 0; i < 3; i++) {
            ask("text " + i, "o" + i).join();
        }
        JsonNode newest = list("/v1/agents/" + BMO + "/messages?limit=4&order=desc");
        assertThat(texts(newest)).containsExactly("text 1", "BMO heard: text 1", "text 2", "BMO heard: text 2");
        assertThat(texts(list("/v1/agents/" + BMO + "/messages/?limit=4&order=desc&before=" + newest.get(0).get("id").asText()))).containsExactly("text 0", "BMO heard: text 0");
        assertThat(get("/v1/agents/" + BMO + "/messages?before=message-unknown").statusCode()).isEqualTo(404);
    }

    @Test
    void aFailureInTheFirstStepLeavesNoMessageAndInTheSecondAllOfThem() {
        letta.next(BMO, Turn.fails(429), Turn.says("wait").thenFails(500));
        assertThat(ask("one", "o1").join().body()).contains("llm_rate_limit");
        assertThat(letta.history(BMO)).isEmpty();
        assertThat(ask("two", "o2").join().statusCode()).isEqualTo(500);
        assertThat(types("/v1/agents/" + BMO + "/messages")).containsExactly("user_message", "assistant_message", "tool_call_message", "tool_return_message");
        JsonNode run = list("/v1/runs/?agent_id=" + BMO + "&limit=1").get(0);
        assertThat(run.get("status").asText()).isEqualTo("failed");
        assertThat(list("/v1/runs/" + run.get("id").asText() + "/messages?order=asc")).hasSize(4);
    }

    @Test
    void aTurnGoesOnWhenItsConnectionIsCutAndItsRunIsOpenMeanwhile() {
        letta.next(BMO, Turn.says("late").held().cutOff());
        assertThatThrownBy(() -> ask("hi", "o1").join()).hasRootCauseInstanceOf(IOException.class);
        assertThat(list("/v1/runs/?agent_id=" + BMO + "&statuses=created&statuses=running")).hasSize(1);
        letta.release(BMO);
        assertThat(list("/v1/runs/?statuses=completed")).hasSize(1);
        assertThat(texts(list("/v1/agents/" + BMO + "/messages"))).containsExactly("hi", "late");
    }

    @Test
    void aKilledLettaLosesTheTurnAndKeepsItsRunOpen() {
        letta.next(BMO, Turn.says("lost").held());
        CompletableFuture<HttpResponse<String>> asked = ask("hi", "o1");
        await().until(() -> letta.running() == 1);
        letta.restart();
        assertThatThrownBy(asked::join).hasRootCauseInstanceOf(IOException.class);
        assertThat(letta.running()).isZero();
        assertThat(letta.history(BMO)).isEmpty();
        assertThat(list("/v1/runs/?statuses=created")).hasSize(1);
    }

    @Test
    void turnsOfOneAgentAtOnceAreCountedNotRefused() {
        letta.next(BMO, Turn.says("1").held(), Turn.says("2").held(), Turn.says("3").held());
        CompletableFuture<Void> all = CompletableFuture.allOf(ask("one", "o1"), ask("two", "o2"), ask("three", "o3"));
        await().until(() -> letta.running() == 3);
        letta.release(BMO);
        all.join();
        assertThat(letta.running()).isZero();
        ask("four", "o4").join();
        assertThat(letta.mostAtOnce(BMO)).isEqualTo(3);
        assertThat(letta.mostAtOnce()).isEqualTo(3);
    }

    @Test
    void openTurnsHoldNoThread() {
        int turns = 500;
        letta.always(text -> Turn.says(text).held());
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < turns; i++) {
            asked.add(ask("hi", "o" + i));
        }
        await().until(() -> letta.running() == turns);
        assertThat(get("/v1/health/").statusCode()).isEqualTo(200);
        letta.release(BMO);
        assertThat(asked).allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
    }

    @Test
    void anAgentThatWaitsForAnApprovalRefusesUntilItIsGiven() {
        letta.next(BMO, Turn.says("May I?").stops("requires_approval"));
        assertThat(ask("hi", "o1").join().body()).contains("\"requires_approval\"");
        assertThat(ask("well?", "o2").join().body()).contains("PENDING_APPROVAL");
        letta.approve(BMO, "Done.");
        assertThat(texts(list("/v1/agents/" + BMO + "/messages"))).containsExactly("hi", "May I?", "", "", "Done.");
        assertThat(ask("thanks", "o3").join().statusCode()).isEqualTo(200);
    }

    @Test
    void aDeletedAgentIsNotFoundInLettasOwnWords() {
        letta.delete(BMO);
        assertThat(ask("hi", "o1").join().body()).isEqualTo("{\"detail\":\"Agent with ID " + BMO + " not found\"}");
        letta.token("secret");
        assertThat(ask("hi", "o1").join().body()).isEqualTo("{\"detail\":\"Unauthorized\"}");
    }

    private CompletableFuture<HttpResponse<String>> ask(String text, String otid) {
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\",\"otid\":\"" + otid + "\"}]}";
        return HTTP.sendAsync(HttpRequest.newBuilder(letta.http.uri().resolve("/v1/agents/" + BMO + "/messages"))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) {
        return HTTP.sendAsync(HttpRequest.newBuilder(letta.http.uri().resolve(path)).build(), HttpResponse.BodyHandlers.ofString()).join();
    }

    private JsonNode list(String path) {
        return Json.read(get(path).body().getBytes(StandardCharsets.UTF_8));
    }

    private List<String> types(String path) {
        return StreamSupport.stream(list(path).spliterator(), false).map(message -> message.get("message_type").asText()).toList();
    }

    private static List<String> texts(JsonNode messages) {
        return StreamSupport.stream(messages.spliterator(), false).map(message -> message.path("content").asText()).toList();
    }
}
