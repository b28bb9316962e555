package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.PathSegment;
import org.matrixletta.router.peers.Fault;
import org.matrixletta.router.peers.RecordedRequest;
import org.matrixletta.router.peers.Turn;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a homeserver forgot to push, and what a store forgot that was restored from a backup. */
@Tag("D6")
@ExtendWith(OutputCaptureExtension.class)
class CatchUpTest {

    private static final String FORBIDDEN = "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"User not in room\"}";

    static MessagingRouter run;
    static int tests;

    final String name = "catchup" + ++tests;
    final String room = "!" + name + ":test.local";

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.catch-up-tick-milliseconds=300", "--router.pulse-milliseconds=300");
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @BeforeEach
    void meet() {
        run.homeserver.room(room, "@letta:test.local", PERSON, user(name));
        run.map(name, room);
        soon().until(() -> position(room) != null);
    }

    @AfterEach
    void heal() {
        run.homeserver.http.heal();
        run.sql.update("UPDATE router.inbox SET state = 'dropped', owner = NULL WHERE state IN ('waiting', 'unknown')");
    }

    @Test
    void d6_whatTheHomeserverForgotIsAskedOnceInItsOrder(CapturedOutput output) {
        double finds = run.count("router.catch.up.finds");
        List<String> events = List.of(sayUnheard("one"), sayUnheard("two"), sayUnheard("three"));

        catchUp();

        awaitAnswered(events);
        assertThat(run.letta.asked(agent(name))).containsExactly("one", "two", "three");
        soon().untilAsserted(() -> assertThat(said()).containsExactly(name + " heard: one", name + " heard: two", name + " heard: three"));
        assertThat(run.count("router.catch.up.finds")).isEqualTo(finds + 3);
        assertThat(path(events.get(0))).containsExactly("unknown found by catch-up: whether " + agent(name) + " was asked it before is looked up", "waiting Found by catch-up", "claimed", "answered 1 part");
        soon().untilAsserted(() -> assertThat(output).contains("Room " + room + ": 3 events came by catch-up, which had not been pushed"));
    }

    @Test
    void d6_whatIsReadAgainIsNoFind() {
        String event = say("hi");
        run.await(event, "answered");
        awaitEcho();
        double finds = run.count("router.catch.up.finds");
        String before = position(room);

        catchUp();

        soon().untilAsserted(() -> assertThat(position(room)).isNotEqualTo(before));
        assertThat(run.count("router.catch.up.finds")).isEqualTo(finds);
        assertThat(run.letta.asked(agent(name))).containsExactly("hi");
    }

    @Test
    void d6_aRoomThatIsSeenForTheFirstTimeBeginsAtItsNewestEvent() {
        String other = "!" + name + "first:test.local";
        run.homeserver.room(other, PERSON, user(name + "first"));
        String old = run.homeserver.sayUnheard(other, PERSON, "long ago");
        run.map(name + "first", other);
        soon().until(() -> position(other) != null);
        String since = run.homeserver.sayUnheard(other, PERSON, "since then");

        catchUp();

        run.hurryUntil(() -> assertThat(run.state(since)).isEqualTo("answered"));
        assertThat(run.state(old)).isEmpty();
        assertThat(run.letta.asked(agent(name + "first"))).containsExactly("since then");
    }

