package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.Mutations.check;
import static org.matrixletta.router.matrix.ReplyContentsTest.json;
import static org.matrixletta.router.matrix.ReplyContentsTest.size;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.Mutations;

/** P6: how an answer that is too long for one event is divided. */
@Tag("P6")
class ReplySplitTest {

    private static final ReplyContext CONTEXT = ReplyContext.of("$question/0", 1, "$question");
    private static final String FAMILY = "👨‍👩‍👧‍👦";
    private static final int SMALL = 1_500;

    private static final Set<String> ELEMENTS = Set.of("del", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "p", "a", "ul", "ol", "sup", "sub", "li", "b", "i", "u", "strong", "em", "s", "code", "hr", "br",
            "div", "table", "thead", "tbody", "tr", "th", "td", "caption", "pre", "span", "details", "summary");
    private static final Pattern ATTRIBUTES = Pattern.compile("a(?: href=\"(?:https?://|mailto:)[^\"]+\"| target=\"_blank\")*|ol(?: start=\"-?[0-9]+\")?|code(?: class=\"language-[^\"]+\")?"
            + "|span(?: data-mx-(?:bg-)?color=\"#[0-9A-Fa-f]{6}\"| data-mx-(?:spoiler|maths)=\"[^\"]*\")*|div(?: data-mx-maths=\"[^\"]*\")?|[a-z0-9]+", Pattern.CASE_INSENSITIVE);

    /** What a random answer is made of. */
    private static final List<String> PIECES = List.of("\"", "\\", "'", FAMILY, "👍🏽", "🇩🇪", "e\u0301", "ก็", "word ", "Sentence. ", "終わり。", "\r\n", "\n", "\n\n", "\r\n\r\n",
            "\n```js\n", "\n```\n", "\r\n   ```\r\n", "\n~~~~ py\n", "\n~~~~\n", "\n````\n", "in ``` line ", "**bold** ", "`code` ", "[link](https://test.local/) ", "<b>", "\n> ", "\n- ",
            "\n| a | b |\n|---|---|\n", "\u0001", "&amp;", "  ", "\t", "    ", "x".repeat(700), FAMILY.repeat(60), "\"".repeat(900), "🇩🇪".repeat(200), "a " .repeat(300));

    @Test
    void p6_anAnswerOf200KilobytesOfQuotesEmojiAndCodeArrivesWholeAndInOrder() {
        String text = ("He said \"" + FAMILY + "\".\n\n```java\nString s = \"\\\"" + FAMILY + "\\\"\";\n```\n\n> \"quoted\" **bold** 😀\n").repeat(1_800);
        List<String> contents = ReplyContents.of(text, CONTEXT);
        assertThat(size(text)).isGreaterThan(200_000);
        assertThat(contents).hasSizeBetween(4, 20).allSatisfy(ReplyContentsTest::isSendable)
                .allSatisfy(content -> assertThat(json(content).path("formatted_body").asText()).contains("<strong>bold</strong>", "language-java"));
        assertThat(read(bodies(contents))).isEqualTo(read(List.of(text)));
    }

    @Test
    void p6_aParagraphIsABetterEndThanALineAndALineABetterOneThanASentence() {
        String sentences = "One sentence. And another one! ".repeat(12).strip();
        assertThat(bodies(small(sentences + "\n\n" + sentences + "\n" + sentences + "\n\n" + sentences + "\n" + sentences)))
                .containsExactly(sentences + "\n\n" + sentences + "\n" + sentences, sentences + "\n" + sentences);
        assertThat(bodies(small(sentences + "\n" + sentences + "\n" + sentences + "\n" + sentences)))
                .containsExactly(sentences + "\n" + sentences + "\n" + sentences, sentences);
        assertThat(bodies(small(sentences + " " + sentences + " " + sentences + " " + sentences)))
                .allSatisfy(body -> assertThat(body).startsWith("One").endsWith("!"));
        assertThat(bodies(small("word ".repeat(500)))).allSatisfy(body -> assertThat(body).startsWith("word").endsWith("word"));
    }

    @Test
    void p6_aTinyParagraphIsNotSentAlone() {
        assertThat(bodies(small("Title\n\n" + "word ".repeat(400))).get(0)).startsWith("Title\n\nword").hasSizeGreaterThan(1_000);
    }

    @Test
    void p6_aCodeBlockIsClosedAndOpenedAgainWithItsLanguage() {
        String code = "  let x = \"1\";\n\n".repeat(200);
        List<String> contents = small("Before.\n\n~~~~js title=x\n" + code + "~~~~\nAfter.");
        List<String> bodies = bodies(contents);
        assertThat(bodies).hasSizeGreaterThan(3);
        assertThat(bodies.subList(0, bodies.size() - 1)).allSatisfy(body -> assertThat(body).endsWith("\n~~~~"));
        assertThat(bodies.subList(1, bodies.size())).allSatisfy(body -> assertThat(body).startsWith("~~~~js title=x\n"));
        assertThat(String.join("", bodies).replace("\n~~~~~~~~js title=x\n", "\n")).isEqualTo("Before.\n\n~~~~js title=x\n" + code + "~~~~\nAfter.");
        assertThat(contents).allSatisfy(content -> assertThat(json(content).path("formatted_body").asText()).containsOnlyOnce("<code class=\"language-js\">"));
    }

