package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.matrix.TestEvent.message;
import static org.matrixletta.router.matrix.TestEvent.text;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person meant with a message, and what it hangs together with. */
class EventTextTest {

    private static final String REPLY = ", \"m.relates_to\": {\"m.in_reply_to\": {\"event_id\": \"$o\"}}";
    private static final String EDIT = ", \"m.relates_to\": {\"rel_type\": \"m.replace\", \"event_id\": \"$o\"}, \"m.new_content\": ";

    @ParameterizedTest
    @ValueSource(strings = {"hi", " two\n\nlines ", "> <@bob:x> said\n\nhi", "* hi", "🤖 \"ü\"\\ \t", "<mx-reply>hi</mx-reply>"})
    void aTextIsTheBodyAsItIs(String body) {
        assertThat(of(text("$1", escaped(body)))).isEqualTo(body);
    }

    @Test
    @Tag("P8")
    void p8_whatNoPeerBearsIsReplaced() {
        assertThat(of(text("$1", "a\\u0000b\\ud800c\\udc00\\ud83e\\udd16\\ud83e"))).isEqualTo("a\uFFFDb\uFFFDc\uFFFD🤖\uFFFD");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "> <@bob:x> hi\\n\\nyes | yes", "> <@bob:x> hi\\n> more\\n>\\n> end\\n\\nyes\\n\\n> no | yes\\n\\n> no", "> * <@bob:x> waves\\n\\nyes | yes", "> <@bob:x> a\\r\\n\\nyes | yes",
        "> quoted by hand\\n\\nyes | > quoted by hand\\n\\nyes", "> <@bob:x> hi\\nno empty line | > <@bob:x> hi\\nno empty line", "> <@bob:x> hi | > <@bob:x> hi", "> <@bob:x> hi\\n | > <@bob:x> hi\\n", "yes | yes"})
    void theQuotationBeforeAReplyIsNotWhatWasMeant(String body, String meant) {
        assertThat(of(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"" + body + "\"" + REPLY + "}"))).isEqualTo(meant.replace("\\n", "\n"));
    }

    @Test
    void aQuotationOfManyLinesIsLeftOutToo() {
        assertThat(of(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"> <@bob:x> hi\\n" + "> more\\n".repeat(50_000) + "\\nyes\"" + REPLY + "}"))).isEqualTo("yes");
    }

    @Test
    void whatIsDoneBeginsWithAStar() {
        assertThat(of(message("$1", "{\"msgtype\": \"m.emote\", \"body\": \"waves\"}"))).isEqualTo("* waves");
        assertThat(of(message("$1", "{\"msgtype\": \"m.emote\", \"body\": \" \"}"))).isEmpty();
    }

    @Test
    void anEditSaysItsNewContent() {
        assertThat(of(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"* old\"" + EDIT + "{\"msgtype\": \"m.text\", \"body\": \"new\"}}"))).isEqualTo("new");
        assertThat(of(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"* old\"" + EDIT + "{\"msgtype\": \"m.emote\", \"body\": \"waves\"}}"))).isEqualTo("* waves");
        assertThat(of(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"* old\"" + EDIT + "7}"))).isEmpty();
        assertThat(of(message("$1", "{\"msgtype\": \"m.text\", \"body\": \"said\", \"m.new_content\": {\"body\": \"not an edit\"}}"))).isEqualTo("said");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "7", "{\"content\": 7}", "{\"content\": {\"body\": {}}}", "{\"content\": {\"body\": null}}", "{\"content\": {\"m.relates_to\": 3}}"})
    void whereThereIsNoTextItIsEmpty(String event) {
        assertThat(of(event)).isEmpty();
        assertThat(Relation.of(event.getBytes(StandardCharsets.UTF_8))).isEqualTo(new Relation(null, false));
    }

    @Test
    void aLargeAndDeepEventIsReadAsAnyOther() {
        String event = message("$1", "{\"deep\": " + "[".repeat(100_000) + "]".repeat(100_000) + ", \"msgtype\": \"m.text\", \"body\": \"" + "ü".repeat(1 << 20) + "\"}");
        assertThat(of(event)).hasSize(1 << 20).matches("ü+");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "none", value = {
        "{\"rel_type\": \"m.thread\", \"event_id\": \"$root\", \"is_falling_back\": true, \"m.in_reply_to\": {\"event_id\": \"$last\"}} | $root | false",
        "{\"rel_type\": \"m.thread\", \"event_id\": \"$root\", \"m.in_reply_to\": {\"event_id\": \"$asked\"}} | $root | true", "{\"rel_type\": \"m.thread\", \"event_id\": \"$root\"} | $root | false",
        "{\"m.in_reply_to\": {\"event_id\": \"$asked\"}, \"is_falling_back\": true} | none | true", "{\"rel_type\": \"m.replace\", \"event_id\": \"$o\"} | none | false",
        "{\"rel_type\": \"m.thread\", \"event_id\": 5} | none | false", "{\"m.in_reply_to\": {}} | none | false"})
    @Tag("P4")
    void p4_threadAndReplyAreKnown(String relation, String root, boolean isReply) {
        byte[] raw = message("$1", "{\"msgtype\": \"m.text\", \"body\": \"hi\", \"m.relates_to\": " + relation + "}").getBytes(StandardCharsets.UTF_8);
        assertThat(Relation.of(raw)).isEqualTo(new Relation(root, isReply));
    }

    private static String of(String event) {
        return EventText.of(event.getBytes(StandardCharsets.UTF_8));
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t");
    }
}
