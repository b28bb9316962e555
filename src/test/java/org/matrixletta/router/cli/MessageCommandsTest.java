package org.matrixletta.router.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.SharedRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Turn;

/** The commands about messages as an operator types them, beside a running service and without one. */
@ExtendWith(SharedRouter.class)
class MessageCommandsTest {

    private static final String ROOM = "!cooking:test.local";
    private static final Turn REFUSED = Turn.refused(Answer.json(422, "{\"detail\":[]}"));

    static MessagingRouter run;

    @TempDir
    Path folder;

    @BeforeAll
    static void start(MessagingRouter shared) {
        run = shared.map("BMO", ROOM);
    }

    @Test
    void aMessageIsListedAndItsPathToldByTheServiceAndWithoutOne() throws IOException {
        String event = run.homeserver.say(ROOM, PERSON, "secret-of-ann");
        soon().until(() -> command("messages", event), path -> path.out().contains("  sent  "));

        Command path = command("messages", event);
        assertThat(path.exitCode()).as(path.err()).isZero();
        assertThat(path.out()).startsWith("Event " + event + " of @ann:test.local in room !cooking:test.local\nAgent agent-bmo (BMO)\nState answered\n").doesNotContain("secret-of").hasLineCount(7);
        assertThat(standalone("messages", event)).isEqualTo(path);
        assertThat(Command.run(folder, environment(RunningRouter.freePort()), "messages", event)).isEqualTo(path);
        Command list = command("messages", "--agent", agent("BMO"), "--state", "answered");
        assertThat(list.out()).contains(" in !cooking:test.local -> agent-bmo (BMO)  " + event + "\n");
        assertThat(standalone("messages", "--agent", agent("BMO"), "--state", "answered")).isEqualTo(list);
        JsonNode json = new ObjectMapper().readTree(command("messages", event, "--output", "json").out());
        assertThat(json.path("state").asText()).isEqualTo("answered");

        assertThat(command("messages", "$nothing:test.local")).matches(unknown -> unknown.exitCode() == 1 && unknown.out().startsWith("No event $nothing:test.local has come"), "is not found");
        assertThat(command("messages", "")).matches(empty -> empty.exitCode() == 2 && empty.err().contains("single quotes"), "is refused");
        assertThat(command("messages", event, "--room", ROOM)).matches(both -> both.exitCode() == 2 && both.err().contains("not both"), "is refused");
        assertThat(command("messages", "--room", "!nowhere:test.local")).isEqualTo(new Command(1, "No message found\n", ""));
    }

    @Test
    @Tag("D9")
    void d9_deadLettersAreListedReplayedAndDropped() throws IOException {
        run.map("Prismo", "!prismo:test.local");
        run.letta.next(agent("Prismo"), REFUSED, REFUSED, REFUSED);
        List<String> events = List.of("one", "two", "three").stream().map(text -> run.homeserver.say("!prismo:test.local", PERSON, text)).toList();
        soon().until(() -> run.state(events.get(2)), state -> state.startsWith("dead "));
        List<String> ids = events.stream().map(event -> run.sql.queryForObject("SELECT 'message-' || seq FROM router.inbox WHERE event_id = ?", String.class, event)).toList();

        Command list = command("dead-letters");
        assertThat(list.exitCode()).as(list.err()).isZero();
        assertThat(list.out()).containsSubsequence(ids.get(2), ids.get(1), ids.get(0)).contains(events.get(0) + " for agent-prismo (Prismo) in !prismo:test.local: Letta answered 422");
        assertThat(standalone("dead-letters")).isEqualTo(list);
        assertThat(new ObjectMapper().readTree(command("dead-letters", "--output", "json", "--limit", "1").out()).path("more").asInt()).isEqualTo(2);

        // By the service, and, in a process of its own, for the service to find
        assertThat(command("dead-letters", "replay", ids.get(0))).isEqualTo(new Command(0, "🔁 Replayed " + ids.get(0) + "\n", ""));
        assertThat(standalone("dead-letters", "replay", ids.get(1))).isEqualTo(new Command(0, "🔁 Replayed " + ids.get(1) + "\n", ""));
        soon().untilAsserted(() -> assertThat(run.state(events.get(0)) + " " + run.state(events.get(1))).isEqualTo("answered answered"));
        assertThat(run.letta.asked(agent("Prismo"))).containsExactly("one", "two", "three", "one", "two");

        assertThat(command("dead-letters", "replay", ids.get(2), ids.get(0))).matches(both -> both.exitCode() == 1 && both.out().startsWith(ids.get(0) + " is no dead letter"), "is refused");
        assertThat(command("dead-letters", "drop", ids.get(2), ids.get(2))).isEqualTo(new Command(0, "🗑️  Dropped " + ids.get(2) + "\n", ""));
        assertThat(run.state(events.get(2))).startsWith("dropped ");
        assertThat(command("dead-letters", "drop", ids.get(2)).exitCode()).isEqualTo(1);
        assertThat(command("dead-letters", "replay").exitCode()).isEqualTo(2);
    }

    @Test
    @Tag("D11")
    void d11_waitingMessagesAreDroppedByRoomAndByAgent() {
        drop("Wild", false, "--room");
        drop("Astray", true, "--agent");
        assertThat(command("messages", "drop", "--room", "!nowhere:test.local")).isEqualTo(new Command(1, "No message waits in room !nowhere:test.local\n", ""));
        assertThat(command("messages", "drop").exitCode()).isEqualTo(2);
        assertThat(command("messages", "drop", "--room", "!a:b", "--agent", "a").exitCode()).isEqualTo(2);
    }

    /** Twenty messages wait behind a turn, and are dropped by the service or in a process of its own. */
    private void drop(String name, boolean isAlone, String option) {
        String room = "!" + name + ":test.local";
        run.map(name, room);
        run.letta.next(agent(name), Turn.says("busy").held());
        List<String> events = IntStream.range(0, 21).mapToObj(i -> run.homeserver.say(room, PERSON, "more " + i)).toList();
        soon().until(() -> run.state(events.get(0)) + run.state(events.get(20)), "askingwaiting"::equals);

        String[] drop = {"messages", "drop", option, option.equals("--room") ? room : agent(name)};
        Command dropped = isAlone ? standalone(drop) : command(drop);

        assertThat(dropped).isEqualTo(new Command(0, "🗑️  Dropped 20 messages that waited " + (option.equals("--room") ? "in room " + room : "for agent " + agent(name)) + "\n", ""));
        run.letta.release(agent(name));
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation(room)).last().isEqualTo(user(name) + ": busy"));
        assertThat(run.letta.asked(agent(name))).containsExactly("more 0");
    }

    private static Command command(String... arguments) {
        return Command.here(environment(run.router.port), arguments);
    }

    private static Command standalone(String... arguments) {
        return Command.here(environment(RunningRouter.freePort()), arguments);
    }

    private static Map<String, String> environment(int port) {
        return new HashMap<>(Map.of("DATABASE_URL", RunningRouter.url(run.router.database), "ROUTER_API_KEY", RunningRouter.KEY, "API_PORT", String.valueOf(port)));
    }
}
