package org.matrixletta.router.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.CutProxy;
import org.matrixletta.router.RunningRouter;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The API as operators and other services use it: its shapes and statuses. */
@ExtendWith(OutputCaptureExtension.class)
class HttpTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    static CutProxy wire;
    static RunningRouter router;

    @BeforeAll
    static void start() {
        String database = RunningRouter.newDatabase();
        wire = new CutProxy(RunningRouter.postgresPort());
        router = RunningRouter.on(database, "--router.api-open-reads=true",
                "--router.database-url=postgresql://postgres:postgres@127.0.0.1:" + wire.port + "/" + database).restart().awaitStore();
    }

    @AfterAll
    static void stop() {
        router.close();
        wire.close();
    }

    @BeforeEach
    void twoAgents() throws IOException {
        Files.deleteIfExists(router.file);
        router.emptyStore();
        router.sync(file(agent("agent-1", "!one:test.local"), agent("agent-2", null)), "");
    }

    @Test
    void theHealthCheckOfTheImageAsksWhereTheServiceListens() throws Exception {
        ProcessBuilder check = new ProcessBuilder("bash", "container/healthy");
        check.environment().put("API_PORT", String.valueOf(router.port));

        assertThat(check.start().waitFor()).isZero();
    }

    @Test
    @Tag("H1")
    void h1_openReadsNeedNoKeyAndEachCallerIsNamedOnce(CapturedOutput log) throws IOException {
        // When callers without a key ask for what the old system gave them
        HttpResponse<String> mappings = router.anyone("GET", "/agents/mappings", null);
        HttpResponse<String> room = router.anyone("GET", "/agents/agent-1/room", null);

        // Then they get it in the old shape, without passwords
        assertThat(mappings.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(mappings.body())).isEqualTo(JSON.readTree("""
                {"success": true, "message": "Retrieved 2 agent mappings", "mappings": {
                  "agent-1": {"agent_id": "agent-1", "agent_name": "Name of agent-1", "matrix_user_id": "@agent-1:test.local", "created": true,
                    "room_id": "!one:test.local", "room_created": false, "invitation_status": {}},
                  "agent-2": {"agent_id": "agent-2", "agent_name": "Name of agent-2", "matrix_user_id": "@agent-2:test.local", "created": true,
                    "room_id": null, "room_created": false, "invitation_status": {}}}}"""));
        assertThat(room.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(room.body())).isEqualTo(JSON.readTree("""
                {"success": true, "agent_id": "agent-1", "agent_name": "Name of agent-1", "room_id": "!one:test.local",
                 "matrix_user_id": "@agent-1:test.local", "room_created": false, "invitation_status": {}}"""));
        assertThat(log.getOut()).containsOnlyOnce("127.0.0.1 reads mappings without a key");
        // And nothing else is open
        assertThat(router.anyone("GET", "/mappings/history", null).statusCode()).isEqualTo(401);
        assertThat(router.anyone("PUT", "/agents/agent-1/mapping", "{}").statusCode()).isEqualTo(401);
    }

    @Test
    void aMissingAgentAndAMissingRoomAreToldApart() throws IOException {
        assertThat(detail(router.http("GET", "/agents/agent-9/room", null), 404)).isEqualTo("Agent agent-9 not found in mappings");
        assertThat(detail(router.http("GET", "/agents/agent-2/room", null), 404)).isEqualTo("Agent agent-2 does not have a room created yet");
    }

    @Test
    @Tag("H2")
    void h2_anAbsentOrEmptyPasswordLeavesTheStoredOne() throws IOException {
        for (String method : List.of("PUT", "PATCH")) {
            for (String body : List.of("{\"agent_name\": \"%s\"}", "{\"agent_name\": \"%s\", \"matrix_password\": \"\"}")) {
                // When an old client writes without a password
                String name = method + " of " + body.length();
                HttpResponse<String> answer = router.http(method, "/agents/agent-1/mapping", body.formatted(name));

                // Then everything else is written
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(JSON.readTree(answer.body()).at("/mapping/agent_name").asText()).isEqualTo(name);
                assertThat(stored("agent-1", "matrix_password")).isEqualTo("secret-of-agent-1");
                assertThat(stored("agent-1", "room_id")).isEqualTo("!one:test.local");
            }
        }
    }

    @Test
    @Tag("H2")
    void h2_patchClearsARoomWithNullAndAnEmptyPatchChangesNothing() throws IOException {
        HttpResponse<String> empty = router.http("PATCH", "/agents/agent-1/mapping", "{}");
        assertThat(JSON.readTree(empty.body()).path("message").asText()).isEqualTo("No fields to update");
        assertThat(stored("agent-1", "room_id")).isEqualTo("!one:test.local");

        HttpResponse<String> cleared = router.http("PATCH", "/agents/agent-1/mapping", "{\"room_id\": null}");
        assertThat(JSON.readTree(cleared.body()).at("/mapping/room_id").isNull()).isTrue();
        assertThat(stored("agent-1", "room_id")).isNull();
    }

    @Test
    @Tag("H2")
    void h2_aRoomOrUserOfAnotherAgentIsAConflictThatNamesBoth() throws IOException {
        for (String method : List.of("PUT", "PATCH")) {
            for (String field : List.of("\"room_id\": \"!one:test.local\"", "\"matrix_user_id\": \"@agent-1:test.local\"")) {
                HttpResponse<String> answer = router.http(method, "/agents/agent-2/mapping", "{" + field + "}");

                assertThat(detail(answer, 409)).contains("agent-2").contains("stays with agent-1");
            }
        }
        assertThat(stored("agent-1", "room_id")).isEqualTo("!one:test.local");
    }

    @Test
    void aMappingIsMadeAndDeleted() throws IOException {
        // Given what the old clients send
        String whole = "{\"agent_name\": \"Zoë\", \"matrix_user_id\": \"@zoe:test.local\", \"matrix_password\": \"secret-of-zoe\", \"room_id\": \"!zoe:test.local\", \"room_created\": true}";

        HttpResponse<String> made = router.http("PUT", "/agents/agent-3/mapping", whole);
        assertThat(made.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(made.body())).isEqualTo(JSON.readTree("""
                {"success": true, "agent_id": "agent-3", "mapping": {"agent_id": "agent-3", "agent_name": "Zoë", "matrix_user_id": "@zoe:test.local",
                 "created": true, "room_id": "!zoe:test.local", "room_created": true, "invitation_status": {}}}"""));

        assertThat(router.http("DELETE", "/agents/agent-3/mapping", null).statusCode()).isEqualTo(200);
        assertThat(detail(router.http("DELETE", "/agents/agent-3/mapping", null), 404)).isEqualTo("Agent agent-3 not found");
        assertThat(detail(router.http("PATCH", "/agents/agent-3/mapping", "{\"agent_name\": \"Z\"}"), 404)).isEqualTo("Agent agent-3 not found");
    }

    @Test
    void badInputIs422AndSaysWhatIsWrongWithoutRepeatingIt() throws IOException {
        for (String body : List.of("", "[]", "\"secret-of-nobody\"", "{\"matrix_password\": \"secret-of-nobody\"", "{\"room_id\": 7}", "{\"room_id\": \"secret-of-nobody\"}")) {
            HttpResponse<String> answer = router.http("PUT", "/agents/agent-1/mapping", body);

            assertThat(answer.statusCode()).as(body + " → " + answer.body()).isEqualTo(422);
            assertThat(answer.body()).doesNotContain("secret-of-nobody");
            JsonNode first = JSON.readTree(answer.body()).at("/detail/0");
            assertThat(first.path("msg").asText()).isNotEmpty();
            assertThat(first.path("loc").isArray()).isTrue();
        }
        assertThat(router.http("POST", "/mappings/history/nonsense/restore", null).statusCode()).isEqualTo(422);
        assertThat(router.http("POST", "/mappings/sync", "{\"a\": ").statusCode()).isEqualTo(422);
        assertThat(router.http("POST", "/webhook/new-agent", "[]").statusCode()).isEqualTo(422);
        assertThat(router.http("POST", "/routes/nonsense/stop", null).statusCode()).isEqualTo(404);
    }

    @Test
    @Tag("H3")
    void h3_aStoreThatIsDownIs503OnEveryPathAndHeals() {
        // Given a database that cannot be reached any more
        wire.cut();
        await().atMost(Duration.ofSeconds(30)).until(() -> router.anyone("GET", "/health", null).statusCode(), status -> status == 503);
        List<String> requests = List.of("GET /agents/mappings", "GET /agents/agent-1/room", "GET /agents/agent-9/room", "PUT /agents/agent-1/mapping",
                "PATCH /agents/agent-1/mapping", "DELETE /agents/agent-1/mapping", "POST /mappings/sync", "POST /mappings/sync?dryRun=true",
                "POST /mappings/verification", "GET /mappings/history", "POST /mappings/history/1/restore",
                "GET /messages", "GET /messages/$event", "DELETE /messages?room_id=x", "GET /dead-letters", "POST /dead-letters/message-1/replay", "DELETE /dead-letters/reply-1-1");

        // Then the process lives and is not ready, which is all that a probe is told
        assertThat(router.anyone("GET", "/health/live", null)).extracting(HttpResponse::statusCode, HttpResponse::body).containsExactly(200, "{\"status\":\"live\"}");
        assertThat(router.anyone("GET", "/health/ready", null)).extracting(HttpResponse::statusCode, HttpResponse::body).containsExactly(503, "{\"status\":\"not ready\"}");

        // And no answer looks like an empty table or a missing room
        Executor callers = runnable -> new Thread(runnable).start();
        List<CompletableFuture<HttpResponse<String>>> answers = requests.stream().map(request -> CompletableFuture.supplyAsync(
                () -> router.http(request.split(" ")[0], request.split(" ")[1], "{}"), callers)).toList();
        assertThat(answers).extracting(CompletableFuture::join).allSatisfy(answer ->
                assertThat(detail(answer, 503)).startsWith("The database 127.0.0.1:" + wire.port + "/" + router.database + " is not reachable"));

        // And when it is back, the router is back by itself
        wire.mend();
        await().atMost(Duration.ofSeconds(30)).until(() -> router.anyone("GET", "/health", null).statusCode(), status -> status == 200);
        assertThat(router.http("GET", "/agents/agent-1/room", null).statusCode()).isEqualTo(200);
        assertThat(router.anyone("GET", "/health/ready", null)).extracting(HttpResponse::statusCode, HttpResponse::body).containsExactly(200, "{\"status\":\"ready\"}");
    }

    @Test
    void aRouterWhoseRoutesAreNotThereYetLivesAndIsNotReady() throws IOException {
        // Given a port that is open while the routes start or stop
        router.camel().stop();

        assertThat(router.anyone("GET", "/health/live", null).statusCode()).isEqualTo(200);
        for (String request : List.of("GET /health/ready", "GET /health", "POST /health/live", "GET /agents/mappings")) {
            assertThat(detail(router.http(request.split(" ")[0], request.split(" ")[1], null), 503)).isEqualTo("The router is starting or stopping; try again in a few seconds.");
        }
        router.restart().awaitStore();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/agents/mappings?room_id=a%00", "/mappings/verification?live=17", "/mappings/verification?live=null&live=null"})
    void aParameterThatCannotBeMeantIsAnsweredByASentence(String path) throws IOException {
        Files.writeString(router.file, "{}");
        HttpResponse<String> answer = router.http("GET", path, null);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(JSON.readTree(answer.body()).at("/detail/0/msg").asText()).matches("(The request holds the character U\\+0000|A parameter is '(17|\\[null, null])'; it is true or false), .+\\.");
        assertThat(router.http("POST", "/mappings/sync?prune=perhaps", "{}").statusCode()).isEqualTo(422);
        assertThat(router.http("POST", "/mappings/sync?dryRun=", "{}").body()).contains("A parameter is ''; it is true or false");
    }

    @Test
    void theDocumentOfTheApiNamesItsAddressAndSaysOfEveryPathWhatItAnswers() throws IOException {
        JsonNode document = JSON.readTree(router.http("GET", "/openapi.json", null).body());
        assertThat(document.at("/servers/0/url").asText()).matches("http://127\\.0\\.0\\.1:[1-9][0-9]*");
        document.get("paths").forEach(path -> path.forEach(operation -> assertThat(operation.get("responses")).isNotEmpty().allSatisfy(response -> assertThat(response.path("description").asText()).isNotEmpty())));
    }

    @Test
    @Tag("H4")
    void h4_newAgentReadsTheFileAgainAndAnswersAtOnce() throws IOException {
        // Given a file that the watcher has applied
        Files.writeString(router.file, file(agent("agent-7", "!seven:test.local")));
        await().until(() -> stored("agent-7", "room_id"), "!seven:test.local"::equals);
        int syncs = syncs();

        // When the webhook names an agent that neither file nor store knows
        HttpResponse<String> answer = router.http("POST", "/webhook/new-agent", "{\"agent_id\": \"agent-8\", \"timestamp\": \"2026-01-02T03:04:05Z\"}");

        // Then it is answered in the old shape, and the file is read again
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body())).isEqualTo(JSON.readTree(
                "{\"success\": true, \"message\": \"Triggered sync for new agent: agent-8\", \"timestamp\": \"2026-01-02T03:04:05Z\"}"));
        await().until(() -> syncs() > syncs);
    }

    private static int syncs() {
        return router.sql.queryForObject("SELECT count(*) FROM router.sync", Integer.class);
    }

    private static String stored(String agent, String column) {
        return router.sql.query("SELECT " + column + " FROM agent_mappings WHERE agent_id = ?", row -> row.next() ? row.getString(1) : "no row", agent);
    }

    private static String detail(HttpResponse<String> answer, int status) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body()).path("detail").asText();
    }
}
