package org.matrixletta.router.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;

import java.time.Duration;
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

    @Test
    void afterTheStartEachPeerIsSaidToBeWell(CapturedOutput log) {
        try (MessagingRouter run = MessagingRouter.start("--router.letta-agent-id=" + agent("Letta"))) {
            run.letta.agent(agent("Letta"), "Letta");

            soon().untilAsserted(() -> assertThat(log.getOut()).containsPattern("INFO +delivery: ✅ Letta 0.16.8 at http://127.0.0.1:\\d+ answers, and asks for no token\n")
                    .containsPattern("INFO +delivery: ✅ The default agent is \\S+ \\(agent-letta\\)\n")
                    .containsPattern("INFO +delivery: ✅ The homeserver at http://127.0.0.1:\\d+ answers, and knows us as @letta:test.local\n")
                    .containsPattern("INFO +delivery: ✅ The homeserver reached us \\(ping \\d+ ms\\)\n"));
            assertThat(log.getOut()).doesNotContain("❌");
        }
    }

    @Test
    void whatIsAwayAtTheStartIsSaidOnceWithItsRemedyAndAgainWhenItIsBack(CapturedOutput log) {
        try (MessagingRouter run = MessagingRouter.start("--router.letta-agent-id=" + agent("Gone"))) {
            run.letta.delete(agent("Gone"));
            run.letta.down();
            run.homeserver.down();
            String before = log.getOut();
            run.router.restart();

            soon().untilAsserted(() -> assertThat(log.getOut().substring(before.length())).contains("❌ Letta at http://127.0.0.1:", "check that it runs, and LETTA_API_URL", "❌ The homeserver at http://127.0.0.1:"));
            run.homeserver.up();
            soon().untilAsserted(() -> assertThat(log.getOut().substring(before.length())).contains("✅ The homeserver reached us"));
            run.letta.up();
            soon().untilAsserted(() -> assertThat(log.getOut().substring(before.length())).contains("❌ LETTA_AGENT_ID names no default agent: Letta has no agent agent-gone"));
            run.letta.agent(agent("Gone"), "Back");
            soon().untilAsserted(() -> assertThat(log.getOut().substring(before.length())).contains("✅ The default agent is Back"));
            assertThat(log.getOut().substring(before.length()).split("❌ Letta at")).hasSize(2);
            assertThat(log.getOut().substring(before.length()).split("✅ Letta 0")).hasSize(2);
        }
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
        try (MessagingRouter run = MessagingRouter.start().map("BMO", "!cooking:test.local")) {
            soon().untilAsserted(() -> assertThat(log.getOut()).contains("✅ The homeserver reached us"));
            run.homeserver.http.next(1, "PUT", "/send/", Fault.answers(401, "{\"errcode\":\"M_UNKNOWN_TOKEN\"}"));
            run.homeserver.say("!cooking:test.local", PERSON, "hi");

            soon().untilAsserted(() -> assertThat(log.getOut()).contains("❌ Nothing is posted for now", "✅ homeserver answers again"));
            soon().untilAsserted(() -> assertThat(log.getOut().split("✅ The homeserver reached us")).hasSize(3));
        }
    }

    @Test
    void aRouterOfMappingsOnlyAsksNobody(CapturedOutput log) {
        try (RunningRouter router = RunningRouter.start()) {
            assertThat(router.camel().getRoute("peers-check")).isNull();
        }
        assertThat(log.getOut()).doesNotContain("delivery:");
    }
}
