package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.SharedRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Fault;
import org.matrixletta.router.peers.RecordedRequest;
import org.matrixletta.router.peers.Turn;

/** How an answer gets into its room, once, whatever happens on the way. */
@ExtendWith(SharedRouter.class)
class RepliesTest {

    static MessagingRouter run;

    String name;
    String room;

    @BeforeAll
    static void start(MessagingRouter shared) {
        run = shared;
    }

    @BeforeEach
    void map(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName().replaceAll("_.*", "") + "-" + Math.abs(test.getDisplayName().hashCode());
        room = "!" + name + ":test.local";
        run.map(name, room);
    }

    @AfterEach
    void heal() {
        run.homeserver.http.heal();
        run.hurryUntil(() -> assertThat(run.sql.queryForList("SELECT state FROM router.outbox WHERE state IN ('waiting', 'sending')")).isEmpty());
    }

    @Test
    @Tag("P1")
    void p1_anAnswerIsPostedAsTheAgentsOwnUserWithItsDevice() {
        ask("hi");

        soon().untilAsserted(() -> assertThat(said()).containsExactly(user(name) + ": " + name + " heard: hi"));
        RecordedRequest sent = sends().get(0);
        assertThat(sent.query("user_id")).isEqualTo(user(name));
        assertThat(sent.query("device_id")).isNotBlank();
        assertThat(sent.header("Authorization")).isEqualTo("Bearer " + MessagingRouter.AS_TOKEN);
    }

    @Test
    @Tag("P3")
    void p3_aSendWhoseAnswerWasLostIsRepeatedWithItsTransactionAndDoublesNothing() {
        run.homeserver.http.next(3, "PUT", "/send/", Fault.dropsAfter());
        run.homeserver.http.next(1, "PUT", "/send/", Fault.answers(502, "<html>Bad gateway</html>"));
        run.homeserver.http.next(1, "PUT", "/send/", Fault.answers(500, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"Internal server error\"}"));
        ask("hi");

        run.hurryUntil(() -> assertThat(state()).containsExactly("sent"));
        assertThat(said()).hasSize(1);
        assertThat(sends()).extracting(RecordedRequest::path).containsOnly(sends().get(0).path());
    }

    @Test
    @Tag("P3")
    void p3_aHomeserverThatRestartsBetweenTwoTriesDoublesNothing() {
        run.homeserver.http.next(1, "PUT", "/send/", Fault.dropsAfter());
        ask("hi");

        soon().untilAsserted(() -> assertThat(said()).hasSize(1));
        run.homeserver.restart();
        run.hurryUntil(() -> assertThat(state()).containsExactly("sent"));
        assertThat(said()).hasSize(1);
    }

    @Test
    @Tag("P4")
    void p4_aQuestionInAThreadIsAnsweredThereAndAReplyWithAReply() {
        String root = run.homeserver.say(room, user(name), "the root");
        String inThread = send("{\"msgtype\":\"m.text\",\"body\":\"in the thread\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"" + root + "\"}}");
        String asReply = send("{\"msgtype\":\"m.text\",\"body\":\"a reply\",\"m.relates_to\":{\"m.in_reply_to\":{\"event_id\":\"" + root + "\"}}}");

        soon().untilAsserted(() -> assertThat(answers()).hasSize(2));
        JsonNode thread = answers().get(0).at("/content/m.relates_to");
        assertThat(thread.path("rel_type").asText()).isEqualTo("m.thread");
        assertThat(thread.path("event_id").asText()).isEqualTo(root);
        assertThat(thread.at("/m.in_reply_to/event_id").asText()).isEqualTo(inThread);
        assertThat(answers().get(1).at("/content/m.relates_to/m.in_reply_to/event_id").asText()).isEqualTo(asReply);
        assertThat(answers().get(1).at("/content/m.relates_to/rel_type").isMissingNode()).isTrue();
    }

    @Test
    @Tag("P4")
    void p4_anAnswerWhoseThreadTheHomeserverDoesNotKnowIsPostedWithoutIt() {
        send("{\"msgtype\":\"m.text\",\"body\":\"hi\",\"m.relates_to\":{\"rel_type\":\"m.thread\",\"event_id\":\"$nobody-knows\"}}");

        run.hurryUntil(() -> assertThat(answers()).hasSize(1));
        assertThat(answers().get(0).at("/content/m.relates_to").isMissingNode()).isTrue();
        assertThat(sends()).extracting(RecordedRequest::path).doesNotHaveDuplicates();
    }

