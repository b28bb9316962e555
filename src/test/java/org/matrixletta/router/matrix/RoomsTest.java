package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.MessagingRouter.user;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.peers.Answer;
import org.matrixletta.router.peers.Fault;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Which rooms the router's users go into, and which rooms are its own. */
@ExtendWith(OutputCaptureExtension.class)
class RoomsTest {

    private static final String BOT = "@letta:test.local";
    private static final String STRANGER = "@eve:elsewhere.test";
    private static final String INVITED = "{\"membership\":\"invite\"}";
    private static final String LEFT = "{\"membership\":\"leave\"}";

    static MessagingRouter run;

    @BeforeAll
    static void start() {
        run = MessagingRouter.start("--router.letta-agent-id=agent-default");
        run.homeserver.strict();
        run.letta.agent("agent-default", "Default");
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @Test
    @Tag("R17")
    @Tag("R16")
    void r17_theBotGoesWhereAnAllowedSenderInvitesItAndTheDefaultAgentAnswersThere() {
        run.homeserver.room("!bots:test.local", PERSON);
        run.homeserver.sendState("!bots:test.local", PERSON, "m.room.member", BOT, INVITED);
        soon().until(() -> isIn("!bots:test.local", BOT));

        run.homeserver.say("!bots:test.local", PERSON, "hi");

        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!bots:test.local")).containsExactly(PERSON + ": hi", BOT + ": Default heard: hi"));

        // Put out again, it stays out, and the room is no longer ours
        run.homeserver.sendState("!bots:test.local", PERSON, "m.room.member", BOT, LEFT);
        soon().until(() -> run.sql.queryForList("SELECT FROM router.joined_room WHERE room_id = '!bots:test.local'").isEmpty());
        String unheard = run.homeserver.say("!bots:test.local", PERSON, "hi?");
        soon().untilAsserted(() -> assertThat(run.state(unheard)).isEqualTo("ignored not-our-room"));
        assertThat(joins("bots")).isEqualTo(1);
    }

    @Test
    @Tag("R17")
    void r17_aStrangersInvitationIsIgnoredUnderTheRuleForStrangers() {
        run.map("Finn", "!finn:test.local");
        run.homeserver.room("!finn:test.local", STRANGER);
        String ofBot = run.homeserver.sendState("!finn:test.local", STRANGER, "m.room.member", BOT, INVITED);
        String ofAgent = run.homeserver.sendState("!finn:test.local", STRANGER, "m.room.member", user("Finn"), INVITED);

        soon().untilAsserted(() -> assertThat(List.of(run.state(ofBot), run.state(ofAgent))).containsOnly("ignored sender-not-allowed"));

        assertThat(run.sql.queryForList("SELECT task FROM router.inbox WHERE task IS NOT NULL AND room_id = '!finn:test.local'")).isEmpty();

        // Nor does the user go there because it has something to say
        run.homeserver.say("!finn:test.local", PERSON, "hi");
        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT state FROM router.outbox WHERE room_id = '!finn:test.local'", String.class)).containsExactly("dead"));
        assertThat(joins("finn")).isZero();
    }

    @Test
    @Tag("R17")
    void r17_anAgentsUserGoesOnlyIntoTheRoomThatTheTableGivesIt(CapturedOutput output) {
        // Given an invitation that comes before the mapping
        run.homeserver.room("!jake:test.local", PERSON);
        String event = run.homeserver.sendState("!jake:test.local", PERSON, "m.room.member", user("Jake"), INVITED);
        soon().untilAsserted(() -> assertThat(run.state(event)).isEqualTo("ignored invite-not-allowed"));
        assertThat(joins("jake")).isZero();

        // When the table gives the agent that room
        run.map("Jake", "!jake:test.local");
        run.sql.update("UPDATE router.inbox SET next_at = now() WHERE event_id = ?", event);

        // Then it joins, as a user that the homeserver did not know
        soon().until(() -> isIn("!jake:test.local", user("Jake")));
        soon().untilAsserted(() -> assertThat(run.state(event)).isEqualTo("ignored membership"));
        soon().untilAsserted(() -> assertThat(output).contains("Joined room !jake:test.local as @agent_jake:test.local, invited by " + PERSON));
        soon().untilAsserted(() -> assertThat(output.getOut().split("Invitation of @agent_jake:test.local", -1)).hasSize(2));
    }

    @Test
    @Tag("R17")
    @Tag("D4")
    void r17_anInvitationThatWasStoredBeforeAKillIsFollowedAfterIt() throws Exception {
        run.map("Gunter", "!gunter:test.local");
        run.homeserver.room("!gunter:test.local", PERSON);
        run.router.camel().getRouteController().stopRoute("room-tasks");
        String event = run.homeserver.sendState("!gunter:test.local", PERSON, "m.room.member", user("Gunter"), INVITED);
        soon().untilAsserted(() -> assertThat(run.state(event)).isEqualTo("ignored membership"));
        assertThat(joins("gunter")).isZero();

        run.router.restart().awaitStore();

        soon().until(() -> isIn("!gunter:test.local", user("Gunter")));
        soon().untilAsserted(() -> assertThat(run.sql.queryForObject("SELECT task FROM router.inbox WHERE event_id = ?", String.class, event)).isNull());
    }

    @Test
    @Tag("R17")
    void r17_aHomeserverThatFailsIsAskedAgain() {
        run.map("Simon", "!simon:test.local");
        run.homeserver.room("!simon:test.local", PERSON);
        run.homeserver.http.next(1, "POST", "/join/%21simon", Fault.answers(502, "{}"));
        run.homeserver.http.next(1, "POST", "/join/%21simon", Fault.answers(Answer.matrix(429, "M_LIMIT_EXCEEDED", "Too Many Requests").with("Retry-After", "1")));
        String event = run.homeserver.sendState("!simon:test.local", PERSON, "m.room.member", user("Simon"), INVITED);

        soon().until(() -> joins("simon") == 1);
        run.sql.update("UPDATE router.inbox SET next_at = now() WHERE event_id = ?", event);

        soon().until(() -> isIn("!simon:test.local", user("Simon")));
    }

    @Test
    @Tag("R17")
    void r17_whoWasPutOutStaysOutUntilInvitedAgain(CapturedOutput output) {
        run.map("BMO", "!bmo:test.local");
        run.homeserver.user(user("BMO")).room("!bmo:test.local", PERSON, BOT, user("BMO"));
        String kick = run.homeserver.sendState("!bmo:test.local", STRANGER, "m.room.member", user("BMO"), LEFT);
        String ban = run.homeserver.sendState("!bmo:test.local", STRANGER, "m.room.member", user("BMO"), "{\"membership\":\"ban\"}");

        soon().untilAsserted(() -> assertThat(tasks(kick, ban)).isZero());
        assertThat(marks("BMO")).containsExactly("removed");
        soon().untilAsserted(() -> assertThat(output.getOut().split("ERROR rooms: ❌ BMO \\(agent-bmo\\) was put out of its room !bmo:test.local by " + STRANGER, -1)).hasSize(2));

        // Neither a join nor an answer makes it come back
        run.homeserver.say("!bmo:test.local", PERSON, "are you there?");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!bmo:test.local")).hasSize(2).last().asString().startsWith(BOT));
        assertThat(joins("bmo")).isZero();
        assertThat(marks("BMO")).containsExactly("removed");

        // But an invitation does
        run.homeserver.sendState("!bmo:test.local", PERSON, "m.room.member", user("BMO"), INVITED);
        soon().until(() -> isIn("!bmo:test.local", user("BMO")));
        soon().untilAsserted(() -> assertThat(marks("BMO")).isEmpty());
    }

    @Test
    @Tag("R17")
    void r17_whoLeavesByItselfOrAnotherRoomIsNotMarked() {
        run.map("Lemongrab", "!lemongrab:test.local");
        String self = run.homeserver.sendState("!lemongrab:test.local", user("Lemongrab"), "m.room.member", user("Lemongrab"), LEFT);
        String elsewhere = run.homeserver.sendState("!elsewhere:test.local", PERSON, "m.room.member", user("Lemongrab"), LEFT);

        soon().untilAsserted(() -> assertThat(List.of(run.state(self), run.state(elsewhere))).containsOnly("ignored membership"));
        soon().untilAsserted(() -> assertThat(tasks(self, elsewhere)).isZero());
        assertThat(marks("Lemongrab")).isEmpty();
    }

    @Test
    @Tag("R18")
    @Tag("S34")
    void r18_aMappingFollowsAnUpgradeThatBothRoomsName(CapturedOutput output) {
        run.map("Marceline", "!old:test.local");
        run.homeserver.user(user("Marceline")).room("!old:test.local", PERSON, user("Marceline")).room("!new:test.local", PERSON);
        run.homeserver.sendState("!new:test.local", PERSON, "m.room.create", "", "{\"room_version\":\"12\",\"predecessor\":{\"room_id\":\"!old:test.local\",\"event_id\":\"$last\"}}");
        String event = run.homeserver.sendState("!old:test.local", PERSON, "m.room.tombstone", "", "{\"body\":\"upgraded\",\"replacement_room\":\"!new:test.local\"}");
        soon().until(() -> joins("new") > 0);
        assertThat(room("Marceline")).isEqualTo("!old:test.local");

        // Whoever upgrades a room invites its members afterwards
        run.homeserver.sendState("!new:test.local", PERSON, "m.room.member", user("Marceline"), INVITED);
        run.sql.update("UPDATE router.inbox SET next_at = now() WHERE event_id = ?", event);

        soon().untilAsserted(() -> assertThat(room("Marceline")).isEqualTo("!new:test.local"));
        soon().until(() -> isIn("!new:test.local", user("Marceline")));
        soon().untilAsserted(() -> assertThat(run.sql.queryForList("SELECT what FROM router.step JOIN router.inbox USING (seq) WHERE event_id = ?", String.class, event)).containsExactly("followed"));
        soon().untilAsserted(() -> assertThat(output).contains("WARN  rooms: 🔀 Room !old:test.local of Marceline (agent-marceline) was upgraded by " + PERSON + " and is now !new:test.local"));
        assertThat(run.sql.queryForList("SELECT old ->> 'room_id' FROM router.change WHERE agent_id = ?", String.class, agent("Marceline"))).containsExactly("!old:test.local");

        run.homeserver.say("!new:test.local", PERSON, "hi");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!new:test.local")).hasSize(2).last().asString().startsWith(user("Marceline")));
    }

    @Test
    @Tag("R18")
    void r18_aKillBetweenTheMappingAndTheJoinLosesNeither() {
        // Given a kill after the mapping has followed, and before the user has
        run.map("Fern", "!fern-new:test.local");
        run.homeserver.user(user("Fern")).room("!fern-new:test.local", PERSON, user("Fern"));
        run.sql.update("INSERT INTO router.inbox (event_id, room_id, sender, type, state_key, raw, source, state, reason, task, agent_id) VALUES ('$fern', '!fern-old:test.local', ?, 'm.room.tombstone', '', "
                + "convert_to('{\"content\":{\"replacement_room\":\"!fern-new:test.local\"}}', 'UTF8'), 'push', 'ignored', 'tombstone', 'tombstone', 'agent-fern')", PERSON);

        soon().untilAsserted(() -> assertThat(tasks("$fern")).isZero());

        assertThat(run.homeserver.http.requests("POST", "/join/%21fern-new")).extracting(request -> request.query("user_id")).containsExactly(user("Fern"));
        assertThat(run.sql.queryForList("SELECT what FROM router.step JOIN router.inbox USING (seq) WHERE event_id = '$fern'", String.class)).containsExactly("followed");
    }

    @Test
    @Tag("R18")
    void r18_anUpgradeThatTheNewRoomDoesNotConfirmIsKeptAndReportedOnce(CapturedOutput output) {
        run.map("Betty", "!betty:test.local");
        run.homeserver.user(user("Betty")).room("!betty:test.local", PERSON, user("Betty")).room("!trap:test.local", PERSON);
        run.homeserver.sendState("!trap:test.local", PERSON, "m.room.create", "", "{\"predecessor\":{\"room_id\":\"!other:test.local\"}}");
        run.homeserver.sendState("!trap:test.local", PERSON, "m.room.member", user("Betty"), INVITED);
        String event = run.homeserver.sendState("!betty:test.local", PERSON, "m.room.tombstone", "", "{\"replacement_room\":\"!trap:test.local\"}");

        soon().untilAsserted(() -> assertThat(run.state(event)).isEqualTo("ignored tombstone-not-followed"));

        assertThat(room("Betty")).isEqualTo("!betty:test.local");
        assertThat(isIn("!trap:test.local", user("Betty"))).isFalse();
        soon().untilAsserted(() -> assertThat(output.getOut().split("Room !betty:test.local of Betty \\(agent-betty\\) was closed in favour of !trap:test.local, but the mapping stays: the new room does not name", -1)).hasSize(2));
    }

    @Test
    @Tag("R18")
    void r18_aStrangersTombstoneAndOneForAnothersRoomMoveNothing(CapturedOutput output) {
        run.map("Hunson", "!hunson:test.local").map("Tree", "!tree:test.local");
        run.homeserver.user(user("Tree")).room("!hunson:test.local", PERSON).room("!tree:test.local", PERSON, user("Tree"));
        run.homeserver.sendState("!hunson:test.local", PERSON, "m.room.create", "", "{\"predecessor\":{\"room_id\":\"!tree:test.local\"}}");
        run.homeserver.sendState("!hunson:test.local", PERSON, "m.room.member", user("Tree"), INVITED);
        String ofStranger = run.homeserver.sendState("!hunson:test.local", STRANGER, "m.room.tombstone", "", "{\"replacement_room\":\"!stranger:test.local\"}");
        String ofPerson = run.homeserver.sendState("!tree:test.local", PERSON, "m.room.tombstone", "", "{\"replacement_room\":\"!hunson:test.local\"}");

        soon().untilAsserted(() -> assertThat(tasks(ofStranger, ofPerson)).isZero());

        assertThat(run.state(ofStranger)).isEqualTo("ignored sender-not-allowed");
        assertThat(run.state(ofPerson)).isEqualTo("ignored tombstone-not-followed");
        assertThat(room("Hunson")).isEqualTo("!hunson:test.local");
        assertThat(room("Tree")).isEqualTo("!tree:test.local");
        soon().untilAsserted(() -> assertThat(output).contains("but the mapping stays: " + STRANGER + " is no allowed sender").contains("but the mapping stays: agent-tree: room !hunson:test.local stays with agent-hunson"));
    }

    @Test
    @Tag("R16")
    void r16_aRoomThatTheBotIsNotInIsNotOurs() {
        run.homeserver.room("!group:test.local", PERSON);

        String event = run.homeserver.say("!group:test.local", PERSON, "hi all");

        soon().untilAsserted(() -> assertThat(run.state(event)).isEqualTo("ignored not-our-room"));
    }

    @Test
    @Tag("R16")
    void r16_whileNobodySaysWhichRoomsAreOursAMessageWaits(CapturedOutput output) {
        run.homeserver.http.next(1_000, "GET", "/joined_rooms", Fault.dropsBefore());
        run.homeserver.room("!unknown:test.local", PERSON, BOT).room("!foreign:test.local", PERSON);
        String ours = run.homeserver.say("!unknown:test.local", PERSON, "hi");
        String foreign = run.homeserver.say("!foreign:test.local", PERSON, "hi");
        soon().untilAsserted(() -> assertThat(List.of(run.state(ours), run.state(foreign))).containsOnly("waiting membership-unknown"));
        soon().until(() -> output.getOut().contains("WARN  rooms: ⚠️ Which rooms the bot is in is not known: The homeserver gave no answer"));
        run.router.camel().createProducerTemplate().sendBody("direct:wake-rooms", null);

        run.homeserver.http.heal();
        run.router.camel().createProducerTemplate().sendBody("direct:wake-rooms", null);

        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!unknown:test.local")).hasSize(2));
        soon().untilAsserted(() -> assertThat(run.state(foreign)).isEqualTo("ignored not-our-room"));
        soon().untilAsserted(() -> assertThat(output.getOut().split("Which rooms the bot is in is not known", -1)).hasSize(2));
        assertThat(output).doesNotContain("An error of the router itself");
    }

    private static boolean isIn(String room, String user) {
        return run.homeserver.events(room).stream().filter(event -> event.get("type").textValue().equals("m.room.member") && event.path("state_key").asText().equals(user))
                .reduce((first, last) -> last).map(event -> event.at("/content/membership").asText().equals("join")).orElse(false);
    }

    private static int joins(String room) {
        return run.homeserver.http.requests("POST", "/join/%21" + room + "%3A").size();
    }

    private static int tasks(String... events) {
        return run.sql.queryForObject("SELECT count(*) FROM unnest(?::text[]) wanted (event_id) LEFT JOIN router.inbox USING (event_id) WHERE seq IS NULL OR task IS NOT NULL", Integer.class, (Object) events);
    }

    private static String room(String name) {
        return run.sql.queryForObject("SELECT room_id FROM agent_mappings WHERE agent_id = ?", String.class, agent(name));
    }

    private static List<String> marks(String name) {
        return run.sql.queryForList("SELECT mark FROM router.mark WHERE agent_id = ?", String.class, agent(name));
    }
}
