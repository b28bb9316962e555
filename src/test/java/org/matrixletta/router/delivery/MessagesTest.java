package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.HS_TOKEN;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.SharedRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Fault;
import org.matrixletta.router.peers.RecordedRequest;
import org.matrixletta.router.peers.Turn;

/** What an operator sees of messages, and what becomes of those that are replayed or dropped. */
@ExtendWith(SharedRouter.class)
class MessagesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Turn REFUSED = Turn.refused(Answer.json(422, "{\"detail\":[]}"));

    static MessagingRouter run;

    @BeforeAll
    static void start(MessagingRouter shared) {
        run = shared;
    }

    @Test
    @Tag("D9")
    void d9_aReplayedMessageIsAskedAndAnsweredAnewThoughItsFirstAnswerIsStillRemembered() {
        String room = mapped("Again");
        // Given a turn that failed after the agent had said something: its text is posted, and the message is a dead letter
        run.letta.next(agent("Again"), Turn.says("half an answer").stops("error"), Turn.says("half an answer"));
        String event = dead(room, "question");
        soon().untilAsserted(() -> assertThat(said(room, user("Again"))).hasSize(2).first().isEqualTo("half an answer"));

        // When it is replayed
        assertThat(text("POST", "/dead-letters/" + letter(event) + "/replay")).isEqualTo("🔁 Replayed " + letter(event) + "\n");

        // Then it is asked as another message, and the same answer is posted once more
        soon().until(() -> run.state(event), "answered"::equals);
        soon().untilAsserted(() -> assertThat(said(room, user("Again"))).hasSize(3).last().isEqualTo("half an answer"));
        assertThat(run.letta.asked(agent("Again"))).containsExactly("question", "question");
        assertThat(otids(agent("Again"))).hasSize(2).doesNotHaveDuplicates();
        assertThat(letters()).noneMatch(letter -> letter.path("event_id").asText().equals(event));
        assertThat(text("GET", "/messages/" + event)).contains("  dead      ", "  replayed  by the operator, generation 1\n", "  answered  1 part\n");
    }

    @Test
    @Tag("D9")
    void d9_replayedMessagesAreAskedInTheOrderOfTheirReceipt() {
        String room = mapped("Ordered");
        run.letta.next(agent("Ordered"), REFUSED, REFUSED, Turn.says("busy").held());
        String first = dead(room, "first");
        String second = dead(room, "second");
        run.homeserver.say(room, PERSON, "third");
        soon().untilAsserted(() -> assertThat(run.letta.asked(agent("Ordered"))).hasSize(3));
        String fourth = run.homeserver.say(room, PERSON, "fourth");
        soon().until(() -> run.state(fourth), "waiting"::equals);

        assertThat(text("POST", "/dead-letters/" + letter(second) + "," + letter(first) + "/replay")).hasLineCount(2);
        run.letta.release(agent("Ordered"));

        soon().until(() -> run.state(fourth), "answered"::equals);
        assertThat(run.letta.asked(agent("Ordered"))).containsExactly("first", "second", "third", "first", "second", "fourth");
    }

    @Test
    @Tag("D9")
    void d9_aMessageThatWaitedTooLongOnceIsAskedWhenItIsReplayed() {
        String room = mapped("Late");
        run.letta.next(agent("Late"), Turn.says("busy").held());
        run.homeserver.say(room, PERSON, "first");
        soon().untilAsserted(() -> assertThat(run.letta.asked(agent("Late"))).hasSize(1));
        String event = run.homeserver.say(room, PERSON, "second");
        soon().until(() -> run.state(event), "waiting"::equals);
        run.sql.update("UPDATE router.inbox SET waiting_since = now() - interval '2 days' WHERE event_id = ?", event);
        run.letta.release(agent("Late"));
        soon().until(() -> run.state(event), "dead too-old"::equals);

        assertThat(request("POST", "/dead-letters/" + letter(event) + "/replay").statusCode()).isEqualTo(200);

        soon().until(() -> run.state(event), "answered"::equals);
    }

    @Test
    @Tag("D9")
    void d9_whatCannotBeAskedIsNotReplayedAndNeitherIsAnythingNamedBesideIt() {
        String room = mapped("Never");
        run.letta.always(agent("Never"), text -> REFUSED);
        String asked = dead(room, "asked");
        String redacted = dead(room, "redacted");
        run.homeserver.send(room, PERSON, "m.room.redaction", "{\"redacts\": \"" + redacted + "\"}");
        soon().untilAsserted(() -> assertThat(text("GET", "/messages/" + redacted)).contains(", its text is removed\n"));
        run.homeserver.transaction("never", "{\"events\": [{\"event_id\": \"$unusable\", \"type\": \"m.room.message\", \"room_id\": 7}]}".getBytes(StandardCharsets.UTF_8));
        soon().until(() -> run.state("$unusable"), state -> state.startsWith("dead "));

        // Refused, with what to do about it
        assertThat(refusal(409, "POST", "/dead-letters/" + letter(asked) + "," + letter(redacted) + "/replay")).contains(letter(redacted) + " has no text any more", "drop it.");
        assertThat(refusal(409, "POST", "/dead-letters/" + letter("$unusable") + "/replay")).contains("was never a message", "drop it.");
        for (String id : List.of("message-999999", "reply-999999-1", "reply-1", "message-0", "message-1x", "$event", "message-99999999999999999999", letter(asked) + ",message-999999", "%E2%80%AE")) {
            for (String[] verb : List.of(new String[] {"POST", "/replay"}, new String[] {"DELETE", ""})) {
                assertThat(refusal(404, verb[0], "/dead-letters/" + id + verb[1])).as(id).contains(" is no dead letter").doesNotContain("\u202E");
            }
        }
        assertThat(run.letta.asked(agent("Never"))).containsExactly("asked", "redacted");

        // Dropped, they are gone
        String gone = letter(redacted) + "," + letter("$unusable");
        assertThat(text("DELETE", "/dead-letters/" + gone)).isEqualTo(Stream.of(gone.split(",")).map(id -> "🗑️  Dropped " + id + "\n").reduce("", String::concat));
        assertThat(run.state(redacted)).startsWith("dropped ");
        assertThat(refusal(404, "DELETE", "/dead-letters/" + gone)).contains(gone.split(",")[0]);
        assertThat(text("GET", "/messages/" + redacted)).contains("  dropped   by the operator\n");
    }

    @Test
    @Tag("D9")
    void d9_ofSeveralReplaysAtOnceOnlyOneTakesPlace() {
        String room = mapped("Twice");
        run.letta.next(agent("Twice"), REFUSED, Turn.says("at last"));
        String letter = letter(dead(room, "question"));

        List<CompletableFuture<Integer>> replays = IntStream.range(0, 8).mapToObj(i -> async(() -> request("POST", "/dead-letters/" + letter + "/replay").statusCode())).toList();

        soon().untilAsserted(() -> assertThat(run.letta.asked(agent("Twice"))).hasSize(2));
        assertThat(replays).extracting(CompletableFuture::join).containsOnlyOnce(200).containsOnly(200, 404);
    }

    @Test
    @Tag("D9")
    void d9_aReplayedPartIsPostedAloneAndByItsOldTransaction() {
        String room = mapped("Parts");
        run.letta.next(agent("Parts"), Turn.says("one", "two", "three"));
        run.homeserver.http.next(1, "PUT", "/rooms/" + encoded(room) + "/send/", Fault.answers(400, "{\"errcode\":\"M_BAD_JSON\",\"error\":\"secret-of-content\"}"));
        String event = run.homeserver.say(room, PERSON, "count");
        soon().untilAsserted(() -> assertThat(said(room, user("Parts"))).containsExactly("two", "three"));
        JsonNode letter = letters().filter(dead -> dead.path("event_id").asText().equals(event)).findFirst().orElseThrow();
        assertThat(letter.path("reason").asText()).isEqualTo("The homeserver answered 400 M_BAD_JSON");
        assertThat(letter.path("agent_id").asText()).isEqualTo(agent("Parts"));

        assertThat(text("POST", "/dead-letters/" + letter.path("id").asText() + "/replay")).isEqualTo("🔁 Replayed " + letter.path("id").asText() + "\n");

        soon().untilAsserted(() -> assertThat(said(room, user("Parts"))).containsExactly("two", "three", "one"));
        List<String> transactions = run.homeserver.http.requests("PUT", "/rooms/" + encoded(room) + "/send/").stream().map(RecordedRequest::path).toList();
        assertThat(transactions).hasSize(4);
        assertThat(transactions.get(3)).isEqualTo(transactions.get(0));
        assertThat(run.letta.asked(agent("Parts"))).hasSize(1);
        soon().untilAsserted(() -> assertThat(text("GET", "/messages/" + event)).contains("  replayed  by the operator, part 1 only\n").containsPattern("  sent +part 1 of the answer as @agent_parts:test.local: \\$"));
    }

    @Test
    void whatIsSettledLosesItsTextAfterAMonthAndGoesAfterAYear() {
        String room = mapped("Old");
        run.letta.next(agent("Old"), Turn.says("a year ago"), Turn.says("a month ago"), Turn.says("yesterday"), REFUSED);
        List<String> events = List.of(run.homeserver.say(room, PERSON, "one"), run.homeserver.say(room, PERSON, "two"), run.homeserver.say(room, PERSON, "three"), run.homeserver.say(room, PERSON, "four"));
        soon().until(() -> run.state(events.get(3)), state -> state.startsWith("dead "));
        soon().untilAsserted(() -> assertThat(said(room, user("Old"))).hasSize(4));
        for (int i = 0; i < 4; i++) {
            int days = List.of(366, 31, 29, 31).get(i);
            run.sql.update("UPDATE router.inbox SET settled_at = settled_at - ? * interval '1 day' WHERE event_id = ?", days, events.get(i));
            run.sql.update("UPDATE router.outbox SET sent_at = sent_at - ? * interval '1 day' WHERE source LIKE ?", days, events.get(i) + "/%");
        }

        run.router.camel().createProducerTemplate().sendBody("direct:forget-messages", null);

        assertThat(request("GET", "/messages/" + events.get(0)).statusCode()).isEqualTo(404);
        assertThat(text("GET", "/messages/" + events.get(1))).contains(", its text is removed\n", "  answered  1 part\n");
        assertThat(text("GET", "/messages/" + events.get(2))).doesNotContain("its text is removed");
        assertThat(refusal(409, "POST", "/dead-letters/" + letter(events.get(3)) + "/replay")).contains("has no text any more");
        assertThat(run.sql.queryForList("SELECT convert_from(content, 'UTF8')::json ->> 'body' FROM router.outbox WHERE room_id = ? AND content <> ''", String.class, room)).containsExactly("yesterday");
        assertThat(run.sql.queryForObject("SELECT count(*) FROM router.step WHERE seq NOT IN (SELECT seq FROM router.inbox)", Integer.class)).isZero();
    }

    @Test
    @Tag("D9")
    void d9_aPartThatIsInTheRoomAfterAllIsNoDeadLetter() {
        String room = mapped("Echo");
        // A homeserver that takes the event and says that it does not
        run.homeserver.http.next(1, "PUT", "/rooms/" + encoded(room) + "/send/", new Fault(true, Answer.json(400, "{\"errcode\":\"M_BAD_JSON\"}"), Duration.ZERO));
        String event = run.homeserver.say(room, PERSON, "hi");

        soon().untilAsserted(() -> assertThat(text("GET", "/messages/" + event)).containsPattern("  sent +part 1 "));
        assertThat(letters()).noneMatch(letter -> letter.path("event_id").asText().equals(event));
        assertThat(said(room, user("Echo"))).hasSize(1);
    }

    @Test
    @Tag("D11")
    void d11_waitingMessagesOfAnAgentAreDroppedAndTheTurnThatRunsIsNot() {
        String room = mapped("Runaway");
        run.letta.next(agent("Runaway"), Turn.says("the first").held());
        String first = run.homeserver.say(room, PERSON, "first");
        soon().until(() -> run.state(first), "asking"::equals);
        List<String> events = IntStream.range(0, 20).mapToObj(i -> run.homeserver.say(room, PERSON, "more " + i)).toList();
        soon().until(() -> run.state(events.get(19)), "waiting"::equals);
        assertThat(text("GET", "/messages?state=waiting&agent_id=" + agent("Runaway"))).hasLineCount(20);

        assertThat(text("DELETE", "/messages?agent_id=" + agent("Runaway"))).isEqualTo("🗑️  Dropped 20 messages that waited for agent agent-runaway\n");

        assertThat(events).allSatisfy(event -> assertThat(run.state(event)).isEqualTo("dropped"));
        assertThat(text("GET", "/messages/" + events.get(0))).contains("\nState dropped\n", "  dropped   by the operator\n");
        assertThat(text("DELETE", "/messages?agent_id=" + agent("Runaway"))).isEqualTo("No message waits for agent agent-runaway\n");
        run.letta.release(agent("Runaway"));
        soon().untilAsserted(() -> assertThat(said(room, user("Runaway"))).containsExactly("the first"));
        assertThat(run.letta.asked(agent("Runaway"))).containsExactly("first");
    }

    @Test
    @Tag("D11")
    void d11_whatWaitsBelongsToTheAgentWhoseRoomItIsByNow() {
        // Given a room of nobody, whose messages wait for the default agent, and one of an agent
        String own = mapped("Owner");
        String other = "!nobody:test.local";
        run.letta.next("agent-default", Turn.says("busy").held());
        run.letta.next(agent("Owner"), Turn.says("busy").held());
        for (String room : List.of(own, other)) {
            run.homeserver.say(room, PERSON, "first");
        }
        soon().untilAsserted(() -> assertThat(run.letta.running()).isEqualTo(2));
        String owned = run.homeserver.say(own, PERSON, "second");
        String orphan = run.homeserver.say(other, PERSON, "second");
        soon().until(() -> run.state(owned) + run.state(orphan), "waitingwaiting"::equals);
        assertThat(text("GET", "/messages?state=waiting&agent_id=agent-default")).contains("in !nobody:test.local -> agent-default (DEFAULT)  " + orphan).hasLineCount(1);

        // When another agent gets the first room, then what waits there is not dropped with its former agent's
        run.sql.update("UPDATE agent_mappings SET agent_id = 'agent-heir' WHERE room_id = ?", own);
        assertThat(json("DELETE", "/messages?agent_id=" + agent("Owner")).path("dropped").asInt()).isZero();
        assertThat(json("DELETE", "/messages?agent_id=agent-heir").path("dropped").asInt()).isEqualTo(1);
        assertThat(json("DELETE", "/messages?agent_id=agent-default").path("dropped").asInt()).isEqualTo(1);
        assertThat(run.state(owned) + run.state(orphan)).isEqualTo("droppeddropped");
        run.letta.release("agent-default");
        run.letta.release(agent("Owner"));
    }

    @Test
    @Tag("D11")
    void d11_nothingIsDroppedUnlessOneRoomOrOneAgentIsNamed() {
        for (String query : List.of("", "?room_id=", "?agent_id=", "?room_id=&agent_id=", "?room_id=!a:b&agent_id=a", "?state=waiting", "?limit=5")) {
            assertThat(refusal(422, "DELETE", "/messages" + query)).as(query).contains("room_id or agent_id");
        }
        assertThat(json("DELETE", "/messages?room_id=!nowhere:test.local").path("dropped").asInt()).isZero();
    }

    @Test
    @Tag("R13")
    void r13_thePathOfAMessageSaysWhichMappingDecidedAndSinceWhenItHolds() {
        String room = mapped("Pathed");
        run.sql.update("UPDATE agent_mappings SET updated_at = '2026-01-02 03:04:05' WHERE room_id = ?", room);
        run.letta.next(agent("Pathed"), Turn.says("one", "two"));
        String event = run.homeserver.say(room, PERSON, "hi");
        soon().untilAsserted(() -> assertThat(said(room, user("Pathed"))).hasSize(2));
        soon().until(() -> text("GET", "/messages/" + event), path -> path.lines().filter(line -> line.contains("  sent  ")).count() == 2);

        assertThat(text("GET", "/messages/" + event).replaceAll("(?m)^[0-9T:.-]{23}Z", "TIME").replaceAll(": \\$[\\w-]{43}", ": POSTED")).isEqualTo("""
                Event %s of @ann:test.local in room !pathed:test.local
                Agent agent-pathed (Pathed)
                State answered
                TIME  received  by push
                TIME  claimed   mapped to agent-pathed, as the table says since 2026-01-02T03:04:05+00
                TIME  answered  2 parts
                TIME  sent      part 1 of the answer as @agent_pathed:test.local: POSTED
                TIME  sent      part 2 of the answer as @agent_pathed:test.local: POSTED
                """.formatted(event));

        JsonNode path = json("GET", "/messages/" + event);
        assertThat(path.path("success").asBoolean()).isTrue();
        assertThat(path.path("agent_id").asText()).isEqualTo(agent("Pathed"));
        assertThat(path.path("path").findValuesAsText("what")).containsExactly("claimed", "answered", "sent", "sent");
        assertThat(path.path("path").get(3).path("event_id").asText()).isEqualTo(run.homeserver.events(room).get(run.homeserver.events(room).size() - 1).get("event_id").asText());
    }

    @Test
    @Tag("R13")
    void r13_thePathOfAMessageInAnUnmappedRoomSaysThatTheDefaultAgentWasAsked() {
        String event = run.homeserver.say("!unmapped:test.local", PERSON, "hi");
        soon().until(() -> run.state(event), "answered"::equals);

        assertThat(text("GET", "/messages/" + event)).contains("\nAgent agent-default (DEFAULT)\n", "  claimed   not mapped: default agent agent-default\n");
    }

    @Test
    @Tag("L6")
    void l6_thePathOfAMessageTellsOfEachLook() {
        String room = mapped("Looked");
        run.letta.next(agent("Looked"), Turn.says("found").unanswered());
        String event = run.homeserver.say(room, PERSON, "hi");
        run.hurryUntil(() -> assertThat(run.state(event)).isEqualTo("answered"));

        assertThat(text("GET", "/messages/" + event)).contains("  claimed   mapped to agent-looked", "  unknown   ", "  answered  1 part, found by a look\n");
    }

    @Test
    void aFailedMessageIsFoundByTheReferenceThatItsRoomWasTold() {
        String room = mapped("Reference");
        run.letta.next(agent("Reference"), REFUSED);
        String event = dead(room, "hi");
        soon().untilAsserted(() -> assertThat(said(room, user("Reference"))).hasSize(1));
        String reference = said(room, user("Reference")).get(0).replaceFirst(".* (\\S{8})\\.$", "$1");

        soon().untilAsserted(() -> assertThat(text("GET", "/messages/" + reference)).startsWith("Event " + event + " of ").contains("  sent      ").contains("as @agent_reference:test.local: $"));
    }

    @Test
    void anEventIdWithASlashIsFoundInAPathWithoutOne() {
        run.homeserver.transaction("slash", "{\"events\": [{\"event_id\": \"$a/b+c_d\", \"room_id\": \"!old:test.local\", \"sender\": \"@ann:test.local\", \"type\": \"m.reaction\", \"content\": {}}]}".getBytes(StandardCharsets.UTF_8));
        soon().until(() -> run.state("$a/b+c_d"), state -> state.startsWith("ignored "));

        assertThat(refusal(404, "GET", "/messages/$a_b+c-d")).contains("No event $a_b+c-d has come");
        run.sql.update("UPDATE router.inbox SET event_id = '$a/b+cd' WHERE event_id = '$a/b+c_d'");
        assertThat(text("GET", "/messages/$a_b%2Bcd")).startsWith("Event $a/b+cd of @ann:test.local in room !old:test.local\nAgent no agent\nState ignored: ");
    }

    @Test
    void messagesAreListedByRoomAgentAndStateNewestFirst() {
        String room = mapped("Listed");
        run.letta.always(agent("Listed"), text -> text.equals("bad") ? REFUSED : Turn.says("ok"));
        String first = run.homeserver.say(room, PERSON, "good");
        String second = run.homeserver.say(room, PERSON, "bad");
        String third = run.homeserver.send(room, PERSON, "m.reaction", "{}");
        soon().until(() -> run.state(second), state -> state.startsWith("dead "));
        soon().until(() -> run.state(third), state -> state.startsWith("ignored "));
        // the echoes of the answer and of the notice
        soon().until(() -> events("/messages?state=ignored&room_id=" + room).size() == 3);

        assertThat(text("GET", "/messages?room_id=" + room).replaceAll("(?m)^[0-9T:-]{19}Z", "TIME").replaceAll("Letta answered .*", "REASON")).isEqualTo("""
                TIME  ignored   @ann:test.local in !listed:test.local -> no agent  %s: not-a-message
                TIME  dead      @ann:test.local in !listed:test.local -> agent-listed (Listed)  %s: REASON
                TIME  answered  @ann:test.local in !listed:test.local -> agent-listed (Listed)  %s
                """.formatted(third, second, first));
        assertThat(events("/messages?room_id=" + room + "&state=dead")).containsExactly(second);
        assertThat(events("/messages?agent_id=" + agent("Listed"))).containsExactly(second, first);
        assertThat(events("/messages?agent_id=" + agent("Listed") + "&state=answered")).containsExactly(first);
        assertThat(events("/messages?agent_id=" + agent("Listed") + "&limit=1")).containsExactly(second);
        assertThat(json("GET", "/messages?agent_id=" + agent("Listed") + "&limit=1").path("more").asInt()).isEqualTo(1);
        assertThat(text("GET", "/messages?agent_id=" + agent("Listed") + "&limit=1")).endsWith("… and 1 more; --limit shows up to 1000\n");
        assertThat(text("GET", "/messages?room_id=!nowhere:test.local")).isEqualTo("No message found\n");
    }

    @Test
    void whatCannotBeMeantIsRefusedInASentence() {
        assertThat(refusal(422, "GET", "/messages?state=lost")).contains("it is one of waiting, asking,");
        for (String limit : List.of("0", "1001", "-1", "x", "1e3", "99999999999")) {
            assertThat(refusal(422, "GET", "/messages?limit=" + limit)).contains("from 1 to 1000");
            assertThat(refusal(422, "GET", "/dead-letters?limit=" + limit)).contains("from 1 to 1000");
        }
        for (String query : List.of("room_id=%00", "agent_id=a%00b", "state=%00")) {
            assertThat(refusal(422, "GET", "/messages?" + query)).contains("U+0000");
        }
        assertThat(refusal(422, "DELETE", "/messages?room_id=%00")).contains("U+0000");
        assertThat(refusal(404, "GET", "/messages/$nothing")).contains("No event $nothing has come", "single quotes");
        assertThat(request("GET", "/messages/").statusCode()).isEqualTo(404);
        assertThat(request("GET", "/messages/$a%00").statusCode()).isIn(400, 422);
        assertThat(refusal(404, "GET", "/messages/$a%2500")).contains("No event $a%00 ");
        assertThat(refusal(404, "GET", "/messages/' OR ''='".replace(" ", "%20"))).contains("No event ");
    }

    @Test
    @Tag("S24")
    void s24_namesAndReasonsSteerNoTerminal() {
        String nasty = "B\u001B[31m\nMO\u202E <b>${env:HOME}</b>";
        String room = mapped("Nasty");
        run.sql.update("UPDATE agent_mappings SET agent_name = ? WHERE room_id = ?", nasty, room);
        run.letta.next(agent("Nasty"), REFUSED);
        String event = dead(room, "hi");
        run.sql.update("UPDATE router.inbox SET reason = ? WHERE event_id = ?", nasty, event);

        for (String path : List.of("/messages?room_id=" + room, "/messages/" + event, "/dead-letters")) {
            assertThat(text("GET", path)).as(path).contains("(B\\u001B[31m\\u000AMO\\u202E <b>${env:HOME}</b>)").doesNotContain("\u001B", "\u202E");
        }
        assertThat(json("GET", "/messages/" + event).path("agent_name").asText()).isEqualTo(nasty);
    }

    @Test
    @Tag("H5")
    void h5_noAnswerHoldsTheTextOfAMessageWhoeverAsks() {
        String room = mapped("Private");
        run.letta.next(agent("Private"), Turn.says("secret-of-answer"), REFUSED);
        run.homeserver.say(room, PERSON, "secret-of-question");
        String event = dead(room, "secret-of-question too");

        for (String key : List.of(RunningRouter.KEY, RunningRouter.READ_KEY)) {
            for (String path : List.of("/messages", "/messages?room_id=" + room, "/messages/" + event, "/dead-letters")) {
                for (String accept : List.of("text/plain", "application/json")) {
                    HttpResponse<String> answer = run.router.anyone("GET", path, null, "Authorization", "Bearer " + key, "Accept", accept);
                    assertThat(answer.statusCode()).isEqualTo(200);
                    assertThat(answer.body()).as(path).contains(event).doesNotContain("secret-of");
                }
            }
        }
        for (String[] request : List.of(new String[] {"DELETE", "/messages?room_id=" + room}, new String[] {"POST", "/dead-letters/" + letter(event) + "/replay"}, new String[] {"DELETE", "/dead-letters/" + letter(event)})) {
            for (String key : List.of(RunningRouter.READ_KEY, HS_TOKEN)) {
                assertThat(run.router.anyone(request[0], request[1], null, "Authorization", "Bearer " + key).statusCode()).isEqualTo(403);
            }
        }
        assertThat(run.router.anyone("GET", "/messages", null, "Authorization", "Bearer " + HS_TOKEN).statusCode()).isEqualTo(403);
        assertThat(run.state(event)).startsWith("dead ");
    }

    @Test
    void healthCountsWhatWaitsAndWhatIsDead() {
        String room = mapped("Counted");
        run.letta.next(agent("Counted"), REFUSED, Turn.says("busy").held());
        dead(room, "first");
        run.homeserver.say(room, PERSON, "second");
        String third = run.homeserver.say(room, PERSON, "third");
        soon().until(() -> run.state(third), "waiting"::equals);

        soon().untilAsserted(() -> {
            JsonNode health = json("GET", "/health");
            assertThat(health.path("waiting_messages").asInt()).isPositive();
            assertThat(health.path("dead_letters").asInt()).isPositive();
            assertThat(health.has("unknown_turns") && health.has("waiting_replies")).isTrue();
        });
        run.letta.release(agent("Counted"));
    }

    /** A room of its own for an agent of this name. */
    private static String mapped(String name) {
        String room = "!" + name.toLowerCase() + ":test.local";
        run.map(name, room);
        return room;
    }

    /** Somebody says what becomes a dead letter. */
    private static String dead(String room, String text) {
        String event = run.homeserver.say(room, PERSON, text);
        soon().until(() -> run.state(event), state -> state.startsWith("dead "));
        return event;
    }

    private static String letter(String event) {
        return run.sql.queryForObject("SELECT 'message-' || seq FROM router.inbox WHERE event_id = ?", String.class, event);
    }

    private static Stream<JsonNode> letters() {
        return StreamSupport.stream(json("GET", "/dead-letters").path("dead_letters").spliterator(), false);
    }

    private static List<String> events(String path) {
        return json("GET", path).path("messages").findValuesAsText("event_id");
    }

    /** What this user said in the room, notices included. */
    private static List<String> said(String room, String user) {
        return run.homeserver.conversation(room).stream().filter(said -> said.startsWith(user + ": ")).map(said -> said.substring(user.length() + 2)).toList();
    }

    private static List<String> otids(String agent) {
        List<String> otids = new ArrayList<>();
        run.letta.http.requests("POST", "/v1/agents/" + agent + "/messages").forEach(request -> otids.addAll(request.json().findValuesAsText("otid")));
        return otids;
    }

    private static <T> CompletableFuture<T> async(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, runnable -> new Thread(runnable).start());
    }

    private static String encoded(String room) {
        return URLEncoder.encode(room, StandardCharsets.UTF_8);
    }

    private static HttpResponse<String> request(String method, String path) {
        return run.router.http(method, path, null, "Accept", "text/plain");
    }

    private static String text(String method, String path) {
        HttpResponse<String> answer = request(method, path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String refusal(int status, String method, String path) {
        HttpResponse<String> answer = request(method, path);
        assertThat(answer.statusCode()).as(method + " " + path + ": " + answer.body()).isEqualTo(status);
        assertThat(answer.body()).hasLineCount(1).endsWith(".\n");
        return answer.body();
    }

    private static JsonNode json(String method, String path) {
        try {
            HttpResponse<String> answer = run.router.http(method, path, null);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
