package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** R19: a trial beside the old bridge. */
@ExtendWith(OutputCaptureExtension.class)
class ObserveTest {

    @Test
    @Tag("R19")
    void r19_whatIsObservedIsResolvedAndNothingIsSent(CapturedOutput output) {
        try (MessagingRouter run = MessagingRouter.start("--router.observe=true", "--router.letta-agent-id=agent-default")) {
            run.map("Seen", "!seen:test.local");
            run.await(run.homeserver.say("!seen:test.local", PERSON, "hi"), "ignored observe");
            run.await(run.homeserver.say("!unmapped:test.local", PERSON, "hi"), "ignored observe");
            MessagingRouter.soon().untilAsserted(() -> assertThat(output).contains("OBSERVE=true: a trial;", "Agent agent-seen (Seen)", "Agent agent-default (DEFAULT)", "The homeserver reached us"));
            assertThat(run.letta.http.requests("POST", "/")).isEmpty();
            assertThat(run.homeserver.http.requests("POST", "/register")).isEmpty();
            assertThat(run.homeserver.http.requests("PUT", "/")).isEmpty();
            assertThat(run.homeserver.http.requests("POST", "/join/")).isEmpty();
            assertThat(run.sql.queryForList("SELECT source FROM router.outbox")).isEmpty();
        }
    }

    @Test
    @Tag("R19")
    void r19_whatWaitedBeforeTheTrialWaitsUntilItIsOver() {
        try (MessagingRouter run = MessagingRouter.start()) {
            run.map("Early", "!early:test.local");
            run.sql.update("INSERT INTO router.peer (name, down_since, paused_until) VALUES ('letta', now(), now() + interval '1 minute'), ('homeserver', now(), now() + interval '1 minute')");
            run.sql.update("INSERT INTO router.outbox (source, part, room_id, content) VALUES ('notice/early', 1, '!early:test.local', convert_to('{\"msgtype\":\"m.notice\",\"body\":\"early\"}', 'UTF8'))");
            String early = run.homeserver.say("!early:test.local", PERSON, "hi");
            run.await(early, "waiting");

            run.router.with("--router.observe=true").restart().awaitStore();
            run.sql.update("UPDATE router.peer SET paused_until = now()");
            run.await(run.homeserver.say("!unmapped:test.local", PERSON, "hi"), "ignored observe");
            assertThat(run.state(early)).isEqualTo("waiting");
            assertThat(run.letta.asked(MessagingRouter.agent("Early"))).isEmpty();
            assertThat(run.homeserver.http.requests("PUT", "/send/")).isEmpty();

            run.router.with("--router.observe=false").restart().awaitStore();
            run.hurryUntil(() -> assertThat(run.state(early)).isEqualTo("answered"));
        }
    }

    @Test
    @Tag("R19")
    @Tag("D6")
    void r19_whatTheHomeserverForgotToPushDuringTheTrialIsNotAskedAfterIt() {
        try (MessagingRouter run = MessagingRouter.start("--router.observe=true", "--router.catch-up-tick-milliseconds=300", "--router.pulse-milliseconds=300")) {
            run.homeserver.room("!trial:test.local", PERSON, MessagingRouter.user("Trial"));
            run.map("Trial", "!trial:test.local");
            run.await(run.homeserver.say("!trial:test.local", PERSON, "hi"), "ignored observe");
            String forgotten = run.homeserver.sayUnheard("!trial:test.local", PERSON, "is anybody there?");

            run.router.with("--router.observe=false").restart().awaitStore();
            MessagingRouter.soon().until(() -> !run.sql.queryForList("SELECT FROM router.reader WHERE position IS NOT NULL").isEmpty());
            String since = run.homeserver.sayUnheard("!trial:test.local", PERSON, "and now?");
            run.router.camel().createProducerTemplate().sendBody("direct:expect-finds", null);

            run.hurryUntil(() -> assertThat(run.state(since)).isEqualTo("answered"));
            assertThat(run.state(forgotten)).isNotEqualTo("answered");
            assertThat(run.letta.asked(MessagingRouter.agent("Trial"))).containsExactly("and now?");
        }
    }
}
