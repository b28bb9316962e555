package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.matrixletta.router.matrix.TestEvent.message;
import static org.matrixletta.router.matrix.TestEvent.readAll;
import static org.matrixletta.router.matrix.TestEvent.text;
import static org.matrixletta.router.matrix.TestEvent.transaction;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transaction is taken apart into, however bad one of its events is. */
class TransactionReaderTest {

    @Test
    void allEventsAreReadInTheirOrderAndNothingElseOfTheBody() {
        List<Event> events = readAll("\n{\"de.sorunome.msc2409.ephemeral\": [{\"event_id\": \"$x\"}], \"events\" : [ " + text("$1", "a") + " ,\r\n" + text("$2", "b")
                + "\t], \"ephemeral\": {\"events\": [3]}, \"n\": 1.5e3, \"w\":null}\n");

        assertThat(events).extracting(Event::eventId).containsExactly("$1", "$2");
        assertThat(events).extracting(Event::fault).containsOnlyNulls();
        assertThat(readAll("{\"events\":[]}")).isEmpty();
        assertThat(readAll("{\"\\u0065vents\":[" + text("$1", "a") + "]}")).hasSize(1);
        assertThat(readAll("{\"events\":[" + text("$1", "a") + "],\"events\":[" + text("$2", "a") + "]}")).as("no event is lost to a second list").hasSize(2);
    }

    @Test
    void theBytesOfAnEventAreThoseThatWereSent() {
        String odd = " {\"content\" :{ \"body\":\"ü € 🤖 \\\"}],{[ \\\\\", \"n\":[1 ,2]},\"event_id\":\"$\\u0031\"}";
        Event event = readAll(transaction(text("$0", "🤖"), odd, text("$2", "ü"))).get(1);

        assertThat(new String(event.raw(), StandardCharsets.UTF_8)).isEqualTo(odd.strip());
        assertThat(event.eventId()).isEqualTo("$1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n", "nonsense", "5", "\"events\"", "{", "}", "{\"events\"", "{\"events\": [}", "{\"events\": [{]", "{\"events\": []} x", "{\"events\": []}}", "{\"events\": [],}",
        "{\"events\": [1,]}", "{\"events\": [,1]}", "{\"events\": [{} {}]}", "{events: []}", "{\"events\" []}", "{\"events\": [\"a]}", "{\"events\": [\"a\\\"]}", "\0{}"})
    void aBodyThatIsNotJsonIsRefusedAsThat(String body) {
        assertThatThrownBy(() -> readAll(body)).isInstanceOfSatisfying(BadTransactionException.class, refusal -> assertThat(refusal.errcode()).isEqualTo("M_NOT_JSON"))
                .hasMessage("The body is not a JSON object; send {\"events\": […]}.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{\"events\": null}", "{\"events\": {}}", "{\"events\": \"x\"}", "{\"Events\": []}"})
    void aBodyWithoutAListOfEventsIsRefusedAsThat(String body) {
        assertThatThrownBy(() -> readAll(body)).isInstanceOfSatisfying(BadTransactionException.class, refusal -> assertThat(refusal.errcode()).isEqualTo("M_BAD_JSON"))
                .hasMessage("The body has no list of events; send {\"events\": […]}.");
    }

