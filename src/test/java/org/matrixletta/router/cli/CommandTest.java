package org.matrixletta.router.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.matrixletta.router.RunningRouter;

/** The commands as an operator types them, beside a running service and without one: real processes where the process itself matters. */
class CommandTest {

    private static final String TWO = file(agent("agent-1", "!one:test.local"), entry("agent-2", "\"agent_name\": \"Zoë 🍳 \\u001b[31m\", \"matrix_user_id\": \"@zoe:test.local\", \"room_id\": null"));

    static RunningRouter router;

    @TempDir
    Path folder;
    Path json;

    @BeforeAll
    static void start() {
        router = RunningRouter.start("--router.letta-agent-id=agent-default").awaitStore();
    }

    @AfterAll
    static void stop() {
        router.close();
    }

    @BeforeEach
    void twoAgents() throws IOException {
        router.emptyStore();
        router.sync(TWO, "");
        json = Files.writeString(folder.resolve("mappings.json"), TWO);
    }

    @Test
    @Tag("C1")
    void c1_listAndFindSayWhereMessagesGo() throws IOException {
        assertThat(process("list")).isEqualTo(new Command(0, "Name of agent-1: !one:test.local -> agent-1\nZoë 🍳 \\u001B[31m: no room -> agent-2\n", ""));
        assertThat(run("find", "--room", "!one:test.local")).isEqualTo(new Command(0, "Room routes to: Name of agent-1 (agent-1)\n", ""));
        assertThat(run("find", "--room", "!two:test.local")).isEqualTo(new Command(1, "Room not found - will use default agent (agent-default)\n", ""));
        assertThat(new ObjectMapper().readTree(run("find", "--agent", "agent-2", "--output", "json").out()).at("/mappings/agent-2/agent_name").asText()).isEqualTo("Zoë 🍳 \u001b[31m");
        router.emptyStore();
        assertThat(run("list")).isEqualTo(new Command(0, "No mappings\n", ""));
    }

    @Test
    @Tag("C2")
    @Tag("S18")
    void c2_theCommandReadsTheFileAndTheServiceOpensNoPathOfIts() {
        // The old script's flags
        assertThat(run("--verify", "--json-file", json.toString()).exitCode()).isZero();
        assertThat(run("--json-file", json.toString()).out()).contains("⏭️  Skipped: 2");
        router.sql.update("DELETE FROM agent_mappings WHERE agent_id = 'agent-2'");
        Command planned = run("--dry-run", "--json-file", json.toString());
        assertThat(planned.out()).contains("Would CREATE").contains("DRY RUN");
        assertThat(run("verify", "--json-file", json.toString())).matches(report -> report.exitCode() == 1 && report.out().contains("1 agents missing in database"));

        // S18: a file that is not there is never replaced by another
        Command missing = run("sync", "--json-file", folder.resolve("nowhere.json").toString());
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.err()).hasLineCount(1).contains("nowhere.json does not exist");