    @Test
    @Tag("P5")
    void p5_markdownBecomesHtmlBesideTheTextAndPlainTextStaysAlone() {
        says("plain", "some **bold** words");
        ask("hi");

        soon().untilAsserted(() -> assertThat(answers()).hasSize(2));
        assertThat(answers().get(0).at("/content").has("formatted_body")).isFalse();
        assertThat(answers().get(1).at("/content/body").asText()).isEqualTo("some **bold** words");
        assertThat(answers().get(1).at("/content/formatted_body").asText()).contains("<strong>bold</strong>");
    }

    @Test
    @Tag("P6")
    void p6_anAnswerOfTwoHundredKilobytesComesInOrderedPartsThatTheHomeserverTakes() {
        String answer = IntStream.range(0, 4_000).mapToObj(i -> "line " + i + " \"quoted\" 😀 " + (i % 100 == 0 ? "\n```\ncode " + i + "\n```\n" : "")).collect(Collectors.joining("\n"));
        says(answer + "\n" + answer);
        ask("hi");

        soon().untilAsserted(() -> assertThat(state()).isNotEmpty().containsOnly("sent"));
        String whole = answers().stream().map(event -> event.at("/content/body").asText()).collect(Collectors.joining("\n"));
        assertThat(whole.lines().filter(line -> line.startsWith("line ")).map(line -> Integer.parseInt(line.split(" ")[1])).toList())
                .isEqualTo(IntStream.range(0, 8_000).mapToObj(i -> i % 4_000).toList());
    }

    @Test
    @Tag("P6")
    void p6_whatTheHomeserverStillFindsTooLargeIsHalvedUnderNewTransactionsInItsPlace() {
        run.homeserver.http.next(1, "PUT", "/send/", Fault.answers(413, "{\"errcode\":\"M_TOO_LARGE\",\"error\":\"event too large\"}"));
        says("word ".repeat(3_000) + "end of the first", "the second");
        ask("hi");

        run.hurryUntil(() -> assertThat(state()).hasSizeGreaterThan(2).containsOnly("sent"));
        assertThat(said().get(said().size() - 2)).endsWith("end of the first");
        assertThat(said().get(said().size() - 1)).endsWith("the second");
        assertThat(sends().stream().map(RecordedRequest::path).distinct().count()).isEqualTo(said().size() + 1);
    }

    @Test
    @Tag("P6")
    void p6_whatIsStillTooLargeAfterThatIsHalvedAgainAndStaysInOrder() {
        run.homeserver.http.next(2, "PUT", "/send/", Fault.answers(413, "{\"errcode\":\"M_TOO_LARGE\",\"error\":\"event too large\"}"));
        says(IntStream.range(0, 3_000).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
        ask("hi");

        run.hurryUntil(() -> assertThat(state()).hasSizeGreaterThan(2).containsOnly("sent"));
        String whole = answers().stream().map(event -> event.at("/content/body").asText()).collect(Collectors.joining(" "));
        assertThat(whole.split("\\s+")).isEqualTo(IntStream.range(0, 3_000).mapToObj(Integer::toString).toArray(String[]::new));
    }

    @Test
    @Tag("P6")
    void p6_aPartOfAnAnswerInVeryManyPartsIsHalvedAsWell() {
        run.homeserver.http.next(1, "PUT", "/send/", Fault.answers(413, "{\"errcode\":\"M_TOO_LARGE\",\"error\":\"event too large\"}"));
        says(IntStream.rangeClosed(1, 101).mapToObj(n -> n == 1 ? "word ".repeat(3_000) : "text " + n).toArray(String[]::new));
        ask("hi");

        run.hurryUntil(() -> assertThat(state()).hasSizeGreaterThan(101).containsOnly("sent"));
        assertThat(said().get(said().size() - 1)).endsWith("text 101");
    }

    @Test
    @Tag("P7")
    void p7_aRateLimitIsWaitedForAsToldAndCountsAsNoTry() {
        run.homeserver.http.next(1, "PUT", "/send/", Fault.answers(Answer.matrix(429, "M_LIMIT_EXCEEDED", "Too Many Requests").with("Retry-After", "600")));
        ask("hi");

        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT round(extract(epoch FROM next_at - claimed_at)) || ' ' || tries FROM router.outbox WHERE state = 'waiting'", String.class))
                .singleElement().satisfies(wait -> assertThat(wait).matches("60[0-9] 0")));
        assertThat(run.sql.queryForList("SELECT name FROM router.peer WHERE down_since IS NOT NULL")).isEmpty();
        run.hurryUntil(() -> assertThat(said()).hasSize(1));
        assertThat(sends()).extracting(RecordedRequest::path).hasSize(2).containsOnly(sends().get(0).path());
    }

