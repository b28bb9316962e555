package org.matrixletta.router.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.file;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.RawHttp;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.Settings;
import org.matrixletta.router.SharedRouter;

/** The page's sessions and what they open, tried from the wire; the page itself is tried in a browser, in e2e/. */
@ExtendWith(SharedRouter.class)
class PageTest {

    private static final List<String> CHANGES = List.of("POST /mappings/sync", "POST /routes/mappings-watch/start", "DELETE /dead-letters/message-1", "DELETE /ui/session");

    static RunningRouter router;

    @BeforeAll
    static void start(RunningRouter shared) {
        router = shared;
        router.sync(file(agent("agent-1", "!one:test.local")), "");
    }

    @Test
    void aKeyIsExchangedForASessionUntilFiveWereWrong() {
        // Given the right key, from the page itself
        HttpResponse<String> login = login(RunningRouter.KEY, origin());

        // Then there is a cookie that no script and no other site sees, with 256 random bits
        assertThat(login.body()).contains("\"may_change\":true").doesNotContain(RunningRouter.KEY);
        String cookie = login.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).matches("router_session=[0-9a-f]{64}; Path=/; Max-Age=43200; Expires=[^;]+; HttpOnly; SameSite=Strict");
        String shown = cookie.substring(0, cookie.indexOf(';'));
        assertThat(get("/agents/mappings", shown).statusCode()).isEqualTo(200);
        assertThat(get("/ui/session", shown).body()).contains("\"may_change\":true");
        assertThat(login(RunningRouter.KEY, origin()).headers().firstValue("Set-Cookie")).isPresent().isNotEqualTo(login.headers().firstValue("Set-Cookie"));

        // And behind TLS it stays there
        HttpResponse<String> secure = router.anyone("POST", "/ui/session", "{\"key\":\"" + RunningRouter.READ_KEY + "\"}", "Content-Type", "application/json",
                "X-Forwarded-Proto", "https", "Origin", "https://127.0.0.1:" + router.port);
        assertThat(secure.headers().firstValue("Set-Cookie")).hasValueSatisfying(behindTls -> assertThat(behindTls).contains("; Secure;"));

        // When it is given back, then it opens nothing any more
        HttpResponse<String> logout = router.anyone("DELETE", "/ui/session", null, "Cookie", shown, "Origin", origin());
        assertThat(logout.headers().firstValue("Set-Cookie")).hasValueSatisfying(none -> assertThat(none).startsWith("router_session=; Path=/; Max-Age=0;"));
        assertThat(get("/agents/mappings", shown).statusCode()).isEqualTo(401);

        // When no key is stated, then nothing is tried
        for (String nothing : List.of("", "[]", "{\"key\":7}", "{", "null")) {
            assertThat(router.anyone("POST", "/ui/session", nothing, "Content-Type", "application/json", "Origin", origin()).statusCode()).isEqualTo(422);
        }
        assertThat(login("x".repeat(1 << 12), origin()).statusCode()).isEqualTo(413);

