package org.matrixletta.router.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.CutProxy;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.peers.Fault;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the log says of the peers after a start, and how a homeserver learns that it can push again. */
@ExtendWith(OutputCaptureExtension.class)
class PeersCheckTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final String DEFAULT = agent("Default");

    static MessagingRouter run;

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.letta-agent-id=" + DEFAULT);
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @BeforeEach
    void defaultAgent() {
        run.letta.agent(DEFAULT, "Default");
    }

    @Test
    void afterTheStartEachPeerIsSaidToBeWell(CapturedOutput log) {
        run.router.restart();

        soon().untilAsserted(() -> assertThat(log.getOut()).containsPattern("INFO +delivery: ✅ Letta 0.16.8 at http://127.0.0.1:\\d+ answers, and asks for no token\n")
                .containsPattern("INFO +delivery: ✅ The default agent is Default \\(agent-default\\)\n")
                .containsPattern("INFO +delivery: ✅ The homeserver at http://127.0.0.1:\\d+ answers, and knows us as @letta:test.local\n")
                .containsPattern("INFO +delivery: ✅ The homeserver reached us \\(ping \\d+ ms\\)\n"));
        assertThat(log.getOut()).doesNotContain("❌");
    }

    @Test
    void whatIsAwayAtTheStartIsSaidOnceWithItsRemedyAndAgainWhenItIsBack(CapturedOutput log) {
        run.letta.delete(DEFAULT);
        run.letta.down();
        run.homeserver.down();
        run.router.restart();

        soon().untilAsserted(() -> assertThat(log.getOut()).contains("❌ Letta at http://127.0.0.1:", "check that it runs, and LETTA_API_URL", "❌ The homeserver at http://127.0.0.1:"));
        run.homeserver.up();
        soon().untilAsserted(() -> assertThat(log.getOut()).contains("✅ The homeserver reached us"));
        run.letta.up();
        soon().untilAsserted(() -> assertThat(log.getOut()).contains("❌ LETTA_AGENT_ID names no default agent: Letta has no agent " + DEFAULT));
        run.letta.agent(DEFAULT, "Back");
        soon().untilAsserted(() -> assertThat(log.getOut()).contains("✅ The default agent is Back"));
        assertThat(log.getOut().split("❌ Letta at")).hasSize(2);
        assertThat(log.getOut().split("✅ Letta 0")).hasSize(2);
    }

    @Test
    @Tag("D10")
    void d10_whenTheStoreIsBackTheHomeserverPushesAtOnceWhatItKept() {
        String database = RunningRouter.newDatabase();
        try (CutProxy wire = new CutProxy(RunningRouter.postgresPort());
                MessagingRouter run = MessagingRouter.start("--router.database-url=postgresql://postgres:postgres@127.0.0.1:" + wire.port + "/" + database)) {
            run.homeserver.backOff(LONG);
            wire.cut();
            run.homeserver.say("!cooking:test.local", PERSON, "hi");
            soon().untilAsserted(() -> assertThat(run.homeserver.pushStatuses()).containsExactly(503));
            wire.mend();

            soon().untilAsserted(() -> assertThat(run.homeserver.unpushed()).isZero());
            assertThat(RunningRouter.sql(database).queryForObject("SELECT count(*) FROM router.inbox", Integer.class)).isEqualTo(1);
        }
    }

    @Test
    void whenTheHomeserverAnswersAgainItIsPinged(CapturedOutput log) {
        run.map("BMO", "!cooking:test.local");
        soon().until(() -> "".equals(run.router.bean(PeerChecks.class).fault("ping")));
        run.homeserver.http.next(1, "PUT", "/send/", Fault.answers(401, "{\"errcode\":\"M_UNKNOWN_TOKEN\"}"));
        String before = log.getOut();
        run.homeserver.say("!cooking:test.local", PERSON, "hi");

        soon().untilAsserted(() -> assertThat(log.getOut()).contains("❌ Nothing is posted for now"));
        run.hurryUntil(() -> assertThat(log.getOut()).contains("✅ homeserver answers again"));
        soon().untilAsserted(() -> assertThat(log.getOut().substring(before.length())).contains("✅ The homeserver reached us"));
    }

    @Test
    void aRouterOfMappingsOnlyAsksNobody(CapturedOutput log) {
        try (RunningRouter router = RunningRouter.start()) {
            assertThat(router.camel().getRoute("peers-check")).isNull();
        }
        assertThat(log.getOut()).doesNotContain("delivery:");
    }
}