    @Test
    @Tag("P8")
    void p8_whatNoHomeserverCanHoldIsReplaced() {
        run.letta.next(agent(name), Turn.says().answering(Answer.json(200,
                "{\"messages\":[{\"message_type\":\"assistant_message\",\"content\":\"half \\ud800 and \\u0000 nothing\"}],\"stop_reason\":{\"stop_reason\":\"end_turn\"}}")));
        ask("hi");

        soon().untilAsserted(() -> assertThat(said()).containsExactly(user(name) + ": half \uFFFD and \uFFFD nothing"));
    }

    @Test
    @Tag("P9")
    void p9_nothingInAnAnswerMentionsRunsOrLoadsAnything() {
        says("@room <@ann:test.local> https://matrix.to/#/@ann:test.local [x](javascript:alert(1)) ![i](https://evil.example/a.png) <img src=\"https://evil.example/b.png\"> !admin deactivate **x**");
        ask("hi");

        soon().untilAsserted(() -> assertThat(answers()).hasSize(1));
        JsonNode content = answers().get(0).path("content");
        assertThat(content.path("m.mentions")).isEmpty();
        assertThat(content.path("msgtype").asText()).isEqualTo("m.text");
        assertThat(content.path("formatted_body").asText()).doesNotContain("<img").doesNotContain("javascript:");
    }

    @Test
    @Tag("P10")
    void p10_aTextOfMoreThanTwoMegabytesIsCutAndSaysSo() {
        says("word ".repeat(500_000));
        ask("hi");

        soon().untilAsserted(() -> assertThat(state()).hasSizeGreaterThan(30).containsOnly("sent"));
        assertThat(said().get(said().size() - 1)).contains("2 MB");
    }

    @Test
    @Tag("P11")
    void p11_aTokenThatTheHomeserverDoesNotKnowPausesAllSendingAndNoMessageFails() {
        run.homeserver.http.next(60, "PUT", "/send/", Fault.answers(401, "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"error\":\"Invalid access token passed.\"}"));
        ask("hi");

        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT name FROM router.peer WHERE down_since IS NOT NULL", String.class)).containsExactly("homeserver"));
        soon().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            run.hurry();
            assertThat(sends().size()).isGreaterThan(50);
        });
        assertThat(state()).doesNotContain("dead", "sent");
        run.homeserver.http.heal();
        run.hurryUntil(() -> assertThat(said()).hasSize(1));
        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT name FROM router.peer WHERE down_since IS NOT NULL")).isEmpty());
    }

    private void ask(String text) {
        run.homeserver.say(room, PERSON, text);
    }

    private String send(String content) {
        return run.homeserver.send(room, PERSON, "m.room.message", content);
    }

    private void says(String... texts) {
        run.letta.next(agent(name), Turn.says(texts));
    }

    private List<JsonNode> answers() {
        return run.homeserver.events(room).stream().filter(event -> event.get("sender").asText().equals(user(name)) && event.at("/content").has("org.matrixletta.source")).map(JsonNode.class::cast).toList();
    }

    private List<String> said() {
        return answers().stream().map(event -> event.get("sender").asText() + ": " + event.at("/content/body").asText()).toList();
    }

    private List<RecordedRequest> sends() {
        return run.homeserver.http.requests("PUT", "/send/").stream().filter(request -> user(name).equals(request.query("user_id"))).toList();
    }

    private List<String> state() {
        return run.sql.queryForList("SELECT state FROM router.outbox WHERE room_id = ?", String.class, room);
    }
}
