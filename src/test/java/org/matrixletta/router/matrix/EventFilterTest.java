package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.matrix.TestEvent.BOT;
import static org.matrixletta.router.matrix.TestEvent.event;
import static org.matrixletta.router.matrix.TestEvent.message;
import static org.matrixletta.router.matrix.TestEvent.read;
import static org.matrixletta.router.matrix.TestEvent.text;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** F: what is not forwarded, by the event alone; the first rule that fits names itself. */
@Tag("F")
class EventFilterTest {

    private static final String ALICE = "@alice:test.local";
    private static final String TEXT = "{\"msgtype\": \"m.text\", \"body\": \"hi\"}";
    private static final String EDIT = "{\"msgtype\": \"m.text\", \"body\": \"* new\", \"m.relates_to\": {\"rel_type\": \"m.replace\", \"event_id\": \"$o\"}, \"m.new_content\": NEW}";

    @ParameterizedTest
    @ValueSource(strings = {"hi", "✅ done", "✅", "🤖", "> quoted", "!help", ".", "👩‍👩‍👧", "a\\u0000", "\\ud800", "\\ufffd"})
    void f_whatAPersonWritesIsForwarded(String body) {
        assertThat(read(text("$1", body)).rule()).isNull();
        assertThat(read(text("$1", body)).kind()).isEqualTo("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\\n\\t \\r", "\\u00a0\\u2003\\u3000", "\\u200b\\u200d\\ufeff\\u2060", "\\u0000", "\\u202e\\u2066", "\\ufe0f", "\\u3164", "\\u2800", "\\udb40\\udd00", "> <@bob:x> hi\\n\\n \\n"})
    void f_aTextOfNothingVisibleIsBlank(String body) {
        String reply = ", \"m.relates_to\": {\"m.in_reply_to\": {\"event_id\": \"$o\"}}}";
        assertThat(read(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"" + body + "\"" + reply)).rule()).isEqualTo("blank");
        assertThat(read(message("$1", "{\"msgtype\": \"m.emote\", \"body\": \"" + body + "\"" + reply)).rule()).isEqualTo("blank");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"body\": \"hi\"}", "{\"msgtype\": \"m.text\"}", "{\"msgtype\": \"m.text\", \"body\": null}", "{\"msgtype\": \"m.text\", \"body\": [\"hi\"]}", "{\"msgtype\": null, \"body\": \"hi\"}"})
    void f_aMessageWithoutATextIsBlank(String content) {
        assertThat(read(message("$1", content)).rule()).isEqualTo("blank");
    }

    @Test
    void f_theBotIsNotAskedAboutUnlessItSpeaksForAnAgent() {
        assertThat(read(event("$1", BOT, "m.room.message", TEXT, "")).rule()).isEqualTo("bot");
        assertThat(read(event("$1", BOT, "m.room.message", "{\"msgtype\": \"m.text\", \"body\": \"hi\", \"m.letta.from_agent_id\": 5}", "")).rule()).isEqualTo("bot");
        assertThat(read(event("$1", BOT, "m.room.message", "{\"msgtype\": \"m.text\", \"body\": \"hi\", \"m.letta.from_agent_id\": \"agent-1\"}", "")).rule()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"@ghost_1:test.local, ignored-user", "@old:test.local, ignored-user", "@older:test.local,", "@ghost_1:elsewhere.org, sender-not-allowed", "@eve:elsewhere.org, sender-not-allowed",
        "@eve:test.local.elsewhere.org, sender-not-allowed", "@eve:nottest.local, sender-not-allowed", "@eve:testXlocal, sender-not-allowed", "@alice:test.local,"})
    void f_sendersAreJudgedByTheirUserId(String sender, String rule) {
        assertThat(read(event("$1", sender, "m.room.message", TEXT, "")).rule()).isEqualTo(rule);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {"* | none", "@alice:test.local | none", "@bob:*, @alice:* | none", "@*:*.local | none", "@*l*i*e* | none", "'' | sender-not-allowed", "' , ' | sender-not-allowed",
        "@alice:test.loca | sender-not-allowed", "alice:test.local | sender-not-allowed", "@ALICE:test.local | sender-not-allowed", "@.*:test.local | sender-not-allowed", "@\\Qa*:test.local | sender-not-allowed"})
    void f_aStarStandsForAnyTextAndNothingElseForAnythingElse(String allowed, String rule) {
        EventReader reader = new EventReader(new EventFilter(BOT, allowed, ""));
        assertThat(reader.read(text("$1", "hi").getBytes(StandardCharsets.UTF_8)).rule()).isEqualTo(rule);
    }

    @Test
    void f_aNoticeIsNeverAnswered() {
        assertThat(read(message("$1", "{\"msgtype\": \"m.notice\", \"body\": \"hi\"}")).rule()).isEqualTo("notice");
        assertThat(read(message("$1", EDIT.replace("NEW", "{\"msgtype\": \"m.notice\", \"body\": \"hi\"}"))).rule()).isEqualTo("notice");
    }

    @Test
    void f_onlyAMessageCanBeANotice() {
        assertThat(read(event("$1", ALICE, "m.sticker", "{\"msgtype\": \"m.notice\"}", "")).rule()).isEqualTo("not-a-message");
        assertThat(read(event("$1", ALICE, "m.room.message", "{\"msgtype\": \"m.notice\"}", ", \"state_key\": \"\"")).rule()).isEqualTo("state-event");
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.letta_historical", "m.bridge_originated"})
    void f_aFlagHidesNothingThatAPersonWrites(String flag) {
        String content = "{\"msgtype\": \"m.text\", \"body\": \"hi\", \"m.letta.from_agent_id\": \"agent-1\", \"" + flag + "\": true}";
        assertThat(read(event("$1", BOT, "m.room.message", content, "")).rule()).isEqualTo("historical");
        assertThat(read(event("$1", ALICE, "m.room.message", content, ""))).satisfies(event -> assertThat(event.rule()).isNull()).satisfies(event -> assertThat(event.flagged()).isTrue());
    }

    @Test
    void f_editsAreKeptButNotAsked() {
        assertThat(read(message("$1", EDIT.replace("NEW", TEXT)))).satisfies(event -> assertThat(event.rule()).isEqualTo("edit")).satisfies(event -> assertThat(event.kind()).isEqualTo("text"));
        assertThat(read(message("$1", EDIT.replace("NEW", "{\"msgtype\": \"m.image\", \"body\": \"x\"}")))).satisfies(event -> assertThat(event.rule()).isEqualTo("edit"))
                .satisfies(event -> assertThat(event.kind()).isEqualTo("media"));
        assertThat(read(event("$1", ALICE, "m.room.encrypted", "{\"m.relates_to\": {\"rel_type\": \"m.replace\", \"event_id\": \"$o\"}}", ""))).satisfies(event -> assertThat(event.rule()).isEqualTo("edit"))
                .satisfies(event -> assertThat(event.kind()).isEqualTo("encrypted"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"msgtype\": \"m.text\", \"body\": \" \"}", "{\"msgtype\": \"m.text\"}", "{\"body\": \"hi\"}", "{}"})
    void f_anEditThatLeavesNothingIsBlank(String newContent) {
        assertThat(read(message("$1", EDIT.replace("NEW", newContent))).rule()).isEqualTo("blank-edit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"hi\"", "[]"})
    void f_anEditWithoutANewContentIsNone(String newContent) {
        assertThat(read(message("$1", EDIT.replace("NEW", newContent))).rule()).isEqualTo("invalid-edit");
    }

    @ParameterizedTest
    @CsvSource({"m.room.member, membership", "m.room.tombstone, tombstone", "m.room.name, state-event", "m.room.message, state-event", "m.room.encrypted, state-event", "m.room.redaction, state-event"})
    void f_stateIsNotForwarded(String type, String rule) {
        String content = EDIT.replace("NEW", TEXT);
        assertThat(read(event("$1", ALICE, type, content, ", \"state_key\": \"\""))).satisfies(event -> assertThat(event.rule()).isEqualTo(rule)).satisfies(event -> assertThat(event.kind()).isNull())
                .satisfies(event -> assertThat(event.stateKey()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"m.reaction, not-a-message", "m.room.redaction, redaction", "m.sticker, not-a-message", "m.call.invite, not-a-message", "m.room.member, not-a-message", "m.room.tombstone, not-a-message",
        "org.custom, not-a-message", "m.room.messages, not-a-message"})
    void f_whatIsNoMessageIsNotForwarded(String type, String rule) {
        assertThat(read(event("$1", ALICE, type, EDIT.replace("NEW", TEXT), "")).rule()).isEqualTo(rule);
    }

    @Test
    void f_whatWasRedactedBeforeItCameIsIgnored() {
        assertThat(read(event("$1", ALICE, "m.room.message", "{}", ", \"unsigned\": {\"redacted_because\": {}}")).rule()).isEqualTo("redacted");
    }

    @ParameterizedTest
    @CsvSource({"m.room.message, media", "m.room.encrypted, encrypted"})
    void f_whatCannotBeReadIsLeftToBeToldToTheRoom(String type, String kind) {
        assertThat(read(event("$1", ALICE, type, "{\"msgtype\": \"m.image\", \"body\": \"cat.png\"}", ""))).satisfies(event -> assertThat(event.rule()).isNull())
                .satisfies(event -> assertThat(event.kind()).isEqualTo(kind));
    }

    @Test
    void f_theSenderIsJudgedBeforeWhatTheEventIs() {
        assertThat(read(event("$1", "@eve:elsewhere.org", "m.room.member", "{}", ", \"state_key\": \"\"")).rule()).isEqualTo("sender-not-allowed");
        assertThat(read(event("$1", "@ghost_1:test.local", "m.room.message", "{\"msgtype\": \"m.notice\"}", "")).rule()).isEqualTo("ignored-user");
        assertThat(read(event("$1", BOT, "m.room.message", "{\"msgtype\": \"m.notice\", \"m.letta_historical\": true}", "")).rule()).isEqualTo("bot");
        assertThat(read(event("$1", BOT, "m.room.message", "{\"msgtype\": \"m.notice\", \"m.letta.from_agent_id\": \"a\", \"m.letta_historical\": true}", "")).rule()).isEqualTo("notice");
    }
}
