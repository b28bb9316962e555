package org.matrixletta.router.mapping;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Fault;

/** What a verification says that also asks the homeserver and Letta. */
@Tag("V5")
class LiveVerificationTest {

    private static final String ERROR = "{\"detail\":\"Internal Server Error\"}";

    static MessagingRouter run;

    private final List<String> agents = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        run = MessagingRouter.start("--router.letta-agent-id=agent-default", "--router.mappings-accepted=agent-known");
        run.homeserver.strict();
        run.letta.strict();
        // The look at the start may have come before, and made it.
        run.letta.delete("agent-default");
        // It asks for the missing default agent again and again, and would meet the faults that are planned.
        run.router.camel().getRouteController().stopRoute("peers-check");
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @BeforeEach
    void emptyStore() {
        run.router.emptyStore();
        run.sql.execute("TRUNCATE router.mark");
        run.homeserver.http.forgetRequests(true);
        run.letta.http.forgetRequests(true);
    }

    @AfterEach
    void deleteAgents() {
        agents.forEach(run.letta::delete);
        run.homeserver.http.heal();
        run.letta.http.heal();
    }

    @Test
    void v5_whereEverythingIsThereTheReportIsTheKnownOne() throws IOException {
        // The default agent needs no mapping, and a pattern leaves agents out that nobody talks to
        inLetta("agent-default", "Default");
        inLetta("agent-dreaming", "BMO-sleeptime");
        String mappings = sync(present("BMO"), present("Finn"));
        HttpResponse<String> answer = verify(mappings);

        assertThat(report(answer)).isEqualTo(VerifyTest.IN_SYNC);
        assertThat(answer.headers().firstValue("Router-Exit-Code")).contains("0");
        assertThat(run.homeserver.http.requests("GET", "/joined_members")).extracting(request -> request.query("user_id")).containsExactlyInAnyOrder(user("BMO"), user("Finn"));

        Files.writeString(run.router.file, mappings);
        assertThat(report(run.router.http("GET", "/mappings/verification?live=true", null, "Accept", "text/plain"))).isEqualTo(VerifyTest.IN_SYNC);
        Files.delete(run.router.file);
    }

    @Test
    void v5_theReportSaysWhoWasAskedAndAnApplicationServiceMissesNoPasswords() {
        String mappings = sync(present("BMO").replace("\"p\"", "\"\""), mapped("Finn").replace("\"!finn:test.local\"", "null"));
        inLetta(agent("Finn"), "Finn");

        assertThat(verify(mappings).body()).isEqualTo(VerifyTest.IN_SYNC + "⚠️  1 agents without a room:\n   - Finn (agent-finn)\n"
                + "🔍 Asked the homeserver at " + run.homeserver.http.uri() + " about 1 rooms, and Letta at " + run.letta.http.uri() + " about 2 agents\n");
    }

    @Test
    @Tag("V7")
    @Tag("H4")
    void v5_v7_eachClassHasItsHeadingCountAndList() throws IOException {
        String mappings = sync(present("BMO"), mapped("Finn"), present("Gunter"), mapped("Known"), mapped("Lost"), present("Zoe"));
        run.homeserver.user(user("Finn")).user(user("Lost")).room(room("Finn"), "@ann:test.local");
        inLetta(agent("Finn"), "Finn");
        inLetta("agent-new", "Newcomer");
        run.letta.delete(agent("Gunter"));
        run.homeserver.http.next(1, "GET", "%21lost%3Atest.local/joined_members", Fault.answers(Answer.matrix(404, "M_NOT_FOUND", "No such room")));
        run.homeserver.http.next(1, "GET", "%21zoe%3Atest.local/joined_members", Fault.answers(502, "<html>"));

        // H4: it was announced, and is in neither file nor store
        assertThat(run.router.http("POST", "/webhook/new-agent", "{\"agent_id\":\"agent-new\"}").statusCode()).isEqualTo(200);
        HttpResponse<String> answer = verify(mappings);

        assertThat(report(answer)).isEqualTo("""
                🔍 VERIFICATION REPORT
                ============================================================
                ⚠️  1 rooms that do not exist:
                   - Lost (agent-lost)
                     !lost:test.local
                ⚠️  1 agents whose Matrix user is not in their room:
                   - Finn (agent-finn)
                     @agent_finn:test.local in !finn:test.local: The homeserver answered 403 M_FORBIDDEN: User @agent_finn:test.local not in room !finn:test.local (none)
                ⚠️  2 agents that Letta does not have:
                   - Gunter (agent-gunter)
                   - Lost (agent-lost)
                ⚠️  1 agents of Letta without a mapping:
                   - Newcomer (agent-new)
                ============================================================
                ⚠️  1 rooms unknown, as the homeserver did not say:
                   - Zoe (agent-zoe)
                     The homeserver answered 502
                ⚠️  1 accepted differences (MAPPINGS_ACCEPTED):
                   - Known (agent-known)
                """);
        assertThat(answer.headers().firstValue("Router-Exit-Code")).contains("1");
        JsonNode json = new ObjectMapper().readTree(run.router.http("POST", "/mappings/verification?live=true", mappings).body());
        assertThat(json.at("/counts/agents_gone").asInt()).isEqualTo(2);
        assertThat(json.at("/in_sync").asBoolean()).isFalse();
    }

