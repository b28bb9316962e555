package org.matrixletta.router.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Fault;

/** What {@code doctor} says of each thing that the router needs: as it should be, and broken. */
class DoctorTest {

    static MessagingRouter run;

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.letta-agent-id=agent-default");
        run.homeserver.strict();
        run.letta.strict();
        // The looks at the start ping as well; they are not to meet what the tests plan.
        soon().until(() -> run.router.http("GET", "/health", null).body().contains("\"ping\":{\"reachable\":true}"));
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @BeforeEach
    void emptyStore() throws IOException {
        Files.deleteIfExists(run.router.file);
        run.router.emptyStore();
        run.letta.agent("agent-default", "Default");
    }

    @AfterEach
    void heal() {
        run.homeserver.http.heal();
        run.letta.http.heal();
    }

    @Test
    void whatIsAsItShouldBeIsALineEach() throws IOException {
        present("BMO", "Finn");
        HttpResponse<String> answer = run.router.http("GET", "/doctor", null, "Accept", "text/plain");

        assertThat(answer.body().replaceAll("ping \\d+", "ping N").replaceAll("PostgreSQL [0-9.]+", "PostgreSQL N")).isEqualTo("""
                ✅ All settings that are needed are there, and possible
                ✅ PostgreSQL N at 127.0.0.1:%d/%s answers
                ✅ User postgres may write agent_mappings, and use the schema router
                ✅ The tables are there, with 2 mappings
                ✅ The mapping file %s holds 2 entries, and can be read to its end
                ✅ Only their owner may write the mapping file and its folder
                ✅ The folder %s can be written, which only a phase that exports needs
                ✅ File and table are in sync
                ✅ The homeserver at %s answers, and knows us as @letta:test.local
                ✅ The homeserver reached us (ping N ms)
                ✅ We may write as 2 agents' users
                ✅ 2 agents' users are no server admins
                ✅ Letta 0.16.8 at %s answers, and asks for no token
                ✅ The default agent is Default (agent-default)
                ✅ 2 agents' users are in their rooms
                ✅ 2 mapped agents are there in Letta
                """.formatted(RunningRouter.postgresPort(), run.router.database, run.router.file, run.router.file.getParent(), run.homeserver.http.uri(), run.letta.http.uri()));
        assertThat(answer.headers().firstValue("Router-Exit-Code")).contains("0");

        // The command asks the service
        Command command = Command.here(environment(), "doctor");
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out().replaceAll("ping \\d+", "")).isEqualTo(answer.body().replaceAll("ping \\d+", ""));
        JsonNode json = new ObjectMapper().readTree(Command.here(environment(), "doctor", "--output", "json").out());
        assertThat(json.path("healthy").asBoolean()).isTrue();
        assertThat(json.path("checks")).hasSize(16).allSatisfy(check -> assertThat(check.path("state").asText()).isEqualTo("well"));
        assertThat(json.at("/checks/1/check").asText()).isEqualTo("database");
        assertThat(json.at("/checks/1/says").asText()).startsWith("PostgreSQL ");
    }

    @Test
    void ofManyMappingsOnlyThoseAtFaultAreLines() throws IOException {
        String[] good = IntStream.range(0, 40).mapToObj(n -> "n" + n).toArray(String[]::new);
        String mappings = file(present(good), mapped("Out"), mapped("Lost"), mapped("Nobody"), mapped("Boss"), mapped("Gone"),
                entry("agent-far", "\"agent_name\": \"Far\", \"matrix_user_id\": \"@far:test.local\", \"matrix_password\": \"\", \"room_id\": null"));
        write(mappings);
        List.of("Out", "Lost", "Nobody", "Boss", "Far").forEach(name -> run.letta.agent(agent(name), name));
        run.letta.delete(agent("Gone"));
        run.homeserver.user(user("Out")).user(user("Lost")).user(user("Gone")).user(user("Boss")).admin(user("Boss"), true);
        run.homeserver.room(room("Out"), "@ann:test.local").room(room("Boss"), user("Boss")).room(room("Gone"), user("Gone")).room(room("Nobody"), user("Nobody"));
        run.homeserver.http.next(1, "GET", "%21lost%3Atest.local/joined_members", Fault.answers(Answer.matrix(404, "M_NOT_FOUND", "No such room")));

        Report report = doctor();

        assertThat(report.exitCode()).isEqualTo(1);
        assertThat(report.faults()).containsExactlyInAnyOrder(
                "❌ Boss (agent-boss) writes as @agent_boss:test.local, who is a server admin and may do anything on the homeserver; take that right away.",
                "❌ Far (agent-far) has the user @far:test.local, which lies outside MATRIX_AGENT_PREFIX and MATRIX_SERVER_NAME, so the bot posts in its place; give the agent a user @agent_…:test.local.",
                "❌ Nobody (agent-nobody) cannot write as @agent_nobody:test.local: The homeserver answered 403 M_FORBIDDEN: Application service has not registered this user (@agent_nobody:test.local); "
                        + "`router provision agent-nobody --owner USER` makes a user that is missing, and a registration printed anew, and loaded, holds one that is not in it.",
                "❌ Out (agent-out) cannot write as @agent_out:test.local in !out:test.local: The homeserver answered 403 M_FORBIDDEN: User @agent_out:test.local not in room !out:test.local (none); "
                        + "invite that user there, as a sender that MATRIX_ALLOWED_SENDERS allows, and it joins.",
                "❌ Nobody (agent-nobody) cannot write as @agent_nobody:test.local in !nobody:test.local: The homeserver answered 403 M_FORBIDDEN: Application service has not registered this user (@agent_nobody:test.local); "
                        + "invite that user there, as a sender that MATRIX_ALLOWED_SENDERS allows, and it joins.",
                "❌ Lost (agent-lost) has the room !lost:test.local, which does not exist; `router set-room agent-lost none`, then `router provision agent-lost --owner USER`, gives it one.",
                "❌ Gone (agent-gone) is not in Letta; correct the mapping, or make the agent anew.");
        assertThat(report.text()).contains("✅ We may write as 44 agents' users\n", "✅ 43 agents' users are no server admins\n", "✅ 42 agents' users are in their rooms\n", "✅ 45 mapped agents are there in Letta\n");
    }

    @Test
    void whatCannotBeAskedIsUnknownAndNeverGone() throws IOException {
        present("BMO", "Finn");
        run.homeserver.knowsAdmins(false);
        run.homeserver.http.next(1, "GET", "%21finn%3Atest.local/joined_members", Fault.answers(502, "<html>"));
        Report report = doctor();
        run.homeserver.knowsAdmins(true);

        assertThat(report.exitCode()).isZero();
        assertThat(report.faults()).isEmpty();
        assertThat(report.unknown()).containsExactly(
                "⚠️  Whether an agent's user is a server admin, the homeserver does not say (404); see that none is.",
                "⚠️  The room of Finn (agent-finn) is unknown: The homeserver answered 502.");
    }

    @Test
    void aPeerThatIsAwayIsOneLineAndWhatItWouldSayIsUnknown() throws IOException {
        present("BMO", "Finn");
        run.homeserver.down();
        run.letta.down();
        Report report = doctor();
        run.homeserver.up();
        run.letta.up();

        assertThat(report.exitCode()).isEqualTo(1);
        assertThat(report.faults()).satisfiesExactly(homeserver -> assertThat(homeserver).startsWith("❌ The homeserver at http://127.0.0.1:").contains("check that it runs, and MATRIX_HOMESERVER_URL"),
                letta -> assertThat(letta).startsWith("❌ Letta at http://127.0.0.1:").contains("check that it runs, and LETTA_API_URL"));
        assertThat(report.unknown()).containsExactly(
                "⚠️  Whether we may write as the agents' users, and whether one is a server admin, is not known: the homeserver is not as it should be, see above.",
                "⚠️  2 rooms are unknown: the homeserver is not as it should be, see above.", "⚠️  2 agents are unknown: Letta is not as it should be, see above.");
        soon().untilAsserted(() -> assertThat(doctor().faults()).isEmpty());
    }

    @Test
    void aHomeserverThatCannotBeAskedToReachUsIsNotSaidToDoSo() throws IOException {
        present("BMO");
        run.homeserver.http.next(1, "POST", "/ping", Fault.answers(Answer.matrix(404, "M_UNRECOGNIZED", "Unrecognized request")));

        Report report = doctor();

        assertThat(report.unknown()).containsExactly("⚠️  The homeserver has no ping; whether it reaches us, its first message will show");
        assertThat(report.faults()).isEmpty();
    }

    @Test
    void eachTokenAndTheDefaultAgentHasItsOwnFault() throws IOException {
        present("BMO");
        // The router looks there by itself as well.
        run.homeserver.http.next(10, "GET", "/versions", Fault.answers(Answer.matrix(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")));
        run.letta.token("secret-of-letta");
        Report refused = doctor();
        run.letta.token(null);
        run.homeserver.http.heal();
        assertThat(refused.faults()).satisfiesExactly(asToken -> assertThat(asToken).startsWith("❌ The homeserver does not know MATRIX_AS_TOKEN: it has not loaded our registration"),
                letta -> assertThat(letta).startsWith("❌ Letta at http://127.0.0.1:").endsWith(" asks for a token (401); set LETTA_TOKEN."));

        run.homeserver.http.next(1, "POST", "/ping", Fault.answers(502, "{\"errcode\":\"M_BAD_STATUS\",\"error\":\"HTTP 403\",\"status\":403}"));
        run.letta.delete("agent-default");
        assertThat(doctor().faults()).satisfiesExactly(hsToken -> assertThat(hsToken).contains("the router refuses its token; make MATRIX_HS_TOKEN the hs_token of its registration"),
                agent -> assertThat(agent).startsWith("❌ LETTA_AGENT_ID names no default agent: Letta has no agent agent-default"));
    }

    @Test
    void theMappingFileIsReadAndComparedAndItsModesAreLookedAt() throws IOException {
        // None
        assertThat(doctor().unknown()).satisfiesExactly(missing -> assertThat(missing).startsWith("⚠️  There is no mapping file " + run.router.file + ", so the table stays as it is; put one there"));

        // A bad one
        Files.writeString(run.router.file, "{\"agent-1\": {");
        Report broken = doctor();
        assertThat(broken.faults()).satisfiesExactly(invalid -> assertThat(invalid).startsWith("❌ " + run.router.file + ", line 1, column ").contains("not valid JSON"));
        assertThat(broken.unknown()).containsExactly("⚠️  Whether file and table are in sync is not known, as one of them cannot be read.");

        // One with a bad entry, which others may write
        Files.writeString(run.router.file, file(entry("agent-1", "\"matrix_user_id\": \"nobody\"")));
        Files.setPosixFilePermissions(run.router.file, PosixFilePermissions.fromString("rw-rw-r--"));
        Report wrong = doctor();
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.faults()).containsExactly("❌ In " + run.router.file + ", line 2, the entry of agent-1 is wrong: matrix_user_id is not a Matrix user id; it is written @localpart:server.",
                "❌ File and table differ in 1 ways; `router verify` lists them, `router sync` takes the file's side.");
        assertThat(wrong.unknown()).satisfiesExactly(modes -> assertThat(modes).contains("is writable by others than its owner", "`chmod go-w " + run.router.file + "` closes it"));
    }

    @Test
    void theDatabaseAndOurRightsInItAreLookedAt() {
        // A role that may read only; a database without tables; none at all
        run.sql.execute("CREATE ROLE reader LOGIN PASSWORD 'secret-of-reader'");
        run.sql.execute("GRANT SELECT ON agent_mappings TO reader");
        Report reader = standalone("DATABASE_URL", RunningRouter.url(run.router.database).replace("postgres:postgres", "reader:secret-of-reader"));
        assertThat(reader.exitCode()).isEqualTo(1);
        assertThat(reader.faults()).contains("❌ User reader may not use the router's own tables; let their owner run: GRANT USAGE ON SCHEMA router TO reader; GRANT ALL ON ALL TABLES IN SCHEMA router TO reader; "
                        + "GRANT ALL ON ALL SEQUENCES IN SCHEMA router TO reader.",
                "❌ User reader may not SELECT, INSERT, UPDATE, DELETE in agent_mappings or invitation_status; let their owner run: GRANT SELECT, INSERT, UPDATE, DELETE ON agent_mappings, invitation_status TO reader.");

        Report fresh = standalone("DATABASE_URL", RunningRouter.url(RunningRouter.newDatabase()));
        assertThat(fresh.exitCode()).isZero();
        assertThat(fresh.unknown()).contains("⚠️  The router's tables are not there yet; its first start, or `router sync`, makes them.",
                "⚠️  Whether each agent is in Letta, and its user in its room, is not known, as no mappings can be read.",
                // and nothing listens in the command's own process
                "⚠️  Whether the homeserver reaches us, and shows MATRIX_HS_TOKEN, is not known; start the router to have this checked.");

        Report away = standalone("DATABASE_URL", "postgresql://letta:secret-of-letta@127.0.0.1:1/letta");
        assertThat(away.exitCode()).isEqualTo(3);
        assertThat(away.faults()).satisfiesExactly(store -> assertThat(store).startsWith("❌ The database 127.0.0.1:1/letta is not reachable").doesNotContain("secret-of-letta"));
    }

    @Test
    void ourOwnTablesThatBelongToSomebodyElseAreNotCalledUsable() {
        // As after a restore by another user, who was then told to let ours into the schema
        run.sql.execute("CREATE ROLE restored LOGIN PASSWORD 'secret-of-restored'");
        run.sql.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON agent_mappings, invitation_status TO restored");
        run.sql.execute("GRANT USAGE ON SCHEMA router TO restored");
        String url = RunningRouter.url(run.router.database).replace("postgres:postgres", "restored:secret-of-restored");

        assertThat(standalone("DATABASE_URL", url).faults()).contains("❌ User restored may not use the router's own tables; let their owner run: GRANT USAGE ON SCHEMA router TO restored; GRANT ALL ON ALL TABLES IN SCHEMA router TO restored; "
                + "GRANT ALL ON ALL SEQUENCES IN SCHEMA router TO restored.");

        run.sql.execute("GRANT ALL ON ALL TABLES IN SCHEMA router TO restored");
        run.sql.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA router TO restored");
        assertThat(standalone("DATABASE_URL", url).faults()).noneMatch(fault -> fault.contains("restored"));
    }

    @Test
    void aTableThatWasRenamedAwayIsNamed() {
        run.sql.execute("ALTER TABLE agent_mappings RENAME TO away");
        Report report = doctor();
        run.sql.execute("ALTER TABLE away RENAME TO agent_mappings");

        assertThat(report.faults()).contains("❌ The table agent_mappings is not there, but the router's own tables are; rename it back, or, if all is to be new, drop the schema router.");
    }

    @Test
    void everySettingThatIsMissingOrImpossibleIsALineOfItsOwn() throws IOException {
        Command missing = Command.here(Map.of("API_PORT", free()), "doctor");
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.out().lines().filter(line -> line.startsWith("❌")).map(line -> line.substring(2, line.indexOf(" is missing; set it"))))
                .containsExactlyInAnyOrder("DATABASE_URL", "ROUTER_API_KEY", "MATRIX_HOMESERVER_URL", "MATRIX_SERVER_NAME", "MATRIX_AS_TOKEN", "MATRIX_HS_TOKEN", "LETTA_API_URL");
        assertThat(missing.out()).endsWith("⚠️  The database, the mapping file, the homeserver and Letta are looked at as soon as these settings are right.\n");

        Command unreadable = Command.here(environment("API_PORT", free(), "LETTA_TURN_LIMIT", "soon", "RETAIN_TEXT", "later", "LOG_FORMAT", "xml", "LOG_LEVEL", "loud"), "doctor", "--standalone", "--output", "json");
        assertThat(unreadable.exitCode()).isEqualTo(2);
        assertThat(new ObjectMapper().readTree(unreadable.out()).path("checks")).extracting(check -> check.path("says").asText().replaceFirst(" is .*", ""))
                .contains("LETTA_TURN_LIMIT", "RETAIN_TEXT", "LOG_FORMAT", "LOG_LEVEL");

        // What does not keep the others from being looked at
        Report tokens = standalone("MATRIX_AS_TOKEN", "secret-too-short", "LETTA_API_URL", "letta:8283");
        assertThat(tokens.exitCode()).isEqualTo(2);
        assertThat(tokens.faults()).satisfiesExactly(letta -> assertThat(letta).startsWith("❌ LETTA_API_URL is no plain http or https address"),
                token -> assertThat(token).startsWith("❌ MATRIX_AS_TOKEN is shorter than 32 characters"),
                homeserver -> assertThat(homeserver).startsWith("❌ The homeserver does not know MATRIX_AS_TOKEN"),
                letta -> assertThat(letta).isEqualTo("❌ LETTA_API_URL names no address, so Letta cannot be asked; set it."));
    }

    @Test
    void aRouterOfMappingsOnlyAsksNobody() {
        assertThat(standalone("MATRIX_INTAKE", "none").text()).contains("✅ MATRIX_INTAKE is none: no messages are carried, so neither the homeserver nor Letta is asked\n").doesNotContain("The homeserver at");
    }

    private record Report(int exitCode, String text) {

        List<String> faults() {
            return text.lines().filter(line -> line.startsWith("❌")).toList();
        }

        List<String> unknown() {
            return text.lines().filter(line -> line.startsWith("⚠️")).toList();
        }
    }

    /** What the running service finds. */
    private static Report doctor() {
        HttpResponse<String> answer = run.router.http("GET", "/doctor", null, "Accept", "text/plain");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new Report(Integer.parseInt(answer.headers().firstValue("Router-Exit-Code").orElseThrow()), answer.body());
    }

    /** What the command finds by itself, with these variables added or replaced. */
    private static Report standalone(String... more) {
        Command command = Command.here(environment(more), "doctor", "--standalone");
        assertThat(command.err()).isEmpty();
        return new Report(command.exitCode(), command.out());
    }

    /** Agents in Letta, whose users are in their rooms; the mapping file holds them, and is applied. */
    private static String present(String... names) throws IOException {
        for (String name : names) {
            run.homeserver.user(user(name)).room(room(name), user(name));
            run.letta.agent(agent(name), name);
        }
        String entries = String.join(",\n", Arrays.stream(names).map(DoctorTest::mapped).toList());
        write(file(entries));
        return entries;
    }

    private static void write(String mappings) throws IOException {
        Files.writeString(run.router.file, mappings);
        run.router.sync(mappings, "");
    }

    private static String mapped(String name) {
        return entry(agent(name), "\"agent_name\": \"%s\", \"matrix_user_id\": \"%s\", \"matrix_password\": \"secret-of-%s\", \"room_id\": \"%s\"".formatted(name, user(name), name, room(name)));
    }

    private static String room(String name) {
        return "!" + name.toLowerCase() + ":test.local";
    }

    private static String free() {
        return String.valueOf(RunningRouter.freePort());
    }

    /** What an operator's environment holds beside the running service, with these variables added or replaced. */
    private static Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("DATABASE_URL", RunningRouter.url(run.router.database), "ROUTER_API_KEY", RunningRouter.KEY, "API_PORT", String.valueOf(run.router.port),
                "MATRIX_HOMESERVER_URL", run.homeserver.http.uri().toString(), "MATRIX_SERVER_NAME", "test.local", "MATRIX_AS_TOKEN", MessagingRouter.AS_TOKEN, "MATRIX_HS_TOKEN", MessagingRouter.HS_TOKEN,
                "LETTA_API_URL", run.letta.http.uri().toString(), "MAPPINGS_FILE", run.router.file.toString()));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }
}
