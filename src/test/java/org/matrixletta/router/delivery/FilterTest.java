package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.SharedRouter;
import org.matrixletta.router.peers.Fault;
import org.matrixletta.router.peers.Turn;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** F: what is not forwarded, by which rule, and what an edit or a redaction changes. */
@Tag("F")
@ExtendWith({SharedRouter.class, OutputCaptureExtension.class})
class FilterTest {

    private static final String BOT = "@letta:test.local";
    private static final String DEFAULT = "agent-default";
    private static final String TEXT = "{\"msgtype\":\"m.text\",\"body\":\"hi\"}";
    private static final String IMAGE = "{\"msgtype\":\"m.image\",\"body\":\"cat.png\",\"url\":\"mxc://test.local/cat\"}";
    private static final AtomicInteger ROOMS = new AtomicInteger();

    static MessagingRouter run;
    private final String name = "F" + ROOMS.incrementAndGet();
    private final String room = "!f" + ROOMS.get() + ":test.local";

    @BeforeAll
    static void start(MessagingRouter shared) {
        run = shared;
    }

    @BeforeEach
    void map() {
        run.map(name, room);
    }

    @ParameterizedTest
    @ValueSource(strings = {"✅ done", "hi", "🤖", "[Message] to nobody"})
    void f_whatAPersonWritesIsForwardedWhateverItLooksLike(String text) {
        run.await(run.homeserver.say(room, PERSON, text), "answered");
        assertThat(asked()).containsExactly(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "@letta:test.local | m.room.message | {\"msgtype\":\"m.text\",\"body\":\"hi\"} | bot",
        "@ghost_1:test.local | m.room.message | {\"msgtype\":\"m.text\",\"body\":\"hi\"} | ignored-user",
        "@ann:elsewhere.org | m.room.message | {\"msgtype\":\"m.text\",\"body\":\"hi\"} | sender-not-allowed",
        "@ann:test.local | m.room.message | {\"msgtype\":\"m.notice\",\"body\":\"hi\"} | notice",
        "@ann:test.local | m.room.message | {\"msgtype\":\"m.text\",\"body\":\" \\u200b\"} | blank",
        "@ann:test.local | m.reaction | {\"m.relates_to\":{\"rel_type\":\"m.annotation\",\"event_id\":\"$x\",\"key\":\"+\"}} | not-a-message",
        "@ann:test.local | m.room.redaction | {\"redacts\":\"$x\"} | redaction"})
    void f_theFirstRuleThatFitsNamesItself(String sender, String type, String content, String rule) {
        run.await(run.homeserver.send(room, sender, type, content), "ignored " + rule);
        assertThat(asked()).isEmpty();
    }

    @Test
    void f_stateIsNotForwarded() {
        run.await(run.homeserver.sendState(room, PERSON, "m.room.topic", "", "{\"topic\":\"hi\"}"), "ignored state-event");
        run.await(run.homeserver.sendState(room, PERSON, "m.room.message", "", TEXT), "ignored state-event");
    }

    @Test
    void f_aForeignSenderGetsNoAnswerAlsoWithoutAMapping() {
        run.await(run.homeserver.say("!f-foreign:test.local", "@ann:elsewhere.org", "hi"), "ignored sender-not-allowed");
        assertThat(run.homeserver.conversation("!f-foreign:test.local")).hasSize(1);
    }