    @Test
    void p6_aCodeBlockThatFitsIntoOneEventIsNotTornApart() {
        String prose = "word ".repeat(120).strip();
        String block = "```\n" + "code\n\n".repeat(60) + "```";
        assertThat(bodies(small(prose + "\n" + block + "\n\n" + prose))).containsExactly(prose, block, prose);
    }

    @Test
    void p6_noPartHoldsAnEmptyCodeBlockAtItsEdge() {
        for (int words = 60; words < 300; words++) {
            assertThat(bodies(small("word ".repeat(words) + "\n```\n" + "code\n".repeat(50) + "```\n" + "word ".repeat(200))))
                    .allSatisfy(body -> assertThat(body).doesNotContain("```\n```"));
        }
    }

    @Test
    void p6_aLineBreakOfWindowsIsNeverHalved() {
        assertThat(bodies(small("\"\"\"\"\"\"\"\r\n".repeat(1_000)))).allSatisfy(body -> assertThat(body).startsWith("\"").endsWith("\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {FAMILY, "👍🏽", "🇩🇪", "e\u0301\u0302", "👩🏽‍🚀", "1️⃣", "각"})
    void p6_whatReadersTakeForOneCharacterIsNeverCut(String cluster) {
        for (String offset : List.of("", "a", "ab", "abc")) {
            assertThat(bodies(small(offset + cluster.repeat(1_000)))).hasSizeGreaterThan(2).allSatisfy(body ->
                    assertThat(body.replace(cluster, "")).isIn("", offset));
        }
    }

    @Test
    void p6_aClusterThatFillsAWholeEventIsCutBetweenCharacters() {
        List<String> bodies = bodies(small("a" + "\u0301".repeat(5_000)));
        assertThat(bodies).hasSizeGreaterThan(5);
        assertThat(String.join("", bodies)).isEqualTo("a" + "\u0301".repeat(5_000));
    }

    @Test
    void p6_htmlThatIsMuchLargerThanItsTextIsSplitFurtherAndNotLost() {
        List<String> contents = ReplyContents.of("**a**\"".repeat(20_000), CONTEXT);
        assertThat(contents).hasSizeGreaterThan(6).allSatisfy(ReplyContentsTest::isSendable).allSatisfy(content -> assertThat(json(content).has("formatted_body")).isTrue());
    }

    @Test
    void p6_htmlThatWouldTakeManyTimesAsMuchIsLeftOut() {
        List<String> contents = ReplyContents.of((">".repeat(39) + "x\n\n").repeat(2_000), CONTEXT);
        assertThat(contents).hasSize(2).allSatisfy(ReplyContentsTest::isSendable).allSatisfy(content -> assertThat(json(content).has("formatted_body")).isFalse());
    }

    @Test
    void p6_aFenceTooLongToBeRepeatedIsShortened() {
        String marks = "~".repeat(190);
        List<String> bodies = bodies(small(marks + "py " + "x".repeat(190) + "\n" + "code \"x\"\n".repeat(1_000) + marks));
        assertThat(bodies.subList(1, bodies.size())).hasSizeGreaterThan(5).allSatisfy(body -> assertThat(body).startsWith("~".repeat(50) + "py\ncode"));
    }

    /** A few hundred for every build; {@code -Danswers=20000} for a hunt, with {@code -Dseed} to see one again. */
    @Test
    void p6_anyAnswerArrivesAsItWas() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("ReplySplitTest: -Dseed=" + seed);
        Random random = new Random(seed);
        for (int answer = 0; answer < Integer.getInteger("answers", 200); answer++) {
            StringBuilder text = new StringBuilder("begin");
            for (int piece = random.nextInt(200); piece >= 0; piece--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            int limit = List.of(SMALL, 4_000, ReplyContents.LIMIT).get(random.nextInt(3));
            List<String> contents = ReplyContents.of(text.toString(), random.nextBoolean() ? CONTEXT : CONTEXT.inThread("$root"), limit);
            String story = "seed " + seed + ", answer " + answer + ", limit " + limit;
            assertThat(contents).as(story).allSatisfy(content -> assertThat(size(content)).isLessThanOrEqualTo(limit));
            // The lists themselves would bury the story.
            assertThat(read(bodies(contents)).equals(read(List.of(text.toString())))).as(story).isTrue();
        }
    }

    @Test
    void p6_p8_p9_whateverAnAgentSaysArrivesInEventsThatCanBeSentAndShown() {
        Mutations.of("fuzz/replies", 6_000, ReplySplitTest::fuzzerTestOneInput);
    }

    /** What holds for every answer; {@code fuzz/run replies} calls this. Two characters stand for halves of a surrogate pair. */
    public static void fuzzerTestOneInput(byte[] input) {
        String answer = new String(input, StandardCharsets.UTF_8).replace('\uE000', '\uD83D').replace('\uE001', '\uDE00');
        for (int limit : new int[] {600, SMALL, ReplyContents.LIMIT}) {
            List<String> contents = ReplyContents.of(answer, CONTEXT, limit);
            // Below that an event still carries 500 bytes of the text.
            check(contents.stream().allMatch(content -> size(content) <= Math.max(limit, 1_000)), "more than " + limit + " bytes");
            for (String content : contents) {
                JsonNode said = json(content);
                String body = said.path("body").textValue();
                check(body.indexOf(0) < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(content) && !body.isBlank(), "a body that no homeserver takes");
                check(said.path("msgtype").asText().equals("m.text") && said.get("m.mentions").isEmpty() && said.size() == (said.has("format") ? 6 : 4), "more than a text");
                check(!said.has("formatted_body") || isPermitted(said.get("formatted_body").textValue()), "HTML that Matrix does not list: " + said.path("formatted_body"));
                check(!ReplyContents.again(content, ReplyContext::unrelated, limit).isEmpty(), "nothing is left of it");
            }
            check(isKept(answer, String.join("", bodies(contents))), "words of the answer are lost");
        }
    }

    /** Only elements and attributes that the specification lists ("m.room.message msgtypes"), but for img, each closed, at most 100 deep. */
    private static boolean isPermitted(String html) {
        Deque<String> open = new ArrayDeque<>();
        Matcher tag = Pattern.compile("<(/?)([a-z][a-z0-9]*)((?: [a-z-]+=\"[^\"<>]*\")*)( /)?>|<").matcher(html);
        while (tag.find()) {
            if (tag.group(2) == null || !ELEMENTS.contains(tag.group(2)) || !ATTRIBUTES.matcher(tag.group(2) + tag.group(3)).matches()) {
                return false;
            }
            boolean isVoid = tag.group(2).equals("br") || tag.group(2).equals("hr");
            if (tag.group(1).isEmpty() && !isVoid) {
                open.push(tag.group(2));
            } else if (!isVoid && !tag.group(2).equals(open.poll())) {
                return false;
            }
            if (open.size() > 100) {
                return false;
            }
        }
        return open.isEmpty();
    }

    /** Whether all is there that is read, letters and digits, in order; what a reopened fence repeats may lie between. */
    private static boolean isKept(String answer, String said) {
        int at = 0;
        for (char character : answer.replace('\0', '\uFFFD').toCharArray()) {
            if (Character.isLetterOrDigit(character)) {
                at = said.indexOf(character, at) + 1;
                if (at == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What makes a careless reader of Markdown or HTML overflow its stack, or so slow that this test would not end. */
    @ParameterizedTest
    @ValueSource(strings = {">", "> ", "[", "[a](", "![", "*a_b", "`", "````\n```\n", "<", "<div>\n", "x</b>", "&", "- ", "- \"\n", "1. ", "~~a", "**a**&", "\"", FAMILY, "👨\u200D", "\u0301",
            "\t", "a\r", "```\n", "<!--", "<a href='"})
    void p6_hostileTextIsSentLikeAnyOther(String piece) {
        assertThat(ReplyContents.of("**a**" + piece.repeat(200_000 / size(piece)), CONTEXT)).isNotEmpty().allSatisfy(ReplyContentsTest::isSendable);
    }

    private static List<String> small(String text) {
        List<String> contents = ReplyContents.of(text, CONTEXT, SMALL);
        assertThat(contents).allSatisfy(content -> assertThat(size(content)).isLessThanOrEqualTo(SMALL));
        return contents;
    }

    private static List<String> bodies(List<String> contents) {
        return contents.stream().map(content -> json(content).path("body").asText()).toList();
    }

    /** What is to be read: each cluster that is not blank, and whether it stands in a code block. Lines that are fences are none of it. */
    private static List<String> read(List<String> texts) {
        List<String> read = new ArrayList<>();
        for (String text : texts) {
            String open = null;
            for (String line : text.split("\r\n|\n|\r")) {
                Matcher fence = Pattern.compile(" {0,3}(`{3,}|~{3,})([^`]*|(?<=~)[^\n]*)").matcher(line);
                boolean isFence = fence.matches();
                if (isFence && open == null) {
                    open = fence.group(1);
                } else if (isFence && fence.group(1).startsWith(open) && fence.group(2).isBlank()) {
                    open = null;
                } else {
                    boolean isCode = open != null;
                    Pattern.compile("\\X").matcher(line).results().map(cluster -> cluster.group()).filter(cluster -> !cluster.isBlank())
                            .forEach(cluster -> read.add(isCode ? "code " + cluster : cluster));
                }
            }
        }
        return read;
    }
}
