package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.mapping.TestFile;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What becomes of messages while nobody knows whose their rooms are. */
@ExtendWith(OutputCaptureExtension.class)
class StoreOutageTest {

    private static final String DEFAULT = "agent-default";

    static MessagingRouter run;

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.letta-agent-id=" + DEFAULT);
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @Test
    @Tag("R4")
    void r4_anEmptyTableIsNoAnswerAsLongAsTheFileHasEntriesAndIsFilledBeforeAnythingIsRouted() throws Exception {
        String room = "!r4:test.local";
        Files.writeString(run.router.file, TestFile.file(TestFile.agent("agent-r4", room)));
        run.letta.agent("agent-r4", "R4");
        soon().until(() -> run.sql.queryForObject("SELECT count(*) FROM agent_mappings WHERE room_id = ?", Integer.class, room) == 1);
        int asked = run.letta.asked(DEFAULT).size();
        run.router.camel().getRouteController().stopRoute("mappings-watch");
        run.sql.execute("TRUNCATE agent_mappings, router.applied, router.sync, router.change, router.claimed_room");

        String event = run.homeserver.say(room, PERSON, "hi");
        run.await(event, "waiting file-unread");
        soon().untilAsserted(() -> assertThat(run.router.anyone("GET", "/health/ready", null).statusCode()).isEqualTo(503));
        run.router.camel().getRouteController().startRoute("mappings-watch");

        run.await(event, "answered");
        assertThat(run.letta.asked("agent-r4")).containsExactly("hi");
        assertThat(run.letta.asked(DEFAULT)).hasSize(asked);
        soon().untilAsserted(() -> assertThat(run.router.anyone("GET", "/health/ready", null).statusCode()).isEqualTo(200));
    }

    @Test
    @Tag("R5")
    void r5_whileTheTableIsAwayNothingIsAskedAndNothingIsLost(CapturedOutput output) {
        run.map("R5", "!r5:test.local");
        run.sql.execute("ALTER TABLE agent_mappings RENAME TO hidden");
        String event = run.homeserver.say("!r5:test.local", PERSON, "hi");
        run.await(event, "waiting");
        soon().untilAsserted(() -> assertThat(output).contains("Could not query agent mappings database: "));
        soon().untilAsserted(() -> assertThat(run.router.anyone("GET", "/health", null).body()).contains("\"unhealthy\""));
        assertThat(run.state(event)).isEqualTo("waiting");
        run.sql.execute("ALTER TABLE hidden RENAME TO agent_mappings");
        run.await(event, "answered");
        assertThat(run.letta.asked(agent("R5"))).containsExactly("hi");
        assertThat(run.letta.asked(DEFAULT)).isEmpty();
    }

    @Test
    @Tag("R12")
    void r12_aRoomThatOnlyTheFileGivesToAnAgentWaitsAndIsToldOnce(CapturedOutput output) throws IOException {
        String room = "!r12:test.local";
        run.letta.agent("agent-r12", "R12");
        Files.writeString(run.router.file, TestFile.file(TestFile.entry("agent-r12", "\"agent_name\": \"R12\", \"matrix_user_id\": 3, \"room_id\": \"" + room + "\"")));
        soon().until(() -> run.sql.queryForObject("SELECT count(*) FROM router.claimed_room WHERE room_id = ?", Integer.class, room) == 1);
        String event = run.homeserver.say(room, PERSON, "hi");
        run.await(event, "waiting claimed");
        run.hurryUntil(() -> assertThat(run.homeserver.conversation(room)).hasSize(2).last().asString().contains("This room is being assigned to an agent"));
        soon().untilAsserted(() -> assertThat(output).contains("Room " + room + " belongs to an entry of the mapping file that is not in the table"));

        Files.writeString(run.router.file, TestFile.file(TestFile.agent("agent-r12", room)));
        run.await(event, "answered");
        assertThat(run.letta.asked("agent-r12")).containsExactly("hi");
        assertThat(run.letta.asked(DEFAULT)).isEmpty();
        assertThat(run.homeserver.conversation(room)).filteredOn(said -> said.contains("being assigned")).hasSize(1);
    }

    @Test
    @Tag("R12")
    @Tag("S31")
    void r12_s31_aRoomWhoseMappingWasTakenAwayByHandWaitsAtOnce() throws IOException {
        String room = "!r12-taken:test.local";
        run.letta.agent("agent-r12-taken", "R12 taken");
        Files.writeString(run.router.file, TestFile.file(TestFile.agent("agent-r12-taken", room)));
        soon().until(() -> run.sql.queryForObject("SELECT count(*) FROM agent_mappings WHERE room_id = ?", Integer.class, room) == 1);
        int asked = run.letta.asked(DEFAULT).size();
        run.sql.update("DELETE FROM agent_mappings WHERE room_id = ?", room);

        String event = run.homeserver.say(room, PERSON, "hi");

        run.await(event, "waiting claimed");
        run.hurryUntil(() -> assertThat(run.homeserver.conversation(room)).hasSize(2).last().asString().contains("This room is being assigned to an agent"));

        Files.writeString(run.router.file, TestFile.file(TestFile.entry("agent-r12-taken", "\"agent_name\": \"Given again\", \"matrix_user_id\": \"@agent_r12-taken:test.local\", \"room_id\": \"" + room + "\"")));
        run.await(event, "answered");
        assertThat(run.letta.asked("agent-r12-taken")).containsExactly("hi");
        assertThat(run.letta.asked(DEFAULT)).hasSize(asked);
    }

    @Test
    @Tag("D3")
    @Tag("S30")
    void s30_aDatabaseThatIsMadeAnewTakesNoMessageForTheDefaultAgent() throws IOException {
        Files.writeString(run.router.file, TestFile.file(TestFile.agent("agent-s30", "!s30:test.local")));
        run.letta.agent("agent-s30", "S30");
        soon().until(() -> run.sql.queryForObject("SELECT count(*) FROM agent_mappings WHERE room_id = '!s30:test.local'", Integer.class) == 1);
        int asked = run.letta.asked(DEFAULT).size();
        RunningRouter.sql("postgres").execute("DROP DATABASE " + run.router.database + " WITH (FORCE)");
        List<String> events = List.of(run.homeserver.say("!s30:test.local", PERSON, "one"), run.homeserver.say("!s30:test.local", PERSON, "two"));
        soon().untilAsserted(() -> assertThat(run.homeserver.pushStatuses()).contains(503));
        RunningRouter.sql("postgres").execute("CREATE DATABASE " + run.router.database);
        await().atMost(Duration.ofMinutes(1)).ignoreExceptions().untilAsserted(() -> assertThat(run.state(events.get(1))).isEqualTo("answered"));
        assertThat(run.letta.asked("agent-s30")).containsExactly("one", "two");
        assertThat(run.letta.asked(DEFAULT)).hasSize(asked);
    }
}