    @Test
    void f_ourOwnEchoIsKnownByItsMarkerWhoeverOwnsTheRoomByNow() {
        run.await(run.homeserver.say(room, PERSON, "hi"), "answered");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation(room)).hasSize(2));
        String echo = last("event_id");
        run.await(echo, "ignored own-echo");

        // A restore has lost what was sent, and the room has gone to another agent
        run.sql.update("DELETE FROM router.outbox WHERE room_id = ?", room);
        run.sql.update("DELETE FROM router.inbox WHERE event_id = ?", echo);
        run.sql.update("UPDATE agent_mappings SET room_id = NULL WHERE room_id = ?", room);
        run.map(name + "-Next", room);
        run.homeserver.transaction("echo", RawEvent.transaction(run.homeserver.events(room).get(run.homeserver.events(room).size() - 1).toString()));
        run.await(echo, "ignored own-echo");
        assertThat(run.letta.asked(agent(name + "-Next"))).isEmpty();
    }

    @Test
    void f_anEchoIsAReceiptWhereTheAnswerToTheSendWasLost() {
        run.homeserver.http.next(1, "PUT", "/send/m.room.message/", Fault.dropsAfter());
        run.await(run.homeserver.say(room, PERSON, "hi"), "answered");
        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT state FROM router.outbox WHERE room_id = ?", String.class, room)).containsExactly("sent"));
        assertThat(run.homeserver.conversation(room)).hasSize(2);
    }

    @Test
    void f_aPersonCannotHideBehindTheMarker() {
        run.await(run.homeserver.send(room, PERSON, "m.room.message", "{\"msgtype\":\"m.text\",\"body\":\"hi\",\"org.matrixletta.source\":{\"source\":\"$x/0\",\"part\":1}}"), "answered");
        assertThat(asked()).containsExactly("hi");
    }

    @Test
    void f_whatSomethingElseWritesAsTheRoomsAgentIsIgnoredAndSaidOnce(CapturedOutput output) {
        run.await(run.homeserver.say(room, user(name), "from another bridge"), "ignored own-user");
        run.await(run.homeserver.say(room, user(name), "again"), "ignored own-user");
        soon().untilAsserted(() -> assertThat(output.getOut().split("Something else writes as " + user(name) + " in room " + room, -1)).hasSize(2));
        assertThat(asked()).isEmpty();
    }

    @Test
    void f_theDefaultAgentsOwnUserIsItsOwnInEveryRoomWithoutAMapping() {
        run.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password) VALUES (?, 'Default', '@agent_default:test.local', '')", DEFAULT);
        run.await(run.homeserver.say("!f-default:test.local", "@agent_default:test.local", "hi"), "ignored own-user");
        run.sql.update("DELETE FROM agent_mappings WHERE agent_id = ?", DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.letta_historical", "m.bridge_originated"})
    void f_aFlagHidesWhatAnAgentWritesAndNothingThatAPersonDoes(String flag) {
        run.map(name + "-Other", null);
        String flagged = "{\"msgtype\":\"m.text\",\"body\":\"hi\",\"" + flag + "\":true}";
        run.await(run.homeserver.send(room, user(name + "-Other"), "m.room.message", flagged), "ignored historical");
        run.await(run.homeserver.send(room, PERSON, "m.room.message", flagged), "answered");
        assertThat(asked()).containsExactly("hi");
    }

    @Test
    void f_whatIsNotTextIsToldOnceByTheAgentsOwnUser() {
        run.await(run.homeserver.send(room, PERSON, "m.room.message", IMAGE), "ignored not-text");
        run.await(run.homeserver.send(room, PERSON, "m.room.message", IMAGE), "ignored not-text");
        run.await(run.homeserver.say(room, PERSON, "hi"), "answered");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation(room)).filteredOn(said -> said.startsWith(user(name)))
                .containsExactly(user(name) + ": The agent reads text only; this kind of message was not passed on.", user(name) + ": " + name + " heard: hi"));
        assertThat(run.homeserver.events(room)).filteredOn(event -> event.at("/content/msgtype").asText().equals("m.notice")).hasSize(1);
    }

    @Test
    void f_anEncryptedRoomIsToldTheRemedyOnce() {
        String encrypted = "{\"algorithm\":\"m.megolm.v1.aes-sha2\",\"ciphertext\":\"x\"}";
        run.await(run.homeserver.send(room, PERSON, "m.room.encrypted", encrypted), "ignored encrypted");
        run.await(run.homeserver.send(room, PERSON, "m.room.encrypted", encrypted), "ignored encrypted");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation(room))
                .containsExactly(user(name) + ": This room is encrypted, and the agent cannot read it. Create a room without encryption and invite the agent there."));
    }

    @Test
    void f_aMessageIsAskedAsItsNewestEditSaysIt() {
        String message = queued("original");
        run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "first edit"));
        String newest = run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "second edit"));
        run.await(newest, "ignored edit");
        release(message, "answered");
        assertThat(asked()).containsExactly("hold", "second edit");

        // Later ones change nothing
        run.await(run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "too late")), "ignored edit");
        run.await(run.homeserver.say(room, PERSON, "next"), "answered");
        assertThat(asked()).containsExactly("hold", "second edit", "next");
    }

    @Test
    void f_onlyAnEditByTheSameSenderInTheSameRoomThatMeetsNoRuleCounts() {
        String message = queued("original");
        run.homeserver.send(room, "@eve:test.local", "m.room.message", RawEvent.editContent(message, "m.text", "by another"));
        run.homeserver.send("!f-elsewhere:test.local", PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "in another room"));
        run.await(run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.notice", "as a notice")), "ignored notice");
        run.await(run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "without").replace("m.new_content", "m.old_content")), "ignored invalid-edit");
        release(message, "answered");
        assertThat(asked()).containsExactly("hold", "original");
    }

    @Test
    void f_anEditThatLeavesNothingLeavesNothingToAsk() {
        String message = queued("original");
        run.await(run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", " ")), "ignored blank-edit");
        release(message, "ignored blank");
        assertThat(asked()).containsExactly("hold");
    }

    @Test
    void f_anEditIntoAPictureIsNotText() {
        String message = queued("original");
        run.await(run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.image", "cat.png")), "ignored edit");
        release(message, "ignored not-text");
    }

    @Test
    void f_anEditThatCameBeforeItsMessageCounts() {
        String message = RawEvent.id();
        push(RawEvent.edit(RawEvent.id(), message, room, PERSON, "edited"), RawEvent.text(message, room, PERSON, "original"));
        run.await(message, "answered");
        assertThat(asked()).containsExactly("edited");
    }

    @Test
    void f_aRedactedEditGivesWayToTheOneBeforeIt() {
        String message = queued("original");
        run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "first edit"));
        String edit = run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "second edit"));
        run.await(run.homeserver.send(room, PERSON, "m.room.redaction", "{\"redacts\":\"" + edit + "\"}"), "ignored redaction");
        release(message, "answered");
        assertThat(asked()).containsExactly("hold", "first edit");
        assertThat(texts(edit)).isEmpty();
    }

    @Test
    void f_aWaitingMessageThatIsRedactedIsNeverAsked() {
        String message = queued("regretted");
        String edit = run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "regretted as well"));
        run.await(run.homeserver.send(room, PERSON, "m.room.redaction", "{\"redacts\":\"" + message + "\"}"), "ignored redaction");
        release(message, "ignored redacted");
        assertThat(asked()).containsExactly("hold");
        assertThat(texts(message, edit)).isEmpty();
    }

    @Test
    void f_aRedactionErasesTheTextOfWhatWasAnsweredLongAgo() {
        String message = run.homeserver.say(room, PERSON, "regretted");
        run.await(message, "answered");
        String edit = run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "regretted as well"));
        run.await(run.homeserver.send(room, PERSON, "m.room.redaction", "{\"redacts\":\"" + message + "\"}"), "ignored redaction");
        assertThat(run.state(message)).isEqualTo("answered");
        assertThat(texts(message, edit)).isEmpty();
        // And of an edit that comes later still
        String late = run.homeserver.send(room, PERSON, "m.room.message", RawEvent.editContent(message, "m.text", "regretted again"));
        run.await(late, "ignored edit");
        assertThat(texts(late)).isEmpty();
    }

    @Test
    void f_aRedactionErasesTheTextOfAnAnswer() {
        run.await(run.homeserver.say(room, PERSON, "hi"), "answered");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation(room)).hasSize(2));
        String answer = last("event_id");
        run.await(answer, "ignored own-echo");
        run.await(run.homeserver.send(room, PERSON, "m.room.redaction", "{\"redacts\":\"" + answer + "\"}"), "ignored redaction");
        assertThat(texts(answer)).isEmpty();
        assertThat(run.sql.queryForList("SELECT state || ' ' || length(content) FROM router.outbox WHERE room_id = ?", String.class, room)).containsExactly("sent 0");
    }

    @Test
    void f_aRedactionMayComeBeforeItsMessageInTheSameTransactionOrAnother() {
        String same = RawEvent.id();
        String later = RawEvent.id();
        push(RawEvent.redaction(RawEvent.id(), same, room, PERSON), RawEvent.text(same, room, PERSON, "regretted"), RawEvent.redaction(RawEvent.id(), later, room, PERSON));
        push(RawEvent.text(later, room, PERSON, "regretted"));
        assertThat(run.state(same)).isEqualTo("ignored redacted");
        assertThat(run.state(later)).isEqualTo("ignored redacted");
        assertThat(texts(same, later)).isEmpty();
    }

    @Test
    void f_aRedactionReachesNoOtherRoom() {
        String message = queued("stays");
        run.await(run.homeserver.send("!f-elsewhere:test.local", "@eve:test.local", "m.room.redaction", "{\"redacts\":\"" + message + "\"}"), "ignored redaction");
        release(message, "answered");
        assertThat(asked()).containsExactly("hold", "stays");
    }

    /** A message that waits while the agent is busy with another. */
    private String queued(String text) {
        run.letta.next(agent(name), Turn.says("done").held());
        run.awaitTurn(run.homeserver.say(room, PERSON, "hold"));
        String message = run.homeserver.say(room, PERSON, text);
        run.await(message, "waiting");
        return message;
    }

    private void release(String message, String state) {
        run.letta.release(agent(name));
        run.await(message, state);
    }

    private void push(String... events) {
        assertThat(run.homeserver.transaction("f", RawEvent.transaction(events)).statusCode()).isEqualTo(200);
    }

    private List<String> asked() {
        return run.letta.asked(agent(name));
    }

    private String last(String field) {
        return run.homeserver.events(room).get(run.homeserver.events(room).size() - 1).get(field).textValue();
    }

    private static List<byte[]> texts(String... events) {
        return run.sql.queryForList("SELECT raw FROM router.inbox WHERE raw IS NOT NULL AND event_id IN (" + "?, ".repeat(events.length - 1) + "?)", byte[].class, (Object[]) events);
    }
}