    @Test
    void d6_whatIsPushedAfterAllWasNotForgottenAndIsAskedWithoutALook() {
        String event = sayUnheard("hi");
        catchUp();
        run.await(event, "waiting");
        String raw = run.homeserver.events(room).stream().filter(sent -> sent.get("event_id").textValue().equals(event)).findFirst().orElseThrow().toString();

        assertThat(run.homeserver.transaction("late", ("{\"events\":[" + raw + "]}").getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(200);

        run.await(event, "answered");
        assertThat(path(event)).hasSize(2).first().asString().startsWith("claimed");
        assertThat(run.letta.asked(agent(name))).containsExactly("hi");
    }

    @Test
    void d6_whatIsPushedWhileTheRoomIsReadWaitsForWhatWasForgottenBeforeIt() {
        run.homeserver.http.next(1, "GET", PathSegment.encode(room) + "/messages", Fault.slow(Duration.ofSeconds(1)));
        String forgotten = sayUnheard("one");
        catchUp();
        String pushed = say("two");

        run.await(forgotten, "waiting");
        awaitAnswered(List.of(forgotten, pushed));
        assertThat(run.letta.asked(agent(name))).containsExactly("one", "two");
    }

    @Test
    void d6_whatWaitsAlreadyTakesItsPlaceBehindWhatWasForgottenBeforeIt() {
        pauseAgent();
        List<String> events = List.of(say("one"), sayUnheard("two"), say("three"), sayUnheard("four"), say("five"));
        run.await(events.get(4), "waiting");

        catchUp();

        run.await(events.get(3), "waiting");
        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT event_id FROM router.inbox WHERE room_id = ? AND type = 'm.room.message' ORDER BY seq", String.class, room)).containsExactlyElementsOf(events));
        awaitAnswered(events);
        assertThat(run.letta.asked(agent(name))).containsExactly("one", "two", "three", "four", "five");
    }

    @Test
    void d6_whatWasPushedOfTheNextPageTakesItsPlaceBehindWhatWasForgottenOnThePageBeforeIt() {
        pauseAgent();
        for (int i = 1; i < RoomReading.PAGE; i++) {
            unheard("m.reaction", "{}");
        }
        List<String> events = List.of(sayUnheard("one"), say("two"));
        run.await(events.get(1), "waiting");

        catchUp();

        awaitAnswered(events);
        assertThat(run.letta.asked(agent(name))).containsExactly("one", "two");
    }

    @Test
    void d6_aRoomThatIsNobodysAnyMoreIsNotReportedAsUnreadable() {
        run.await(say("hi"), "answered");
        run.homeserver.http.next(2, "GET", PathSegment.encode(room) + "/messages", Fault.answers(403, FORBIDDEN));
        catchUp();
        soon().untilAsserted(() -> assertThat(reader("fault IS NOT NULL")).isEqualTo(true));
        run.sql.update("UPDATE agent_mappings SET room_id = NULL WHERE agent_id = ?", agent(name));

        run.router.camel().createProducerTemplate().sendBody("direct:look-at-store", null);

        assertThat(run.router.anyone("GET", "/health", null, "Authorization", "Bearer " + org.matrixletta.router.RunningRouter.READ_KEY).body()).contains("\"unreadable_rooms\":0");
    }

    @Test
    void d6_whatWasFoundBeforeAPageThatFailedComesBeforeWhatWasPushedOfThatPage() {
        pauseAgent();
        List<String> events = new ArrayList<>(List.of(sayUnheard("one")));
        for (int i = 1; i < RoomReading.PAGE; i++) {
            unheard("m.reaction", "{}");
        }
        events.add(say("two"));
        run.await(events.get(1), "waiting");
        // the first page comes, the second does not
        run.homeserver.http.next(1, "GET", PathSegment.encode(room) + "/messages", new Fault(true, null, Duration.ZERO));
        run.homeserver.http.next(1, "GET", PathSegment.encode(room) + "/messages", Fault.answers(500, "oops"));
        catchUp();
        run.await(events.get(0), "waiting");
        soon().untilAsserted(() -> assertThat(reader("held_until IS NOT NULL AND next_at < now() + interval '2 minutes'")).isEqualTo(true));

        catchUp();

        soon().untilAsserted(() -> assertThat(reader("held_until IS NULL")).isEqualTo(true));
        awaitAnswered(events);
        assertThat(run.letta.asked(agent(name))).containsExactly("one", "two");
    }

    @Test
    void d6_aClockThatIsSetBackByHoursKeepsNoRoomFromBeingRead() {
        String event = sayUnheard("hi");
        run.sql.update("UPDATE router.reader SET next_at = now() + interval '2 hours' WHERE room_id = ?", room);

        run.await(event, "waiting");
    }

    @Test
    void d6_whatIsOlderThanAMessageMayWaitIsAskedAllTheSame() {
        pauseAgent();
        String event = sayUnheard("hi");
        catchUp();
        run.await(event, "waiting");
        run.sql.update("UPDATE router.inbox SET sent_at = sent_at - interval '25 hours' WHERE event_id = ?", event);

        awaitAnswered(List.of(event));
        assertThat(run.letta.asked(agent(name))).containsExactly("hi");
    }

    @Test
    @Tag("D9")
    void d9_whatWasFoundAndFailedHalfwayIsAskedAgainWhenItIsReplayed() {
        run.letta.next(agent(name), Turn.says("let me see").stops("error"));
        String event = sayUnheard("hi");
        catchUp();
        run.hurryUntil(() -> assertThat(run.state(event)).startsWith("dead"));
        soon().untilAsserted(() -> assertThat(run.sql.queryForObject("SELECT count(*) FROM router.inbox WHERE marker_source = ?", Integer.class, event + "/0")).isPositive());

        assertThat(run.router.http("POST", "/dead-letters/message-" + run.sql.queryForObject("SELECT seq FROM router.inbox WHERE event_id = ?", Long.class, event) + "/replay", null).statusCode()).isEqualTo(200);

        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));
        assertThat(run.letta.asked(agent(name))).containsExactly("hi", "hi");
    }