        // And by the name alone the service opens nothing
        assertThat(router.http("POST", "/mappings/verification?fileName=" + json, "", "Accept", "text/plain").body()).startsWith("The mapping file " + router.file + " does not exist");
    }

    @Test
    @Tag("C3")
    void c3_anotherProgramOnThePortIsNeverSentTheKey() throws IOException {
        // Given something else on API_PORT, which answers everything
        List<String> received = new CopyOnWriteArrayList<>();
        HttpServer other = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        other.createContext("/", request -> {
            received.add(request.getRequestMethod() + " " + request.getRequestURI() + " " + request.getRequestHeaders().entrySet());
            byte[] answer = "{\"status\":\"healthy\",\"proof\":\"yes\",\"store\":\"mine\"}".getBytes();
            request.sendResponseHeaders(200, answer.length);
            request.getResponseBody().write(answer);
            request.close();
        });
        other.start();

        // When a command asks it, then it says so, and works in its own process, with the very same report (C5)
        Command standalone = Command.run(folder, environment("API_PORT", String.valueOf(other.getAddress().getPort())), "verify", "--json-file", json.toString());
        other.stop(0);
        assertThat(standalone.err()).hasLineCount(1).contains("is not this router").contains("working in this process");
        assertThat(standalone.out()).isEqualTo(run("verify", "--json-file", json.toString()).out()).startsWith("🔍 VERIFICATION REPORT");
        assertThat(standalone.exitCode()).isZero();
        assertThat(received).isNotEmpty().allSatisfy(request -> assertThat(request).doesNotContain(RunningRouter.KEY).startsWith("GET /health?challenge="));
    }

    @Test
    @Tag("C3")
    void c3_aServiceOnAnotherStoreIsNamedAndNotUsed() {
        Command refused = Command.here(environment("DATABASE_URL", "postgresql+psycopg2://letta:secret-of-letta@db.test:5433/other"), "list");

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).hasLineCount(1).contains("db.test:5433/other").contains("/" + router.database).doesNotContain("secret-of-letta", "postgres:postgres");
    }

    @Test
    @Tag("C5")
    void c5_theReportIsTheSameUtf8WithAndWithoutALocale() {
        router.sql.update("UPDATE agent_mappings SET room_id = '!zoë:test.local' WHERE agent_id = 'agent-2'");

        Command plain = process("verify", "--json-file", json.toString());
        Command local = Command.run(folder, environment("LANG", "C.UTF-8"), "verify", "--json-file", json.toString());

        assertThat(plain).isEqualTo(local).isEqualTo(new Command(1, router.verify(TWO), ""));
        assertThat(plain.out()).contains("⚠️  1 room ID mismatches:\n   - Zoë 🍳 \\u001B[31m (agent-2)\n");
    }

    @Test
    @Tag("V5")
    void v5_verifyLiveWithoutPeersSaysThatNothingIsKnownOfThem() {
        Command served = run("verify", "--live", "--json-file", json.toString());

        assertThat(served.exitCode()).isZero();
        assertThat(served.out()).contains("⚠️  1 rooms unknown, as the homeserver did not say:\n   - Name of agent-1 (agent-1)\n     MATRIX_HOMESERVER_URL is not set\n",
                "⚠️  2 agents unknown, as Letta did not say:\n   - all of them: LETTA_API_URL is not set\n");
        assertThat(run("verify", "--live", "--standalone", "--json-file", json.toString())).isEqualTo(served);
    }

    @Test
    @Tag("C6")
    void c6_whatIsMissingOrImpossibleIsOneSentenceEach() {
        Command missing = Command.run(folder, Map.of());
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.out() + missing.err()).hasLineCount(7).contains("DATABASE_URL is missing; set it", "ROUTER_API_KEY is missing; set it", "MATRIX_HOMESERVER_URL is missing; set it",
                "MATRIX_SERVER_NAME is missing; set it", "MATRIX_AS_TOKEN is missing; set it", "MATRIX_HS_TOKEN is missing; set it", "LETTA_API_URL is missing; set it");

        Command mappingsOnly = Command.run(folder, Map.of("MATRIX_INTAKE", "none"));
        assertThat(mappingsOnly.out() + mappingsOnly.err()).hasLineCount(2).contains("DATABASE_URL is missing; set it", "ROUTER_API_KEY is missing; set it");

        Map<String, String> impossible = environment("DATABASE_URL", "oracle://secret-of-oracle", "ROUTER_API_KEY", "secret-too-short", "ROUTER_READ_KEY", "secret-short-too",
                "VERIFY_CRON", "often", "MAPPINGS_PHASE", "database-only", "UNMAPPED_ROOMS", "drop", "MAPPINGS_FILE", "/tmp/{{router.api-key}}");
        Command refused = Command.run(folder, impossible);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out() + refused.err()).hasLineCount(7).contains("DATABASE_URL is", "ROUTER_API_KEY is shorter", "ROUTER_READ_KEY is", "VERIFY_CRON is", "MAPPINGS_PHASE is",
                "UNMAPPED_ROOMS is", "MAPPINGS_FILE holds").doesNotContain("secret-", "Exception");

        Command messages = Command.run(folder, environment("MATRIX_INTAKE", "appservice", "MATRIX_HOMESERVER_URL", "http://secret-user:secret-of-url@h:1", "LETTA_API_URL", "letta:8283",
                "MATRIX_SERVER_NAME", "test.local", "LETTA_API", "app-server", "MATRIX_AS_TOKEN", RunningRouter.KEY, "MATRIX_HS_TOKEN", "secret-too-short", "ROUTER_URL", "http://h?secret-query",
                "CATCH_UP_EVERY", "5s", "CATCH_UP_MAX_AGE", "400d", "LETTA_TURN_LIMIT", "15"));
        assertThat(messages.exitCode()).isEqualTo(2);
        assertThat(messages.out() + messages.err()).hasLineCount(9).contains("LETTA_TURN_LIMIT is shorter than a second; set a time with its unit", "CATCH_UP_EVERY is 5 s; set it to between 1m and 24h", "CATCH_UP_MAX_AGE is negative or longer than RETAIN_MESSAGES", "MATRIX_HOMESERVER_URL is no plain", "LETTA_API_URL is", "LETTA_API is \"app-server\"", "ROUTER_URL is no plain",
                "MATRIX_AS_TOKEN is the same text as ROUTER_API_KEY", "MATRIX_HS_TOKEN is shorter").doesNotContain("secret-", "Exception");

        Command intake = Command.run(folder, environment("MATRIX_INTAKE", "sync"));
        assertThat(intake.out() + intake.err()).hasLineCount(1).contains("MATRIX_INTAKE is \"sync\", which this version does not serve");

        // What is not of its kind is said one at a time
        Map.of("API_PORT", "no whole number", "OBSERVE", "neither true nor false", "RETAIN_TEXT", "no time with its unit", "LOG_LEVEL", "none of ERROR, WARN").forEach((setting, fault) -> {
            Command kind = Command.run(folder, environment(setting, "many"));
            assertThat(kind.exitCode()).isEqualTo(2);
            assertThat(kind.out() + kind.err()).hasLineCount(1).contains(setting + " is " + fault);
        });
    }

    @Test
    @Tag("C6")
    void c6_aTakenPortIsOneSentence() {
        Command taken = Command.run(folder, environment());

        assertThat(taken.exitCode()).isEqualTo(2);
        assertThat(taken.err()).isEqualTo("Port " + router.port + " is taken by another program; stop that one, or set API_PORT to a free port.\n");
        assertThat(taken.out()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void anUnreachableStoreIsOneSentenceAndExitCode3() {
        Command down = Command.here(environment("DATABASE_URL", "postgresql://letta:secret-of-letta@127.0.0.1:1/letta", "API_PORT", String.valueOf(RunningRouter.freePort())), "list");

        assertThat(down.exitCode()).isEqualTo(3);
        assertThat(down.err()).hasLineCount(1).startsWith("The database 127.0.0.1:1/letta is not reachable").doesNotContain("secret-of-letta");
        assertThat(down.out()).isEmpty();
    }

    @Test
    void aMappingIsWrittenMovedAndTakenBack() {
        assertThat(run("upsert", "agent-3", "--name", "Three", "--user", "@three:test.local", "--room", "!three:test.local").out()).isEqualTo("✅ Three: !three:test.local -> agent-3\n");
        assertThat(run("set-room", "agent-3", "!one:test.local").err()).hasLineCount(1).contains("stays with agent-1");
        assertThat(run("set-room", "agent-3", "none").out()).isEqualTo("✅ Three: no room -> agent-3\n");
        assertThat(run("set-room", "agent-9", "!nine:test.local")).isEqualTo(new Command(1, "Agent agent-9 not found\n", ""));
        String last = router.sql.queryForObject("SELECT max(id) FROM router.sync", String.class);
        assertThat(run("restore", last)).matches(restored -> restored.exitCode() == 0 && restored.out().contains("room_id: none → !three:test.local"), "restored");
        assertThat(run("history").out()).hasLineCount(4);
    }

    @Test
    void exportIsForItsOwnerOnlyAndSyncsBack() throws IOException {
        // When the table is exported
        Path export = folder.resolve("export.json");
        assertThat(run("export", export.toString()).exitCode()).isZero();

        // Then only its owner reads it, and the table is in sync with it
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(export))).isEqualTo("rw-------");
        assertThat(run("verify", "--json-file", export.toString()).out()).contains("✅ All mappings are in sync!");
    }

    @Test
    void routesAreStoppedAndStartedByTheCommand() {
        assertThat(run("routes", "stop", "mappings-watch").out()).contains("Stopped");
        assertThat(run("routes").out()).containsPattern("mappings-watch +Stopped").containsPattern("store-check +Started");
        assertThat(run("routes", "start", "mappings-watch").out()).contains("Started");
        assertThat(run("routes", "stop", "nonsense").exitCode()).isEqualTo(1);
    }

    @Test
    void initWritesSecretsOfItsOwnAndNeverOverwrites() throws IOException {
        assertThat(process("init").exitCode()).isZero();
        Path written = folder.resolve(".env");
        String content = Files.readString(written);
        List<String> secrets = List.of("POSTGRES_PASSWORD", "ROUTER_API_KEY", "MATRIX_AS_TOKEN", "MATRIX_HS_TOKEN", "ROUTER_READ_KEY", "GRAFANA_PASSWORD");
        assertThat(secrets).allSatisfy(name -> assertThat(content).containsPattern("(?m)^" + name + "=[0-9a-f]{64}$"));
        assertThat(Pattern.compile("=([0-9a-f]{64})\n").matcher(content).results().map(secret -> secret.group(1)).distinct()).hasSize(secrets.size());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(written))).isEqualTo("rw-------");

        assertThat(process("init").exitCode()).isEqualTo(2);
        assertThat(written).hasContent(content);
    }

    @Test
    void wrongUsageIsExitCode2() {
        assertThat(run("sink").exitCode()).isEqualTo(2);
        assertThat(run("find").exitCode()).isEqualTo(2);
    }

    private static Command run(String... arguments) {
        return Command.here(environment(), arguments);
    }

    private Command process(String... arguments) {
        return Command.run(folder, environment(), arguments);
    }

    /** What an operator's environment holds beside a running service, with these variables added or replaced. */
    private static Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("DATABASE_URL", RunningRouter.url(router.database), "ROUTER_API_KEY", RunningRouter.KEY,
                "MATRIX_INTAKE", "none", "API_PORT", String.valueOf(router.port)));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }
}
