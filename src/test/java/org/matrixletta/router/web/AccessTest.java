package org.matrixletta.router.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.RawHttp;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.SharedRouter;

/** Who may do what, tried from the wire. */
@ExtendWith(SharedRouter.class)
class AccessTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BODY_LIMIT = 1 << 20;
    private static final String KEY = "Authorization: Bearer " + RunningRouter.KEY;
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get");
    static final List<String> PATHS = List.of("/health", "/health/live", "/health/ready", "/agents/mappings", "/agents/agent-1/room", "/agents/agent-1/mapping", "/agents/agent-1/provision", "/mappings/sync",
            "/mappings/verification", "/mappings/history", "/mappings/history/1/restore", "/webhook/new-agent", "/routes", "/routes/mappings-watch/stop",
            "/messages", "/messages/$event", "/doctor", "/dead-letters", "/dead-letters/message-1", "/dead-letters/message-1/replay",
            "/overview", "/ui", "/ui/page.css", "/ui/page.js", "/ui/session", "/ui/events", "/openapi.json", "/actuator/health", "/error", "/");

    private static final Pattern OPEN = Pattern.compile("(/health(/live|/ready)?|/ui|/ui/page\\.css|/ui/page\\.js)(\\?.*)?");

    static RunningRouter router;

    @BeforeAll
    static void start(RunningRouter shared) {
        router = shared;
        router.sync(file(agent("agent-1", "!one:test.local")), "");
    }

    @Test
    @Tag("H1")
    void h1_readingNeedsAKeyUnlessReadsAreOpen() {
        for (String path : List.of("/agents/mappings", "/agents/agent-1/room", "/agents/nobody/room")) {
            assertThat(router.anyone("GET", path, null).statusCode()).isEqualTo(401);
        }
    }

    @Test
    @Tag("H5")
    void h5_nothingButHealthAndTheEmptyPageIsOpenHoweverItsPathIsWritten() {
        assertThat(RawHttp.status(router.port, "GET", "/health")).isEqualTo(200);
        for (String[] token : List.of(new String[0], new String[] {"Authorization: Bearer wrong"}, new String[] {"Authorization: " + RunningRouter.KEY},
                new String[] {"Authorization: Bearer " + RunningRouter.KEY + "x"}, new String[] {"X-Forwarded-Prefix: /health", "X-HTTP-Method-Override: GET"},
                new String[] {"X-Forwarded-For: 127.0.0.1", "Origin: http://127.0.0.1", "Cookie: router_session=" + "0".repeat(64)})) {
            for (String path : PATHS) {
                for (String written : Stream.concat(writings(path), Stream.of(path + "?access_token=" + RunningRouter.KEY)).toList()) {
                    for (String method : METHODS) {
                        boolean open = method.equals("GET") && OPEN.matcher(written).matches() && (token.length == 0 || token[0].startsWith("X-"));
                        int status = RawHttp.status(router.port, method, written, token);

                        assertThat(status).as("%s %s %s", method, written, List.of(token)).matches(answer -> answer >= 400 || open && answer == 200);
                    }
                }
            }
        }
        // And none of these has done anything
        assertThat(router.http("GET", "/agents/agent-1/room", null).statusCode()).isEqualTo(200);
        assertThat(router.http("GET", "/routes", null, "Accept", "text/plain").body()).doesNotContain("Stopped");
    }

    static Stream<String> writings(String path) {
        return Stream.of(path, "/" + path, path + "/", path + ";x", path.replaceFirst("(.)$", "$1;x=/health"), path + "%2F", "%2F" + path, "/." + path, "/health/.." + path, "/health;/.." + path,
                "/health%2F.." + path, path + "/../health", path + "%00", path.replace("a", "%61"), path.toUpperCase(), "http://127.0.0.1" + path + "/", path + "#/health");
    }

    @Test
    void theReadKeyReadsAndNeverWrites() {
        String readKey = "Authorization: Bearer " + RunningRouter.READ_KEY;
        for (String path : List.of("/health", "/health/live", "/health/ready", "/agents/mappings", "/agents/agent-1/room", "/mappings/history", "/routes", "/messages", "/dead-letters", "/openapi.json")) {
            assertThat(RawHttp.status(router.port, "GET", path, readKey)).as(path).isEqualTo(200);
        }
        for (String path : PATHS) {
            for (String method : METHODS) {
                if (!method.equals("GET")) {
                    assertThat(RawHttp.status(router.port, method, path, readKey)).as(method + " " + path).isGreaterThanOrEqualTo(400);
                }
            }
        }
        assertThat(router.http("GET", "/agents/agent-1/room", null).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @Tag("H6")
    @ValueSource(strings = {"a/b", "..", "a?b", "a%2Fb", "a#b", "{{router.api-key}}", "${env:PATH}", "${bean:settings?method=apiKey}", "$simple{camelId}", "' OR ''='"})
    void h6_anIdFromOutsideIsRefusedOrTakenLiterally(String id) throws IOException {
        String encoded = java.net.URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");

        // In a path: no agent of that name, and no other path is reached
        for (String written : List.of(id, encoded, encoded.replace(".", "%2E"))) {
            assertThat(RawHttp.status(router.port, "GET", "/agents/" + written + "/room", KEY)).as(written).isIn(400, 404);
            assertThat(RawHttp.status(router.port, "PUT", "/agents/" + written + "/mapping", KEY, "Content-Type: application/json", "Content-Length: 0")).as(written).isIn(400, 404, 405, 422);
        }

        // In a query: no mapping, and not all of them
        for (String criterion : List.of("room_id", "agent_id", "user_id")) {
            HttpResponse<String> found = router.http("GET", "/agents/mappings?" + criterion + "=" + encoded, null);
            assertThat(JSON.readTree(found.body()).path("mappings")).isEmpty();
        }

        // In a body: a name is stored as it was sent, an id that is none is refused
        JsonNodeFactory json = JsonNodeFactory.instance;
        HttpResponse<String> named = router.http("PATCH", "/agents/agent-1/mapping", json.objectNode().put("agent_name", id).toString());
        assertThat(JSON.readTree(named.body()).at("/mapping/agent_name").asText()).isEqualTo(id);
        assertThat(router.http("PATCH", "/agents/agent-1/mapping", json.objectNode().put("matrix_user_id", id).toString()).statusCode()).isEqualTo(422);
        JsonNode entry = JSON.readTree("{\"matrix_user_id\": \"@x:test.local\"}");
        String report = router.sync(json.objectNode().<com.fasterxml.jackson.databind.node.ObjectNode>set(id, entry).toString(), "?dryRun=true");
        assertThat(report).containsAnyOf("agent id", "Would CREATE Unknown (..)").doesNotContain(RunningRouter.KEY);
        HttpResponse<String> webhook = router.http("POST", "/webhook/new-agent", json.objectNode().put("agent_id", id).toString());
        assertThat(JSON.readTree(webhook.body()).path("message").asText()).isEqualTo("Triggered sync for new agent: " + id);
    }

    @Test
    void aBodyOverItsLimitIsRefusedBeforeItIsReadOrWhereItCrossesIt() {
        // Announced: refused without a byte of it
        String announced = "Content-Length: " + (BODY_LIMIT + 1);
        assertThat(RawHttp.status(router.port, "PUT", "/agents/agent-1/mapping", KEY, "Content-Type: application/json", announced)).isEqualTo(413);
        assertThat(RawHttp.status(router.port, "POST", "/mappings/sync", KEY, "Content-Length: " + ((1L << 30) + 1))).isEqualTo(413);
        // Without a key even the length does not matter
        assertThat(RawHttp.status(router.port, "PUT", "/agents/agent-1/mapping", announced)).isEqualTo(401);

        // Not announced: refused where the limit is
        byte[] chunk = (Integer.toHexString(BODY_LIMIT + 1) + "\r\n{\"agent_name\": \"" + "x".repeat(BODY_LIMIT + 1 - 16)).getBytes(StandardCharsets.UTF_8);
        String refused = RawHttp.exchange(router.port, "PUT", "/agents/agent-1/mapping", List.of(KEY, "Content-Type: application/json", "Transfer-Encoding: chunked"), chunk);
        assertThat(refused).startsWith("HTTP/1.1 413").contains("The body is larger than 1048576 bytes.");

        // Encoded, or a form: not read at all
        assertThat(RawHttp.status(router.port, "POST", "/mappings/sync", KEY, "Content-Encoding: gzip", "Content-Length: 0")).isEqualTo(415);
        assertThat(RawHttp.status(router.port, "POST", "/mappings/sync", KEY, "Content-Type: application/x-www-form-urlencoded", "Content-Length: 0")).isEqualTo(415);
        assertThat(RawHttp.status(router.port, "POST", "/mappings/sync", KEY, "Content-Type: Multipart/Form-Data; boundary=x", "Content-Length: 0")).isEqualTo(415);
    }

    @Test
    void noAnswerRepeatsAHeaderOfTheRequest() {
        for (String path : PATHS) {
            for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
                if (!path.endsWith("/mapping") || !method.equals("DELETE")) {
                    String answer = RawHttp.exchange(router.port, method, path.replace("/stop", "/start"), List.of(KEY, "X-Foo: echo-foo", "Cookie: a=echo-cookie", "If-Match: *",
                            "Accept-Language: echo-language", "CamelHttpResponseCode: 299", "org.apache.camel.echo: echo-camel", "Content-Type: application/json", "Content-Length: 2"), "{}".getBytes());

                    assertThat(answer).as(method + " " + path).doesNotContain("echo-", RunningRouter.KEY, "HTTP/1.1 299").doesNotContainIgnoringCase("x-foo", "if-match");
                }
            }
        }
    }

    @Test
    void theOpenApiDocumentNamesEveryPathAndVerb() throws IOException {
        // Given what the route files say
        List<String> served = new ArrayList<>();
        JsonNode paths = JSON.readTree(router.http("GET", "/openapi.json", null).body()).path("paths");
        paths.fieldNames().forEachRemaining(path -> paths.path(path).fieldNames().forEachRemaining(verb -> served.add(verb.toUpperCase() + " " + path)));

        assertThat(served).containsExactlyInAnyOrder("GET /agents/mappings", "GET /agents/{agent_id}/room", "POST /agents/{agent_id}/provision", "PUT /agents/{agent_id}/mapping",
                "PATCH /agents/{agent_id}/mapping", "DELETE /agents/{agent_id}/mapping", "POST /mappings/sync", "POST /mappings/verification",
                "GET /mappings/verification", "GET /mappings/history", "POST /mappings/history/{sync_id}/restore", "POST /webhook/new-agent",
                "GET /routes", "POST /routes/{route_id}/{action}", "GET /health", "GET /health/live", "GET /health/ready", "GET /overview", "GET /doctor",
                "GET /ui", "GET /ui/page.css", "GET /ui/page.js", "GET /ui/session", "POST /ui/session", "DELETE /ui/session",
                "GET /messages", "GET /messages/{event_id}", "DELETE /messages", "GET /dead-letters", "POST /dead-letters/{id}/replay", "DELETE /dead-letters/{id}",
                "PUT /_matrix/app/v1/transactions/{txn_id}", "GET /_matrix/app/v1/users/{user_id}", "GET /_matrix/app/v1/rooms/{alias}", "POST /_matrix/app/v1/ping");
    }
}
