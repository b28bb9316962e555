package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.matrix.TestEvent.event;
import static org.matrixletta.router.matrix.TestEvent.message;
import static org.matrixletta.router.matrix.TestEvent.read;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of one event. */
class EventReaderTest {

    @Test
    void aMessageIsKeptWithRoomSenderAndKind() {
        Event event = read(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"hi\"}"));

        assertThat(event).usingRecursiveComparison().ignoringFields("raw")
                .isEqualTo(new Event("$1", "!one:test.local", "@alice:test.local", "m.room.message", null, null, "m.text", null, null, null, null, null, null, false, "text", null, null, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "none", value = {
        "{\"rel_type\": \"m.replace\", \"event_id\": \"$o\"} | m.replace | $o",
        "{\"rel_type\": \"m.thread\", \"event_id\": \"$root\", \"is_falling_back\": true, \"m.in_reply_to\": {\"event_id\": \"$last\"}} | m.thread | $root",
        "{\"m.in_reply_to\": {\"event_id\": \"$asked\"}} | none | $asked",
        "{\"event_id\": \"$o\"} | none | $o", "{\"m.in_reply_to\": []} | none | none", "{} | none | none", "null | none | none"})
    void relationsAreKept(String relation, String relType, String relatesTo) {
        Event event = read(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"hi\", \"m.relates_to\": " + relation + "}"));

        assertThat(event.fault()).isNull();
        assertThat(event.relType()).isEqualTo(relType);
        assertThat(event.relatesTo()).isEqualTo(relatesTo);
    }

    @Test
    void aRedactionNamesItsEventInOldAndNewRooms() {
        assertThat(read(event("$1", "@alice:test.local", "m.room.redaction", "{}", ", \"redacts\": \"$o\"")).redacts()).isEqualTo("$o");
        assertThat(read(event("$1", "@alice:test.local", "m.room.redaction", "{\"redacts\": \"$o\"}", "")).redacts()).isEqualTo("$o");
        assertThat(read(event("$1", "@alice:test.local", "m.room.message", "{\"redacts\": \"$o\"}", ", \"redacts\": \"$o\"")).redacts()).as("no message redacts another").isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "none", value = {
        "{\"source\": \"$q/0\", \"part\": 2} | $q/0 | 2", "{\"part\": 0, \"source\": \"notice/x\"} | notice/x | 0", "{\"source\": \"$q/0\"} | none | none", "{\"part\": 2} | none | none",
        "{\"source\": 1, \"part\": 2} | none | none", "{\"source\": \"$q/0\", \"part\": \"2\"} | none | none", "{\"source\": \"$q/0\", \"part\": 2.0} | none | none",
        "{\"source\": \"$q/0\", \"part\": 99999999999} | none | none", "\"$q/0\" | none | none", "[] | none | none", "null | none | none"})
    void aMarkerCountsOnlyAsAWhole(String marker, String source, Integer part) {
        Event event = read(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"hi\", \"org.matrixletta.source\": " + marker + "}"));