        // When the key is wrong five times, then even the right one has to wait
        for (String wrong : List.of("", "x", RunningRouter.KEY + "x", RunningRouter.KEY.toUpperCase(), "null")) {
            assertThat(login(wrong, origin()).statusCode()).isEqualTo(401);
        }
        HttpResponse<String> refused = login(RunningRouter.KEY, origin());
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).isEqualTo("{\"detail\":\"Five wrong keys came within a minute; wait a minute, then log in.\"}");
    }

    @Test
    void aMinuteAfterFiveWrongKeysTheRightOneOpensASessionForTwelveHours() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        Sessions sessions = new Sessions(now::get);
        Logins logins = new Logins(new Keys(router.bean(Settings.class)), sessions, new ObjectMapper());
        for (int failure = 0; failure < 5; failure++) {
            assertThatThrownBy(() -> logins.open("{\"key\":\"wrong\"}")).isInstanceOf(RefusedException.class);
        }
        now.set(Instant.EPOCH.plusSeconds(60));
        assertThatThrownBy(() -> logins.open("{\"key\":\"" + RunningRouter.KEY + "\"}")).hasMessageContaining("Five wrong keys");

        now.set(Instant.EPOCH.plusSeconds(61));
        String session = logins.open("{\"key\":\"" + RunningRouter.KEY + "\"}");

        now.set(now.get().plus(Duration.ofHours(12)));
        assertThat(sessions.find(session)).isNotNull();
        now.set(now.get().plusMillis(1));
        assertThat(sessions.find(session)).isNull();
    }

    @Test
    void ofTooManySessionsTheOldestEnds() {
        Sessions sessions = new Sessions();
        List<String> opened = Stream.generate(() -> sessions.open(Keys.Right.READ)).limit(101).toList();

        assertThat(opened.stream().filter(id -> sessions.find(id) == null)).containsExactly(opened.get(0));
    }

    @Test
    void aSessionChangesSomethingFromThePageItselfOnly() {
        String session = session(Keys.Right.CHANGE);
        for (String change : CHANGES) {
            for (String origin : List.of("http://127.0.0.1", "http://127.0.0.1:1", "https://127.0.0.1:" + router.port, "http://localhost:" + router.port, "http://evil.test", "null", "")) {
                assertThat(change(change, session, "Origin", origin).statusCode()).as(change + " from " + origin).isEqualTo(403);
            }
            assertThat(change(change, session).statusCode()).as(change).isEqualTo(403);
        }
        assertThat(change("POST /mappings/sync?dryRun=true", session, "Origin", origin()).body()).doesNotContain("This may be asked by the page itself only");
        assertThat(change("POST /routes/mappings-watch/start", session, "Origin", origin()).statusCode()).isEqualTo(200);
        // Another page could else use up the five attempts, or log somebody in
        assertThat(login(RunningRouter.KEY, "http://evil.test").statusCode()).isEqualTo(403);
    }

    @Test
    void aSessionOfTheReadKeyChangesNothingButItself() {
        String session = session(Keys.Right.READ);
        for (String path : List.of("/overview", "/agents/mappings", "/mappings/history", "/messages", "/dead-letters", "/routes")) {
            assertThat(get(path, session).statusCode()).as(path).isEqualTo(200);
        }
        for (String change : CHANGES.subList(0, 3)) {
            assertThat(change(change, session, "Origin", origin()).body()).contains("You are logged in with ROUTER_READ_KEY");
        }
        assertThat(get("/ui/session", session).body()).contains("\"may_change\":false");
        assertThat(change("DELETE /ui/session", session, "Origin", origin()).statusCode()).isEqualTo(200);
    }

    @Test
    @Tag("H5")
    void h5_aSessionOpensNoPathOfTheHomeserver() {
        String session = "Cookie: " + session(Keys.Right.CHANGE);
        for (String path : List.of("/_matrix/app/v1/transactions/1", "/transactions/1", "/_matrix/app/v1/users/@a:test.local", "/users/@a:test.local", "/_matrix/app/v1/rooms/a", "/_matrix/app/v1/ping")) {
            for (String method : List.of("GET", "PUT", "POST")) {
                assertThat(RawHttp.status(router.port, method, path, session, "Origin: http://127.0.0.1")).as(method + " " + path).isGreaterThanOrEqualTo(400);
            }
        }
    }

    @Test
    void underAForeignHostNameThereIsNoPageAndNoSession() {
        String session = "Cookie: " + session(Keys.Right.CHANGE);
        String forbidden = "HTTP/1.1 421";
        for (String host : List.of("evil.test", "evil.test:" + router.port, "127.0.0.1.evil.test", "", "[::2]:80")) {
            assertThat(asked("/ui", host)).startsWith(forbidden);
            assertThat(asked("/ui/page.js", host)).startsWith(forbidden);
            assertThat(asked("/agents/mappings", host, session)).startsWith(forbidden);
            // Whoever shows a key says who is meant, and how the router is may be asked by any name
            assertThat(asked("/agents/mappings", host, "Authorization: Bearer " + RunningRouter.KEY)).startsWith("HTTP/1.1 200");
            assertThat(asked("/health", host)).startsWith("HTTP/1.1 200");
        }
        for (String host : List.of("127.0.0.1:8004", "LOCALHOST", "[::1]:" + router.port)) {
            assertThat(asked("/ui", host)).startsWith("HTTP/1.1 200");
            assertThat(asked("/agents/mappings", host, session)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void thePageRunsNothingButItsOwnScriptAndIsKeptNowhere() {
        for (String path : List.of("/ui", "/ui/page.css", "/ui/page.js", "/ui/session", "/overview")) {
            Map<String, List<String>> headers = router.anyone("GET", path, null).headers().map();

            assertThat(headers).containsEntry("x-content-type-options", List.of("nosniff")).containsEntry("referrer-policy", List.of("no-referrer")).containsEntry("cache-control", List.of("no-store"));
            assertThat(headers.get("content-security-policy")).singleElement().asString().startsWith("default-src 'none'; ").contains("script-src 'self';", "frame-ancestors 'none'").doesNotContain("unsafe");
        }
        assertThat(router.anyone("GET", "/ui", null).headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
        assertThat(router.anyone("GET", "/ui/page.js", null).headers().firstValue("Content-Type")).hasValue("text/javascript;charset=utf-8");
    }

    @Test
    @Tag("S24")
    void s24_theScriptMakesNoHtmlOutOfText() {
        String script = router.anyone("GET", "/ui/page.js", null).body();
        String document = router.anyone("GET", "/ui", null).body();

        assertThat(script).doesNotContainPattern("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|new Function|DOMParser|srcdoc|setAttribute\\(\"on");
        assertThat(document).doesNotContainPattern("<script(?! type=\"module\" src=\"ui/page\\.js\"></script>)|\\son[a-z]+=|style=");
    }

    @Test
    void whoeverWatchesIsToldWhichSectionsChangeUntilTheSessionEnds() throws IOException {
        String session = session(Keys.Right.READ);
        ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> over = watch(session, told);
        await().until(() -> router.bean(Viewers.class).arePresent());

        Files.writeString(router.file, file(agent("agent-1", "!moved:test.local")));
        await().untilAsserted(() -> assertThat(told).anyMatch(line -> line.matches("data:.*\\bmappings\\b.*")));
        router.http("POST", "/routes/mappings-heal/stop", null);
        await().untilAsserted(() -> assertThat(told).anyMatch(line -> line.matches("data:.*\\broutes\\b.*")));
        router.http("POST", "/routes/mappings-heal/start", null);
        router.sql.update("INSERT INTO router.inbox (event_id, room_id, sender, source, state) VALUES ('$seen', '!moved:test.local', '@ann:test.local', 'push', 'dead')");
        await().untilAsserted(() -> assertThat(told).anyMatch(line -> line.matches("data:.*\\bmessages\\b.*")));
        router.sql.update("DELETE FROM router.inbox WHERE event_id = '$seen'");

        change("DELETE /ui/session", session, "Origin", origin());
        await().until(over::isDone);
        await().until(() -> !router.bean(Viewers.class).arePresent());
    }

    @Test
    void nobodyWatchesWithoutASession() {
        assertThat(router.anyone("GET", "/ui/events", null).statusCode()).isEqualTo(401);
        assertThat(router.http("GET", "/ui/events", null).statusCode()).isEqualTo(403);
    }

    private static CompletableFuture<Void> watch(String session, ConcurrentLinkedQueue<String> told) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + router.port + "/ui/events")).header("Cookie", session).build();
        return HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.ofInputStream()).thenAcceptAsync(response -> {
            assertThat(response.headers().firstValue("Content-Type")).hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
            try (InputStream stream = response.body(); BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                lines.lines().forEach(told::add);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static String session(Keys.Right right) {
        return BrowserAccess.COOKIE + "=" + router.bean(Sessions.class).open(right);
    }

    private static String origin() {
        return "http://127.0.0.1:" + router.port;
    }

    private static HttpResponse<String> login(String key, String origin) {
        return router.anyone("POST", "/ui/session", new ObjectMapper().createObjectNode().put("key", key).toString(), "Content-Type", "application/json", "Origin", origin);
    }

    private static HttpResponse<String> get(String path, String session) {
        return router.anyone("GET", path, null, "Cookie", session);
    }

    private static HttpResponse<String> change(String request, String session, String... headers) {
        String[] methodAndPath = request.split(" ");
        return router.anyone(methodAndPath[0], methodAndPath[1], null, Stream.concat(Stream.of("Cookie", session), Stream.of(headers)).toArray(String[]::new));
    }

    private static String asked(String path, String host, String... headers) {
        return RawHttp.exchange(router.port, "GET", path, host, List.of(headers), new byte[0]);
    }
}