    @Test
    @Tag("V7")
    void v5_aPeerThatDoesNotAnswerMakesUnknownAndNeverGone() {
        String mappings = sync(present("BMO"), present("Finn"));
        run.homeserver.down();
        run.letta.down();
        HttpResponse<String> answer = verify(mappings);
        run.homeserver.up();
        run.letta.up();

        assertThat(report(answer)).isEqualTo(VerifyTest.IN_SYNC + "⚠️  2 rooms unknown, as the homeserver did not say:\n   - all of them: The homeserver did not answer; see that it runs, and check MATRIX_HOMESERVER_URL\n"
                + "⚠️  2 agents unknown, as Letta did not say:\n   - all of them: Letta did not answer; see that it runs, and check LETTA_API_URL\n");
        assertThat(answer.headers().firstValue("Router-Exit-Code")).contains("0");
        soon().untilAsserted(() -> assertThat(report(verify(mappings))).isEqualTo(VerifyTest.IN_SYNC));
    }

    @Test
    @Tag("V7")
    void v7_aLettaThatListsNoAgentOrOnlySomePagesSaysNothing() {
        String mappings = sync(mapped("BMO"));
        run.homeserver.user(user("BMO")).room(room("BMO"), user("BMO"));
        assertThat(report(verify(mappings))).isEqualTo(VerifyTest.IN_SYNC + "⚠️  1 agents unknown, as Letta did not say:\n   - BMO (agent-bmo)\n     Letta lists no agent at all\n");

        IntStream.range(0, 250).forEach(n -> inLetta("agent-" + n, "Agent " + n));
        run.letta.http.next(1, "GET", "/v1/agents/", Fault.slow(Duration.ZERO));
        run.letta.http.next(1, "GET", "/v1/agents/", Fault.answers(500, ERROR));
        assertThat(report(verify(mappings))).isEqualTo(VerifyTest.IN_SYNC + "⚠️  1 agents unknown, as Letta did not say:\n   - BMO (agent-bmo)\n     Letta answered 500 when it was asked for its agents\n");

        assertThat(report(verify(mappings))).contains("⚠️  1 agents that Letta does not have:\n   - BMO (agent-bmo)\n⚠️  250 agents of Letta without a mapping:\n   - Agent 0 (agent-0)\n");
    }

    @Test
    void v5_aRefusalInOtherWordsThanThePeersOwnIsNoAbsence() {
        String mappings = sync(present("BMO"), present("Finn"), present("Jake"));
        inLetta("agent-default", "Default");
        run.letta.delete(agent("BMO"));
        run.letta.delete(agent("Finn"));
        run.letta.http.next(1, "GET", "/v1/agents/agent-bmo", Fault.answers(404, "<html>not found</html>"));
        run.letta.http.next(1, "GET", "/v1/agents/agent-finn", Fault.answers(404, "{\"detail\":\"Agent with ID agent-other not found\"}"));
        run.homeserver.http.next(1, "GET", "%21bmo%3Atest.local/joined_members", Fault.answers(404, "<html>not found</html>"));
        run.homeserver.http.next(1, "GET", "%21finn%3Atest.local/joined_members", Fault.answers(Answer.matrix(404, "M_UNRECOGNIZED", "Unrecognized request")));
        run.homeserver.http.next(1, "GET", "%21jake%3Atest.local/joined_members", Fault.answers(403, "<html>forbidden</html>"));

        String report = report(verify(mappings));

        assertThat(report).startsWith(VerifyTest.IN_SYNC).contains("⚠️  3 rooms unknown, as the homeserver did not say:\n", "⚠️  2 agents unknown, as Letta did not say:\n");
    }