        assertThat(event.fault()).isNull();
        assertThat(event.markerSource()).isEqualTo(source);
        assertThat(event.markerPart()).isEqualTo(part);
    }

    @Test
    void aMarkerOfOursMayHoldTheLongestEventId() {
        String longest = "$" + "x".repeat(254);
        Event event = read(message(longest, "{\"msgtype\": \"m.text\", \"body\": \"hi\", \"org.matrixletta.source\": {\"source\": \"" + longest + "/0\", \"part\": 0}}"));

        assertThat(event.fault()).isNull();
        assertThat(event.markerSource()).isEqualTo(longest + "/0");
    }

    @Test
    void flagsAndTheSpeakingAgentAreKept() {
        assertThat(read(message("$1", "{\"m.letta_historical\": true}")).flagged()).isTrue();
        assertThat(read(message("$1", "{\"m.bridge_originated\": true}")).flagged()).isTrue();
        assertThat(read(message("$1", "{\"m.bridge_originated\": \"true\", \"m.letta_historical\": 1}")).flagged()).isFalse();
        assertThat(read(message("$1", "{\"m.letta.from_agent_id\": \"agent-1\"}")).fromAgent()).isEqualTo("agent-1");
        assertThat(read(message("$1", "{\"m.letta.from_agent_id\": \"\"}")).fromAgent()).isNull();
        assertThat(read(message("$1", "{\"m.letta.from_agent_id\": [\"agent-1\"]}")).fromAgent()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "none", value = {
        "m.room.message | {\"msgtype\": \"m.text\", \"body\": \"hi\"} | text", "m.room.message | {\"msgtype\": \"m.emote\", \"body\": \"waves\"} | text",
        "m.room.message | {\"msgtype\": \"m.image\", \"body\": \"\", \"url\": \"mxc://a/b\"} | media", "m.room.message | {\"msgtype\": \"org.custom\"} | media",
        "m.room.message | {\"msgtype\": \"m.notice\", \"body\": \"hi\"} | none", "m.room.message | {\"body\": \"hi\"} | none", "m.room.message | {} | none",
        "m.room.message | {\"msgtype\": \"m.text\", \"body\": 5} | none", "m.room.encrypted | {\"ciphertext\": \"x\"} | encrypted", "m.reaction | {} | none", "m.sticker | {\"msgtype\": \"m.text\", \"body\": \"hi\"} | none",
        "m.room.message | {\"msgtype\": \"m.text\", \"body\": \"* hi\", \"m.relates_to\": {\"rel_type\": \"m.replace\", \"event_id\": \"$o\"}, \"m.new_content\": {\"msgtype\": \"m.image\", \"body\": \"hi\"}} | media",
        "m.room.message | {\"msgtype\": \"m.image\", \"body\": \"* hi\", \"m.relates_to\": {\"rel_type\": \"m.replace\", \"event_id\": \"$o\"}, \"m.new_content\": {\"msgtype\": \"m.text\", \"body\": \"hi\"}} | text",
        "m.room.message | {\"msgtype\": \"m.text\", \"body\": \"hi\", \"m.new_content\": {\"msgtype\": \"m.image\"}} | text"})
    void whatThereIsToAskIsTold(String type, String content, String kind) {
        assertThat(read(event("$1", "@alice:test.local", type, content, "")).kind()).isEqualTo(kind);
    }

    @Test
    void whatWasRemovedBeforeItCameHasNothingToAsk() {
        String removed = ", \"unsigned\": {\"redacted_because\": {\"type\": \"m.room.redaction\"}}";
        assertThat(read(event("$1", "@alice:test.local", "m.room.message", "{}", removed)).kind()).isEqualTo("redacted");
        assertThat(read(event("$1", "@alice:test.local", "m.room.encrypted", "{}", removed)).kind()).isEqualTo("redacted");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "\"room_id\": \"!one:test.local\" | \"room_id\": \"one\" | room_id is missing or does not begin with !", "\"room_id\": \"!one:test.local\" | \"room_id\": {} | room_id is not a text",
        "\"room_id\": \"!one:test.local\" | \"x\": 1 | room_id is missing or does not begin with !", "\"sender\": \"@alice:test.local\" | \"sender\": [] | sender is not a text",
        "\"sender\": \"@alice:test.local\" | \"sender\": \"alice\" | sender is missing or does not begin with @", "\"type\": \"m.room.message\" | \"type\": 1 | type is not a text",
        "\"type\": \"m.room.message\" | \"type\": \"\" | type is missing", "\"type\": \"m.room.message\" | \"type\": \"m.room.message\", \"state_key\": 5 | state_key is not a text",
        "{\"msgtype\": \"m.text\", \"body\": \"hi\"} | [] | content is not an object", "{\"msgtype\": \"m.text\", \"body\": \"hi\"} | null | content is not an object",
        "\"msgtype\": \"m.text\" | \"msgtype\": 1 | msgtype is not a text", "\"body\": \"hi\" | \"m.relates_to\": \"$o\" | m.relates_to is not an object",
        "\"body\": \"hi\" | \"m.relates_to\": {\"rel_type\": 1} | rel_type is not a text", "\"body\": \"hi\" | \"m.relates_to\": {\"event_id\": 1} | event_id is not a text",
        "\"body\": \"hi\" | \"m.relates_to\": {\"m.in_reply_to\": {\"event_id\": false}} | event_id is not a text"})
    @Tag("D5")
    void d5_aFieldOfTheWrongTypeMakesTheEventADeadLetterUnderItsOwnId(String right, String wrong, String reason) {
        String sound = message("$1", "{\"msgtype\": \"m.text\", \"body\": \"hi\"}");
        assertThat(sound).contains(right);
        Event event = read(sound.replace(right, wrong));

        assertThat(event.eventId()).isEqualTo("$1");
        assertThat(event.fault()).startsWith(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u0000", "\\ud83e", "\\udd16\\ud83e", "LONG", "WIDE"})
    @Tag("D5")
    void d5_aTextThatNoColumnHoldsIsNullAndTheFault(String text) {
        String bad = text.replace("LONG", "x".repeat(256)).replace("WIDE", "€".repeat(86));
        for (String key : new String[] {"room_id", "sender", "type", "state_key"}) {
            String sound = event("$1", "@alice:test.local", "m.room.member", "{}", ", \"state_key\": \"@bob:test.local\"");
            Event event = read(sound.replaceFirst("(\"" + key + "\": \".)[^\"]*", "$1" + bad.replace("\\", "\\\\")));
            assertThat(event.eventId()).isEqualTo("$1");
            assertThat(event.fault()).startsWith(key + " has more than 255 bytes, or holds U+0000");
            assertThat(new String[] {event.roomId(), event.sender(), event.type(), event.stateKey()}).containsOnlyOnce((String) null);
        }
        Event event = read(message("$1", "{\"msgtype\": \"%1$s\", \"m.letta.from_agent_id\": \"%1$s\", \"m.relates_to\": {\"rel_type\": \"%1$s\", \"event_id\": \"%1$s\"}}".formatted(bad)));
        assertThat(new String[] {event.msgtype(), event.fromAgent(), event.relType(), event.relatesTo()}).containsOnlyNulls();
        assertThat(event.fault()).isNotNull();
        assertThat(read(message("$" + bad, "{}")).eventId()).startsWith("invalid:");
        assertThat(read(event("$1", "@alice:test.local", "m.room.redaction", "{}", ", \"redacts\": \"" + bad + "\"")).fault()).startsWith("redacts has more");
    }

    @Test
    @Tag("D5")
    void d5_aMarkerThatNoColumnHoldsIsAFault() {
        assertThat(read(message("$1", "{\"org.matrixletta.source\": {\"source\": \"" + "x".repeat(1_001) + "\", \"part\": 0}}")).fault()).startsWith("source has more than 1000 bytes");
    }

    @Test
    void theLongestIdsOfTheSpecificationAreKept() {
        Event event = read(message("$" + "€".repeat(84) + "xx", "{\"msgtype\": \"m.text\", \"body\": \"hi\"}"));
        assertThat(event.fault()).isNull();
        assertThat(event.eventId()).hasSize(87);
    }

    @Test
    @Tag("D5")
    void d5_whatIsWrongInAnEventThatNobodyAsksIsNoDeadLetter() {
        assertThat(read(event("$1", "@alice:test.local", "m.reaction", "{\"m.relates_to\": 7, \"msgtype\": []}", "")))
                .satisfies(event -> assertThat(event.fault()).isNull()).satisfies(event -> assertThat(event.rule()).isEqualTo("not-a-message"));
    }

    @Test
    void aFaultRepeatsNothingOfTheEvent() {
        assertThat(read(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"my secret\", \"my secret\": 1, \"my secret\": \"my secret")).fault()).isNotNull().doesNotContain("secret");
        assertThat(read(message("$1", "{\"msgtype\": \"my secret\\u0000\", \"body\": \"my secret\"}")).fault()).isNotNull().doesNotContain("secret");
    }

    @Test
    void ofAKeyThatStandsTwiceNoneCounts() {
        assertThat(read("{\"event_id\": \"$1\", \"\\u0065vent_id\": \"$2\", \"room_id\": \"!r\"}")).satisfies(event -> assertThat(event.eventId()).startsWith("invalid:"))
                .satisfies(event -> assertThat(event.roomId()).isEqualTo("!r"));
    }
}
