package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the events of an answer hold. */
class ReplyContentsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ReplyContext CONTEXT = ReplyContext.of("$question/0", 1, "$question");

    @Test
    @Tag("P5")
    void p5_aPlainAnswerIsATextMessageWithOurMarkerAndNothingElse() {
        assertThat(ReplyContents.of("Good morning.\nHow are you?", CONTEXT)).containsExactly("{\"msgtype\":\"m.text\",\"body\":\"Good morning.\\nHow are you?\","
                + "\"m.mentions\":{},\"org.matrixletta.source\":{\"source\":\"$question/0\",\"part\":1}}");
    }

    @Test
    @Tag("P5")
    void p5_markupAddsTheHtmlAndLeavesTheBodyAsItWasWritten() {
        JsonNode content = only(ReplyContents.of("It is **done**.", CONTEXT));
        assertThat(content.path("body").asText()).isEqualTo("It is **done**.");
        assertThat(content.path("format").asText()).isEqualTo("org.matrix.custom.html");
        assertThat(content.path("formatted_body").asText()).isEqualTo("<p>It is <strong>done</strong>.</p>");
    }

    @Test
    @Tag("L2")
    void l2_aBlankAnswerIsNoEvent() {
        assertThat(ReplyContents.of("", CONTEXT)).isEmpty();
        assertThat(ReplyContents.of(" \r\n\t\u00A0\u200B\u2028 ", CONTEXT)).isEmpty();
    }

    @Test
    @Tag("P4")
    void p4_aQuestionOutsideOfThreadsGetsNoRelation() {
        assertThat(only(ReplyContents.of("Yes.", CONTEXT)).has("m.relates_to")).isFalse();
    }

    @Test
    @Tag("P4")
    void p4_everyPartOfAnAnswerToAThreadStandsInThatThread() {
        List<String> contents = ReplyContents.of("Yes.\n\n".repeat(20_000), CONTEXT.inThread("$root").asReply());
        assertThat(contents).hasSizeGreaterThan(2).allSatisfy(content -> assertThat(json(content).path("m.relates_to")).isEqualTo(json("""
                {"rel_type": "m.thread", "event_id": "$root", "is_falling_back": true, "m.in_reply_to": {"event_id": "$question"}}""")));
    }

    @Test
    @Tag("P4")
    void p4_theAnswerToAReplyIsAReply() {
        assertThat(only(ReplyContents.of("Yes.", CONTEXT.asReply())).path("m.relates_to")).isEqualTo(json("{\"m.in_reply_to\": {\"event_id\": \"$question\"}}"));
    }

    @Test
    @Tag("P4")
    void p4_aNoticeAboutARoomRelatesToNothing() {
        assertThat(only(ReplyContents.of("Back.", ReplyContext.of("notice/outage", 1, null).asReply().inThread("$root"))).has("m.relates_to")).isFalse();
    }

    @Test
    @Tag("P3")
    void p3_partsCountOnFromTheGivenNumber() {
        List<String> contents = ReplyContents.of("word ".repeat(40_000), CONTEXT.from(7));
        assertThat(contents.stream().map(content -> json(content).at("/org.matrixletta.source/part").asInt())).containsExactly(7, 8, 9, 10);
    }

    @Test
    @Tag("P9")
    void p9_theAskerIsMentionedOnlyIfToldSoAndOnlyOnce() {
        List<String> contents = ReplyContents.of("@room @anna:test.local word ".repeat(4_000), CONTEXT.mentioning("@bob:test.local"));
        assertThat(contents.stream().map(content -> json(content).path("m.mentions").toString()))
                .containsExactly("{\"user_ids\":[\"@bob:test.local\"]}", "{}");
    }

    @Test
    @Tag("P9")
    void p9_nothingInAnAnswerChoosesMoreThanItsText() {
        String text = "!admin users list\n/me \",\"msgtype\":\"m.notice\",\"m.mentions\":{\"room\":true},\"x\":\"\n@room [Anna](https://matrix.to/#/@anna:test.local)";
        JsonNode content = only(ReplyContents.of(text, CONTEXT));
        assertThat(content.path("msgtype").asText()).isEqualTo("m.text");
        assertThat(content.path("body").asText()).isEqualTo(text);
        assertThat(content.path("m.mentions")).isEmpty();
        assertThat(content.fieldNames()).toIterable()
                .containsExactlyInAnyOrder("msgtype", "body", "m.mentions", "org.matrixletta.source", "format", "formatted_body");
    }

    @Test
    @Tag("L5")
    void l5_aNoticeIsPlainTextOfTheRouterItself() {
        JsonNode content = only(ReplyContents.of("The agent `BMO` **failed**.", CONTEXT.asNotice()));
        assertThat(content.path("msgtype").asText()).isEqualTo("m.notice");
        assertThat(content.path("body").asText()).isEqualTo("The agent `BMO` **failed**.");
        assertThat(content.has("formatted_body")).isFalse();
    }

    @Test
    @Tag("P2")
    @Tag("S24")
    void p2_s24_theBotMarksWhatItPostsForAnAgentWhoseNameIsNeverMarkup() {
        JsonNode content = only(ReplyContents.of("*Yes.*", CONTEXT.marked("<b>B</b> **M** {{O}}\n\u202E:")));
        assertThat(content.path("body").asText()).isEqualTo("<b>B</b> **M** {{O}}\\u000A\\u202E:\n*Yes.*");
        assertThat(content.path("formatted_body").asText()).isEqualTo("<p>&lt;b&gt;B&lt;/b&gt; **M** {{O}}\\u000A\\u202E:</p>\n<p><em>Yes.</em></p>");
    }

    @Test
    @Tag("P2")
    void p2_everyPartIsMarkedAndALongNameIsCut() {
        List<String> contents = ReplyContents.of("word ".repeat(20_000), CONTEXT.marked("x".repeat(100_000)));
        assertThat(contents).hasSize(2).allSatisfy(content -> assertThat(json(content).path("body").asText()).startsWith("x".repeat(99) + "…\nword"));
    }

    @Test
    @Tag("P8")
    void p8_halfSurrogatePairsAndNullBecomeReplacementCharacters() {
        String body = only(ReplyContents.of("a\uD800b\uDC00\uD83Dc\u0000d😀", CONTEXT)).path("body").asText();
        assertThat(body).isEqualTo("a\uFFFDb\uFFFD\uFFFDc\uFFFDd😀");
        assertThat(only(ReplyContents.of("\u0000", CONTEXT)).path("body").asText()).isEqualTo("\uFFFD");
    }

    @Test
    @Tag("P8")
    void p8_otherControlCharactersStayAndAreCountedAsTheyAreEscaped() {
        List<String> contents = ReplyContents.of("\u0001\u001B".repeat(20_000), CONTEXT);
        assertThat(contents).hasSize(5).allSatisfy(ReplyContentsTest::isSendable);
        assertThat(bodies(contents)).isEqualTo("\u0001\u001B".repeat(20_000));
    }

    @Test
    @Tag("P10")
    void p10_anAnswerOverTwoMegabytesIsCutAndSaysSoInItsLastLine() {
        List<String> contents = ReplyContents.of("ü".repeat(999_999) + "👨‍👩‍👧".repeat(100_000), CONTEXT);
        assertThat(bodies(contents)).isEqualTo("ü".repeat(999_999) + "[This answer was longer than 2 MB; the rest of it is cut off.]");
        assertThat(contents).allSatisfy(ReplyContentsTest::isSendable);
        assertThat(json(contents.get(contents.size() - 1)).path("body").asText()).endsWith("\n\n[This answer was longer than 2 MB; the rest of it is cut off.]");
    }

    @Test
    @Tag("P10")
    void p10_anAnswerOfTwoMegabytesIsWhole() {
        assertThat(bodies(ReplyContents.of("x".repeat(2_000_000), CONTEXT))).isEqualTo("x".repeat(2_000_000));
    }

    @Test
    @Tag("P10")
    void p10_theLastLineStandsOutsideOfACodeBlockThatIsCut() {
        List<String> contents = ReplyContents.of("```\n" + "let x = \"1\";\n".repeat(200_000) + "```", CONTEXT);
        JsonNode last = json(contents.get(contents.size() - 1));
        assertThat(last.path("body").asText()).endsWith("\n```\n\n[This answer was longer than 2 MB; the rest of it is cut off.]");
        assertThat(last.path("formatted_body").asText()).endsWith("</code></pre>\n<p>[This answer was longer than 2 MB; the rest of it is cut off.]</p>");
    }

    @Test
    @Tag("P6")
    void p6_whatIsStillTooLargeIsSplitAgainInHalf() {
        String text = "One \"sentence\" of **many**. ".repeat(2_500);
        List<String> contents = ReplyContents.of(text, CONTEXT.inThread("$root"));
        String first = contents.get(0);
        List<String> halves = ReplyContents.again(first, context -> context, size(first) / 2);
        assertThat(halves).hasSizeBetween(2, 4).allSatisfy(half -> {
            assertThat(size(half)).isLessThanOrEqualTo(size(first) / 2);
            assertThat(json(half).path("m.relates_to")).isEqualTo(json(first).path("m.relates_to"));
        });
        assertThat(bodies(halves)).isEqualToIgnoringWhitespace(bodies(List.of(first)));
        assertThat(halves.stream().map(half -> json(half).at("/org.matrixletta.source/part").asInt())).startsWith(1, 2);
    }

    @Test
    @Tag("P6")
    void p6_aSmallContentCannotBeMadeSmaller() {
        List<String> contents = ReplyContents.of("x".repeat(400), CONTEXT);
        assertThat(ReplyContents.again(contents.get(0), context -> context, 10)).isEqualTo(contents);
    }

    @Test
    @Tag("P4")
    void p4_anEventCanBeWrittenOnceMoreWithoutItsRelation() {
        ReplyContext context = CONTEXT.inThread("$root").mentioning("@bob:test.local").marked("Late:").from(3);
        String content = ReplyContents.of("**Yes.**", context).get(0);
        assertThat(ReplyContents.again(content, ReplyContext::unrelated, ReplyContents.LIMIT)).isEqualTo(ReplyContents.of("**Yes.**", context.unrelated()));
        assertThat(ReplyContents.again(content, same -> same, ReplyContents.LIMIT)).containsExactly(content);
    }

    @Test
    @Tag("P2")
    void p2_anEventCanBeWrittenOnceMoreInTheBotsName() {
        ReplyContext context = CONTEXT.asReply().marked("(late)");
        String content = ReplyContents.of("**Yes.**", context).get(0);
        JsonNode marked = only(ReplyContents.again(content, sent -> sent.marked("BMO:"), ReplyContents.LIMIT));
        assertThat(marked.path("body").asText()).isEqualTo("BMO: (late)\n**Yes.**");
        assertThat(marked.path("formatted_body").asText()).isEqualTo("<p>BMO: (late)</p>\n<p><strong>Yes.</strong></p>");
        assertThat(marked.at("/m.relates_to/m.in_reply_to/event_id").asText()).isEqualTo("$question");
    }

    @Test
    void whatIsNoContentIsRefusedWithoutBeingQuoted() {
        assertThatThrownBy(() -> ReplyContents.again("private words", context -> context, 100))
                .isInstanceOf(IllegalArgumentException.class).hasMessageNotContaining("private").hasNoCause();
    }

    /** An event may have 65,536 bytes; 5,000 are more than signatures, hashes and the ids of earlier events were ever seen to take. */
    static void isSendable(String content) {
        assertThat(size(content)).isLessThanOrEqualTo(ReplyContents.LIMIT).isLessThan(65_536 - 5_000);
    }

    static int size(String content) {
        return content.getBytes(StandardCharsets.UTF_8).length;
    }

    static String bodies(List<String> contents) {
        return contents.stream().map(content -> json(content).path("body").asText().strip()).collect(Collectors.joining()).replace("\n\n[", "[");
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode only(List<String> contents) {
        assertThat(contents).hasSize(1);
        return json(contents.get(0));
    }
}