    @Test
    void v5_aUserThatIsNotOursIsLookedForByTheBotAndNeverAsserted() {
        String mappings = sync(entry("agent-far", "\"agent_name\": \"Far\", \"matrix_user_id\": \"@far:elsewhere.test\", \"matrix_password\": \"p\", \"room_id\": \"!far:test.local\""),
                entry("agent-off", "\"agent_name\": \"Off\", \"matrix_user_id\": \"@off:elsewhere.test\", \"matrix_password\": \"p\", \"room_id\": \"!off:test.local\""));
        run.homeserver.room("!far:test.local", "@letta:test.local", "@far:elsewhere.test").room("!off:test.local", "@off:elsewhere.test");
        inLetta("agent-far", "Far");
        inLetta("agent-off", "Off");

        assertThat(report(verify(mappings))).startsWith(VerifyTest.IN_SYNC).contains("⚠️  1 rooms unknown, as the homeserver did not say:\n   - Off (agent-off)\n");
        assertThat(run.homeserver.http.requests("GET", "/joined_members")).extracting(request -> request.query("user_id")).containsOnly("@letta:test.local");
    }

    @Test
    @Tag("R9")
    void r9_whatIsSeenToBeThereLosesItsMark() {
        String mappings = sync(present("BMO"), present("Finn"), mapped("Jake"));
        run.letta.delete(agent("Finn"));
        run.homeserver.user(user("Jake")).room(room("Jake"), "@ann:test.local");
        inLetta(agent("Jake"), "Jake");
        for (String name : new String[] {"BMO", "Finn", "Jake"}) {
            run.sql.update("INSERT INTO router.mark (agent_id, mark) VALUES (?, 'stale'), (?, 'removed')", agent(name), agent(name));
        }

        verify(mappings);

        assertThat(run.sql.queryForList("SELECT agent_id || ' ' || mark FROM router.mark ORDER BY 1", String.class)).containsExactly("agent-finn stale", "agent-jake removed");
    }

    @Test
    void v5_aThousandAgentsAreAskedAboutOnceEach() {
        String mappings = sync(IntStream.range(0, 1_000).mapToObj(n -> present("n" + n)).toArray(String[]::new));

        assertThat(report(verify(mappings))).isEqualTo(VerifyTest.IN_SYNC);

        assertThat(run.homeserver.http.requests("GET", "/joined_members")).hasSize(1_000);
        assertThat(run.letta.http.requests("GET", "/v1/agents/")).filteredOn(request -> request.target().contains("order=asc")).hasSize(11);
    }

    @Test
    void v5_aHomeserverThatNeverAnswersIsNotAskedAThousandTimes() {
        String mappings = sync(IntStream.range(0, 100).mapToObj(n -> present("n" + n)).toArray(String[]::new));
        run.homeserver.http.next(1_000, "GET", "/joined_members", Fault.dropsBefore());

        assertThat(report(verify(mappings))).startsWith(VerifyTest.IN_SYNC + "⚠️  100 rooms unknown, as the homeserver did not say:\n");

        assertThat(run.homeserver.http.requests("GET", "/joined_members")).hasSizeBetween(32, 48);
    }

    /** An entry whose agent is in Letta, and whose user is in its room. */
    private String present(String name) {
        run.homeserver.user(user(name)).room(room(name), user(name));
        inLetta(agent(name), name);
        return mapped(name);
    }

    private void inLetta(String id, String name) {
        run.letta.agent(id, name);
        agents.add(id);
    }

    private static String mapped(String name) {
        return entry(agent(name), "\"agent_name\": \"%s\", \"matrix_user_id\": \"%s\", \"matrix_password\": \"p\", \"room_id\": \"%s\"".formatted(name, user(name), room(name)));
    }

    private static String room(String name) {
        return "!" + name.toLowerCase() + ":test.local";
    }

    private String sync(String... entries) {
        String mappings = file(Arrays.stream(entries).toArray(String[]::new));
        run.router.sync(mappings, "");
        return mappings;
    }

    /** The report without its last line, which says who was asked. */
    private static String report(HttpResponse<String> answer) {
        String asked = answer.body().substring(answer.body().lastIndexOf("🔍 "));
        assertThat(asked).matches("🔍 Asked the homeserver at http://127.0.0.1:\\d+ about \\d+ rooms, and Letta at http://127.0.0.1:\\d+ about \\d+ agents\n");
        return answer.body().substring(0, answer.body().length() - asked.length());
    }

    private HttpResponse<String> verify(String mappings) {
        return run.router.http("POST", "/mappings/verification?live=true", mappings, "Accept", "text/plain");
    }
}