    @Test
    void d6_forgottenEditsAndRedactionsCountAndTheSameRulesHold() {
        String edited = sayUnheard("befor");
        unheard("m.room.message", "{\"msgtype\":\"m.text\",\"body\":\"* before\",\"m.new_content\":{\"msgtype\":\"m.text\",\"body\":\"before\"},\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"" + edited + "\"}}");
        String redacted = sayUnheard("never mind");
        unheard("m.room.redaction", "{\"redacts\":\"" + redacted + "\"}");
        String notice = unheard("m.room.message", "{\"msgtype\":\"m.notice\",\"body\":\"beep\"}");
        String reaction = unheard("m.reaction", "{}");

        catchUp();

        awaitAnswered(List.of(edited));
        assertThat(run.letta.asked(agent(name))).containsExactly("before");
        assertThat(List.of(run.state(redacted), run.state(notice), run.state(reaction))).containsExactly("ignored redacted", "ignored notice", "ignored not-a-message");
    }

    @Test
    @Tag("R17")
    void r17_aRemovalThatIsFoundAfterTheAgentCameBackMarksNothing(CapturedOutput output) {
        String removal = run.homeserver.sendUnheardState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"leave\"}");
        run.await(run.homeserver.sendState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"invite\"}"), "ignored membership");
        soon().until(() -> run.sql.queryForList("SELECT FROM router.inbox WHERE room_id = ? AND task IS NOT NULL", room).isEmpty());
        String back = run.homeserver.sendState(room, user(name), "m.room.member", user(name), "{\"membership\":\"join\"}");
        run.await(back, "ignored membership");

        readAsBot();
        awaitTaskOf(removal);

        assertThat(run.sql.queryForList("SELECT mark FROM router.mark WHERE agent_id = ?", String.class, agent(name))).isEmpty();
        assertThat(output).doesNotContain("was put out of its room " + room);
    }

    @Test
    @Tag("R17")
    void r17_anInvitationThatIsFoundAfterTheAgentWasPutOutAgainIsNotFollowed() {
        String invitation = run.homeserver.sendUnheardState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"invite\"}");
        String removal = run.homeserver.sendState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"leave\"}");
        run.await(removal, "ignored membership");

        readAsBot();
        awaitTaskOf(invitation);

        assertThat(joins()).isEmpty();
        assertThat(run.sql.queryForList("SELECT mark FROM router.mark WHERE agent_id = ?", String.class, agent(name))).containsExactly("removed");
    }

    @Test
    @Tag("R17")
    void r17_anInvitationIsFollowedOnceAlsoWhenWhatCameBeforeItIsFoundMeanwhile() {
        String forgotten = run.homeserver.sendUnheardState(room, PERSON, "m.room.topic", "", "{\"topic\":\"forgotten\"}");
        run.homeserver.http.next(1, "POST", "/join/" + PathSegment.encode(room), Fault.slow(Duration.ofSeconds(2)));
        String invitation = run.homeserver.sendState(room, PERSON, "m.room.member", user(name), "{\"membership\":\"invite\"}");
        soon().until(() -> joins().size() == 1);

        readAsBot();
        soon().until(() -> run.sql.queryForObject("SELECT count(*) FROM router.inbox found JOIN router.inbox later USING (room_id) WHERE found.event_id = ? AND later.event_id = ? AND found.seq < later.seq", Integer.class, forgotten, invitation) == 1);

        soon().until(() -> run.sql.queryForList("SELECT FROM router.inbox WHERE room_id = ? AND task IS NOT NULL", room).isEmpty());
        assertThat(joins()).hasSize(1);
        assertThat(path(invitation)).anyMatch(step -> step.startsWith("joined"));
    }

    private List<RecordedRequest> joins() {
        return run.homeserver.http.requests("POST", "/join/" + PathSegment.encode(room));
    }

    /** Until what was found has its place, and what it asks for is seen to. */
    private void awaitTaskOf(String found) {
        soon().until(() -> run.sql.queryForList("SELECT event_id FROM router.inbox WHERE room_id = ? AND state_key = ? ORDER BY seq LIMIT 1", String.class, room, user(name)).contains(found));
        run.sql.update("UPDATE router.inbox SET next_at = now() WHERE event_id = ?", found);
        soon().until(() -> run.sql.queryForList("SELECT FROM router.inbox WHERE room_id = ? AND task IS NOT NULL", room).isEmpty());
    }

    /** The agent's user may not. */
    private void readAsBot() {
        run.homeserver.http.next(1, "GET", PathSegment.encode(room) + "/messages", Fault.answers(403, FORBIDDEN));
        catchUp();
    }

    @Test
    void d6_aQuestionWhoseAnswerStandsInTheRoomIsNotAskedAgainByARestoredStore() {
        String before = position(room);
        String event = say("hi");
        awaitAnswered(List.of(event));
        soon().untilAsserted(() -> assertThat(said()).hasSize(1));

        restoreFromBackup(before);

        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered answered-before"));
        run.hurryUntil(() -> assertThat(run.sql.queryForList("SELECT reason FROM router.inbox WHERE room_id = ? AND marker_source IS NOT NULL", String.class, room)).containsExactly("own-echo"));
        assertThat(run.letta.asked(agent(name))).containsExactly("hi");
        assertThat(said()).hasSize(1);
    }

    @Test
    void d6_aQuestionThatLettaWasAskedGetsThatAnswerFromARestoredStore() {
        String before = position(room);
        run.homeserver.http.next(1_000, "PUT", PathSegment.encode(room) + "/send/", Fault.answers(429, "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"error\":\"\"}"));
        String event = say("hi");
        run.await(event, "answered");
        assertThat(said()).isEmpty();

        restoreFromBackup(before);
        run.homeserver.http.heal();

        awaitAnswered(List.of(event));
        soon().untilAsserted(() -> assertThat(said()).containsExactly(name + " heard: hi"));
        assertThat(run.letta.asked(agent(name))).containsExactly("hi");
    }

    @Test
    void d6_aQuestionThatWaitedWhenTheBackupWasMadeAndWasAnsweredSinceIsNotAskedAgain() {
        pauseAgent();
        String event = say("hi");
        run.await(event, "waiting");
        run.homeserver.sendUnheard(room, user(name), "m.room.message", "{\"msgtype\":\"m.text\",\"body\":\"hello\",\"org.matrixletta.source\":{\"source\":\"" + event + "/0\",\"part\":1}}");

        catchUp();

        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered answered-before"));
        assertThat(run.letta.asked(agent(name))).isEmpty();
    }

    @Test
    void d6_aTurnThatGoesOnIsWaitedForByARestoredStoreAlsoWhereTheHomeserversClockIsAhead() {
        String before = position(room);
        run.letta.next(agent(name), Turn.says("done").held());
        String event = say("hi");
        soon().untilAsserted(() -> assertThat(run.letta.asked(agent(name))).hasSize(1));

        pauseAgent();
        restoreFromBackup(before);
        run.await(event, "waiting");
        run.sql.update("UPDATE router.inbox SET sent_at = sent_at + interval '2 minutes' WHERE event_id = ?", event);
        run.hurryUntil(() -> assertThat(path(event)).anyMatch(step -> step.startsWith("looked")));
        run.letta.release(agent(name));

        awaitAnswered(List.of(event));
        assertThat(run.letta.asked(agent(name))).containsExactly("hi");
    }

    @Test
    void d6_anAnswerThatIsInTheRoomAlreadyIsNotPostedTwice() {
        String before = position(room);
        String event = say("hi");
        awaitAnswered(List.of(event));
        awaitEcho();
        // as if the echo lay behind the position, where nothing is read
        run.sql.update("UPDATE router.inbox SET marker_source = NULL WHERE room_id = ?", room);
        run.sql.update("DELETE FROM router.outbox WHERE room_id = ?", room);
        run.sql.update("DELETE FROM router.inbox WHERE event_id = ?", event);
        run.sql.update("UPDATE router.reader SET position = ? WHERE room_id = ?", before, room);
        int sends = sends();

        catchUp();

        awaitAnswered(List.of(event));
        run.hurryUntil(() -> assertThat(run.sql.queryForList("SELECT state FROM router.outbox WHERE room_id = ?", String.class, room)).containsExactly("sent"));
        assertThat(sends()).as("the room is read before anything is sent").isEqualTo(sends);
        assertThat(said()).containsExactly(name + " heard: hi");
        assertThat(run.letta.asked(agent(name))).containsExactly("hi");
    }

    @Test
    void d6_aPositionThatTheHomeserverDoesNotKnowAnyMoreIsLookedForFromTheNewestEventBack(CapturedOutput output) {
        run.sql.update("UPDATE router.reader SET position = 'gone' WHERE room_id = ?", room);
        String event = sayUnheard("hi");

        catchUp();

        awaitAnswered(List.of(event));
        assertThat(position(room)).startsWith("t");
        soon().untilAsserted(() -> assertThat(output).contains("Room " + room + ": the homeserver does not know any more up to where it was read"));
    }

    @Test
    void d6_oneRunReadsSoManyPagesAndTheNextReadsOn(CapturedOutput output) {
        for (int i = 0; i < RoomReading.PAGES * RoomReading.PAGE; i++) {
            unheard("m.reaction", "{}");
        }
        String event = sayUnheard("at last");

        catchUp();

        soon().untilAsserted(() -> assertThat(reader("has_rest")).isEqualTo(true));
        soon().untilAsserted(() -> assertThat(output).contains("Room " + room + ": one run of catch-up was not enough"));
        assertThat(run.state(event)).isEmpty();
        run.router.camel().createProducerTemplate().sendBody("direct:look-at-store", null);
        assertThat(run.router.anyone("GET", "/health", null, "Authorization", "Bearer " + org.matrixletta.router.RunningRouter.READ_KEY).body()).contains("\"rooms_with_unread_rest\":1");

        catchUp();
        awaitAnswered(List.of(event));
        assertThat(reader("has_rest")).isEqualTo(false);
    }

    @Test
    void d6_aRoomThatNobodyOfOursMayReadIsReportedOnceAndNothingElseHappensToIt(CapturedOutput output) {
        String event = sayUnheard("hi");
        for (int times = 0; times < 2; times++) {
            // the agent's user, then the bot
            run.homeserver.http.next(2, "GET", PathSegment.encode(room) + "/messages", Fault.answers(403, FORBIDDEN));
            run.sql.update("UPDATE router.reader SET next_at = now() WHERE room_id = ?", room);
            soon().untilAsserted(() -> assertThat(reader("next_at > now() + interval '6 minutes'")).isEqualTo(true));
        }

        soon().untilAsserted(() -> assertThat(output.getOut().split("Room " + room + " cannot be read by anybody of ours", -1)).hasSize(2));
        assertThat(run.sql.queryForObject("SELECT room_id FROM agent_mappings WHERE agent_id = ?", String.class, agent(name))).isEqualTo(room);
        assertThat(run.sql.queryForList("SELECT mark FROM router.mark WHERE agent_id = ?", String.class, agent(name))).isEmpty();

        catchUp();
        awaitAnswered(List.of(event));
        soon().untilAsserted(() -> assertThat(output).contains("Room " + room + " can be read again"));
    }

    @Test
    void d6_aRoomThatIsRefusedForNowIsReadLaterAndTheOthersAtOnce() {
        String other = "!" + name + "b:test.local";
        run.homeserver.room(other, PERSON, user(name + "b"));
        run.map(name + "b", other);
        soon().until(() -> position(other) != null);
        run.homeserver.http.next(1, "GET", PathSegment.encode(room) + "/messages", Fault.answers(502, "bad gateway"));
        String event = sayUnheard("hi");
        String elsewhere = run.homeserver.sayUnheard(other, PERSON, "hi");

        catchUp();

        awaitAnswered(List.of(elsewhere));
        assertThat(run.state(event)).isEmpty();
        assertThat(reader("fault IS NULL AND next_at BETWEEN now() AND now() + interval '1 minute'")).isEqualTo(true);
        assertThat(reader("held_until IS NOT NULL")).as("it was not read, so what is pushed still waits for what was forgotten").isEqualTo(true);
    }

    @Test
    @Tag("D8")
    void d8_aRoomThatAnotherInstanceIsAboutToReadKeepsNoOtherRoomWaiting() throws Exception {
        String other = "!" + name + "b:test.local";
        run.homeserver.room(other, PERSON, user(name + "b"));
        run.map(name + "b", other);
        soon().until(() -> position(other) != null);
        String elsewhere = run.homeserver.sayUnheard(other, PERSON, "hi");
        run.router.camel().getRouteController().stopRoute("catch-up-tick");
        try (Connection instance = run.sql.getDataSource().getConnection()) {
            run.sql.update("UPDATE router.reader SET next_at = now() WHERE room_id IN (?, ?)", room, other);
            instance.setAutoCommit(false);
            instance.createStatement().execute("SELECT FROM router.reader WHERE room_id = '" + room + "' FOR UPDATE");
            run.router.camel().getRouteController().startRoute("catch-up-tick");

            awaitAnswered(List.of(elsewhere));
            instance.rollback();
        } finally {
            run.router.camel().getRouteController().startRoute("catch-up-tick");
        }
    }

    @Test
    @Tag("D10")
    void d10_whatAHomeserverForgotThatWasAwayIsReadAsSoonAsItIsBack(CapturedOutput output) {
        String event = sayUnheard("hi");
        run.homeserver.down();
        soon().untilAsserted(() -> assertThat(output).contains("The homeserver is away: The homeserver gave no answer"));
        run.homeserver.up();

        awaitAnswered(List.of(event));
        soon().untilAsserted(() -> assertThat(output).contains("The homeserver is there again; rooms are read for what it may have forgotten to push").contains("The homeserver reached us (ping "));
    }

    @Test
    @Tag("D10")
    void d10_whatWasForgottenIsReadAsSoonAsTheStoreIsBack(CapturedOutput output) {
        String event = sayUnheard("hi");
        run.sql.execute("ALTER TABLE agent_mappings RENAME TO hidden");
        soon().untilAsserted(() -> assertThat(output).contains("lacks the table agent_mappings"));
        run.sql.execute("ALTER TABLE hidden RENAME TO agent_mappings");

        awaitAnswered(List.of(event));
        soon().untilAsserted(() -> assertThat(output).contains("The homeserver reached us (ping "));
    }

    @Test
    @Tag("D10")
    void d10_whenAnythingWasForgottenTheWayFromTheHomeserverIsLookedAtAgain() {
        soon().until(() -> reachesUs() == 1);
        run.homeserver.service("http://127.0.0.1:1");
        try {
            sayUnheard("hi");
            catchUp();

            soon().until(() -> reachesUs() == 0);
        } finally {
            run.homeserver.service("http://127.0.0.1:" + run.router.port);
        }
        soon().until(() -> reachesUs() == 1);
    }

    private double reachesUs() {
        return run.router.bean(MeterRegistry.class).get("router.peer.up").tag("peer", "ping").gauge().value();
    }

    private String say(String text) {
        return run.homeserver.say(room, PERSON, text);
    }

    private String sayUnheard(String text) {
        return run.homeserver.sayUnheard(room, PERSON, text);
    }

    private String unheard(String type, String content) {
        return run.homeserver.sendUnheard(room, PERSON, type, content);
    }

    /** Until it is {@link MessagingRouter#hurry hurried}. */
    private void pauseAgent() {
        run.sql.update("INSERT INTO router.peer (name, down_since, paused_until) VALUES (?, now(), now() + interval '1 minute')", "agent:" + agent(name));
    }

    private void catchUp() {
        ProducerTemplate template = run.router.camel().createProducerTemplate();
        template.sendBody("direct:expect-finds", null);
        template.stop();
    }

    /** The store knows nothing of the room since this position. */
    private void restoreFromBackup(String position) {
        run.sql.update("DELETE FROM router.inbox WHERE room_id = ?", room);
        run.sql.update("DELETE FROM router.outbox WHERE room_id = ?", room);
        run.sql.update("UPDATE router.reader SET position = ? WHERE room_id = ?", position, room);
        catchUp();
    }

    private void awaitAnswered(List<String> events) {
        run.hurryUntil(() -> assertThat(events).allSatisfy(event -> assertThat(run.state(event)).startsWith("answered")));
    }

    /** The answer is pushed back after it stands in the room. */
    private void awaitEcho() {
        soon().until(() -> run.sql.queryForObject("SELECT count(*) FROM router.inbox WHERE room_id = ? AND reason = 'own-echo'", Integer.class, room) == 1);
    }

    private List<String> path(String event) {
        return run.sql.queryForList("SELECT what || CASE what WHEN 'claimed' THEN '' ELSE ' ' || coalesce(detail, '') END FROM router.step JOIN router.inbox USING (seq) WHERE event_id = ? ORDER BY at", String.class, event);
    }

    private static String position(String ofRoom) {
        return run.sql.queryForList("SELECT position FROM router.reader WHERE room_id = ? AND position IS NOT NULL", String.class, ofRoom).stream().findFirst().orElse(null);
    }

    private Object reader(String what) {
        return run.sql.queryForList("SELECT " + what + " FROM router.reader WHERE room_id = ?", Object.class, room).get(0);
    }

    private int sends() {
        return run.homeserver.http.requests("PUT", PathSegment.encode(room) + "/send/").size();
    }

    private List<String> said() {
        return run.homeserver.events(room).stream().filter(event -> event.path("type").asText().equals("m.room.message") && event.path("sender").asText().equals(user(name)))
                .map(event -> event.at("/content/body").asText()).toList();
    }
}