    @Test
    @Tag("D2")
    void d2_theSameEventsAreTheSameHoweverOftenTheyAreSent() {
        String body = transaction(text("$1", "a"), "{\"no\": \"id\"}", "7", "null");

        assertThat(readAll(body)).extracting(Event::eventId).doesNotHaveDuplicates().isEqualTo(readAll(body).stream().map(Event::eventId).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "7 | the event is not a JSON object", "null | the event is not a JSON object", "\"$1\" | the event is not a JSON object", "[{}] | the event is not a JSON object",
        "nonsense | the event is not valid JSON", "{\"a\": tru} | the event is not valid JSON", "{\"a\" 1} | the event is not valid JSON", "{\"a\": [1}} | the event is not valid JSON",
        "{\"a\": \"\\x\"} | the event is not valid JSON", "{\"a\": NaN} | the event is not valid JSON", "{\"a\": 01} | the event is not valid JSON",
        "{\"event_id\": \"$1\", \"event_id\": \"$2\"} | the event has a key twice in one object", "{\"a\": {\"b\": [{\"c\": 1, \"\\u0063\": 2}]}} | the event has a key twice in one object",
        "{\"a\": 1e100000} | the event has a number beyond all use", "{\"a\": -1E+999} | the event has a number beyond all use",
        "{} | event_id is missing or does not begin with $", "{\"event_id\": null} | event_id is missing or does not begin with $", "{\"event_id\": 1} | event_id is not a text",
        "{\"event_id\": \"\"} | event_id is missing or does not begin with $", "{\"event_id\": \"1\"} | event_id is missing or does not begin with $",
        "{\"event_id\": \"$\\u0000\"} | event_id has more than 255 bytes, or holds U+0000", "{\"event_id\": \"$\\ud800\"} | event_id has more than 255 bytes, or holds U+0000"})
    @Tag("D5")
    @Tag("D12")
    void d5_d12_anEventThatCannotBeReadIsADeadLetterAndTheOthersGoOn(String poison, String reason) {
        List<Event> events = readAll(transaction(text("$before", "a"), poison, text("$after", "b")));

        assertThat(events).extracting(Event::eventId).startsWith("$before").endsWith("$after").hasSize(3);
        assertThat(events.get(0).fault()).isNull();
        assertThat(events.get(2).fault()).isNull();
        assertThat(events.get(1).fault()).startsWith(reason).endsWith("; no replay mends that, drop it once you know where it came from.");
        assertThat(events.get(1).eventId()).matches("invalid:[0-9a-f]{64}");
        assertThat(new String(events.get(1).raw(), StandardCharsets.UTF_8)).isEqualTo(poison);
    }

    @Test
    @Tag("D12")
    void d12_deepAndHugeEventsAreDeadLettersUnderTheirOwnId() {
        List<Event> events = readAll(transaction(text("$1", "a"),
                message("$deep", "{\"a\":".repeat(30_000) + "{}" + "}".repeat(30_000)), message("$lists", "{\"a\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}"),
                text("$long", "x".repeat(16 << 20)), message("$digits", "{\"a\":" + "9".repeat(100_000) + "}"), message("$number", "{\"a\":" + "9".repeat(900) + "}"), text("$2", "b")));

        assertThat(events).extracting(Event::eventId).containsExactly("$1", "$deep", "$lists", "$long", "$digits", "$number", "$2");
        assertThat(events).extracting(Event::sender).containsOnly("@alice:test.local");
        assertThat(events).extracting(event -> event.fault() == null ? "" : event.fault().substring(0, 32)).containsExactly("", "the event is nested deeper than ", "the event is nested deeper than ",
                "the event is larger than 1048576", "the event is nested deeper than ", "the event has a number beyond al", "");
    }

    @Test
    @Tag("D5")
    void d5_bytesThatAreNotUtf8AreTheFaultOfTheirEvent() {
        // an overlong slash, half of a surrogate pair, a byte that never occurs, a character cut short by a quote
        for (int[] wrong : new int[][] {{0xC0, 0xAF}, {0xED, 0xA0, 0x80}, {0xFF}, {0xE2, 0x82}, {0x80}}) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            String[] around = transaction(text("$before", "ü"), text("$wrong", "<>"), text("$after", "€")).split("<>");
            body.writeBytes(around[0].getBytes(StandardCharsets.UTF_8));
            IntStream.of(wrong).forEach(body::write);
            body.writeBytes(around[1].getBytes(StandardCharsets.UTF_8));

            List<Event> events = readAll(body.toByteArray());

            assertThat(events).extracting(Event::eventId).containsExactly("$before", "$wrong", "$after");
            assertThat(events).extracting(event -> event.fault() != null).containsExactly(false, true, false);
            assertThat(events.get(1).fault()).startsWith("the event is not UTF-8;");
        }
    }

    @Test
    @Tag("P8")
    void p8_u0000AndHalfASurrogatePairInABodyAreNoFault() {
        assertThat(readAll(transaction(text("$1", "a\\ud800b\\u0000c"), message("$2", "{\"msgtype\":\"m.text\",\"body\":\"a\",\"\\udc00\":\"\\ud800\"}"))))
                .allSatisfy(event -> assertThat(event.fault()).isNull()).allSatisfy(event -> assertThat(event.kind()).isEqualTo("text"));
    }

    @Test
    void moreEventsThanAnyHomeserverSendsAreRefused() {
        assertThatThrownBy(() -> readAll("{\"events\":[" + "1,".repeat(100_000) + "1]}")).isInstanceOfSatisfying(BadTransactionException.class,
                refusal -> assertThat(refusal.errcode()).isEqualTo("M_TOO_LARGE")).hasMessage("The body has more than 100000 events; send them in several transactions.");
    }
}
