package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;

import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Turn;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What it means that Letta does not have whom it is asked for. */
@ExtendWith(OutputCaptureExtension.class)
class AbsenceTest {

    private static final String DEFAULT = "agent-default";
    private static final Turn NOBODY = Turn.refused(Answer.json(404, "{\"detail\":\"Not Found\"}"));

    static MessagingRouter run;
    static int tests;

    final String name = "absent" + ++tests;
    final String room = "!" + name + ":test.local";

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.letta-agent-id=" + DEFAULT, "--router.letta-gone-after=1s");
        run.letta.strict().agent(DEFAULT, "Default");
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @AfterEach
    void heal() {
        run.sql.update("UPDATE router.inbox SET state = 'dropped', owner = NULL WHERE state IN ('waiting', 'unknown')");
        run.sql.update("UPDATE router.peer SET down_since = NULL, paused_until = NULL, tries = 0");
        run.sql.update("DELETE FROM router.mark");
    }

    @Test
    @Tag("R9")
    void r9_aMappingWhoseAgentIsGoneIsStaleUntilThatAgentAnswersAgain(CapturedOutput output) {
        run.map(name, room);
        run.letta.delete(agent(name));
        String first = run.homeserver.say(room, PERSON, "one");
        run.hurryUntil(() -> assertThat(run.state(first)).startsWith("dead Letta has no such agent"));
        String second = run.homeserver.say(room, PERSON, "two");
        run.hurryUntil(() -> assertThat(run.state(second)).startsWith("dead"));

        assertThat(marks()).contains("stale");
        soon().untilAsserted(() -> assertThat(said(room)).hasSize(1).first().asString().contains("does not exist any more"));
        assertThat(run.letta.asked(DEFAULT)).isEmpty();
        soon().untilAsserted(() -> assertThat(output).contains("❌ The mapping of room " + room + " is stale"));

        run.letta.agent(agent(name), name);
        String third = run.homeserver.say(room, PERSON, "three");
        run.hurryUntil(() -> assertThat(run.state(third)).isEqualTo("answered"));
        assertThat(marks()).isEmpty();
    }

    @Test
    @Tag("R15")
    void r15_aPageThatIsNotLettasOwnSaysThatTheAddressIsWrong(CapturedOutput output) {
        run.map(name, room);
        run.letta.always(agent(name), text -> NOBODY);
        String event = run.homeserver.say(room, PERSON, "hi");
        soon().untilAsserted(() -> assertThat(peers()).containsExactly("letta"));
        run.hurryUntil(() -> assertThat(run.letta.asked(agent(name))).hasSizeGreaterThan(3));
        soon().untilAsserted(() -> assertThat(run.state(event)).startsWith("waiting There is no Letta at this address"));
        assertThat(marks()).isEmpty();
        assertThat(said(room)).isEmpty();
        soon().untilAsserted(() -> assertThat(output.getOut().split("Letta is not asked for now", -1)).hasSize(2));

        run.letta.always(agent(name), Turn::says);
        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
        soon().untilAsserted(() -> assertThat(peers()).isEmpty());
    }

    @Test
    @Tag("R15")
    void r15_moreThanThreeMissingAgentsSayThatTheAddressIsWrongAndAnAgentThatIsThereIsServedStill() {
        List<String> missing = IntStream.range(0, 8).mapToObj(n -> {
            run.map(name + n, "!" + name + n + ":test.local");
            run.letta.delete(agent(name + n));
            return run.homeserver.say("!" + name + n + ":test.local", PERSON, "hi");
        }).toList();
        run.hurryUntil(() -> assertThat(peers()).contains("letta"));
        soon().pollDelay(Duration.ofMillis(2500)).untilAsserted(() -> assertThat(marks()).doesNotContain("stale"));
        assertThat(missing).allSatisfy(event -> assertThat(run.state(event)).startsWith("waiting"));
        assertThat(IntStream.range(0, 8).mapToObj(n -> said("!" + name + n + ":test.local"))).allSatisfy(said -> assertThat(said).isEmpty());

        run.map(name, room);
        String event = run.homeserver.say(room, PERSON, "hi");
        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
    }

    @Test
    @Tag("R15")
    void r15_aDefaultAgentThatIsMissingAloneIsAWrongSettingAndOnlyItsMessagesWait(CapturedOutput output) {
        run.letta.delete(DEFAULT);
        String event = run.homeserver.say(room, PERSON, "hi");
        run.hurryUntil(() -> assertThat(peers()).containsExactly("agent:" + DEFAULT));
        soon().pollDelay(Duration.ofMillis(1500)).untilAsserted(() -> assertThat(run.state(event)).startsWith("waiting"));
        run.hurryUntil(() -> assertThat(run.state(event)).startsWith("waiting Letta"));
        run.map(name + "b", "!" + name + "b:test.local");
        run.await(run.homeserver.say("!" + name + "b:test.local", PERSON, "hi"), "answered");
        assertThat(said(room)).isEmpty();
        soon().untilAsserted(() -> assertThat(output).contains("LETTA_AGENT_ID names an agent that Letta does not have"));
        run.letta.agent(DEFAULT, "Default");
        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
    }

    @Test
    void whileLettaIsAwayWhatWasNotTriedForLongestShowsWhetherItIsBack() {
        run.map(name, room).map(name + "b", "!" + name + "b:test.local");
        run.letta.always(agent(name), text -> NOBODY);
        run.sql.update("INSERT INTO router.peer (name) VALUES ('letta') ON CONFLICT DO NOTHING");
        run.sql.update("UPDATE router.peer SET down_since = now(), paused_until = now() + interval '50 seconds' WHERE name = 'letta'");
        String tried = run.homeserver.say(room, PERSON, "hi");
        String untried = run.homeserver.say("!" + name + "b:test.local", PERSON, "hi");
        run.await(untried, "waiting");
        run.sql.update("UPDATE router.inbox SET next_at = next_at - interval '1 minute' WHERE event_id = ?", untried);
        run.sql.update("UPDATE router.peer SET paused_until = now() WHERE name = 'letta'");

        run.await(untried, "answered");
        assertThat(asked(untried)).isBefore(asked(tried));
    }

    private static Timestamp asked(String event) {
        return run.sql.queryForObject("SELECT coalesce(asked_at, now()) FROM router.inbox WHERE event_id = ?", Timestamp.class, event);
    }

    private static List<String> marks() {
        return run.sql.queryForList("SELECT mark FROM router.mark", String.class);
    }

    private static List<String> peers() {
        return run.sql.queryForList("SELECT name FROM router.peer WHERE down_since IS NOT NULL", String.class);
    }

    private static List<String> said(String where) {
        return run.homeserver.events(where).stream().filter(event -> event.path("type").asText().equals("m.room.message") && !event.path("sender").asText().equals(PERSON))
                .map(event -> event.path("content").path("body").asText()).toList();
    }
}
