package org.matrixletta.router.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.soon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.peers.Fault;

/** An agent of Letta gets what it needs to be talked to, whatever breaks off in between. */
class ProvisionTest {

    private static final String OWNER = "{\"owner\": \"" + PERSON + "\"}";

    static MessagingRouter run;
    static int agents;

    String bmo;
    String user;

    @BeforeAll
    static void start() {
        run = MessagingRouter.start();
        run.homeserver.strict().person(PERSON, "ann's");
        run.letta.strict();
        // The looks at the start register the bot and read its rooms; they are not to meet what the tests plan or count.
        soon().until(() -> run.router.http("GET", "/health", null).body().contains("\"ping\":{\"reachable\":true}"));
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @BeforeEach
    void anAgentOfLetta() {
        String id = "00000000-0000-4000-8000-%012d".formatted(++agents);
        bmo = "agent-" + id;
        user = "@agent_" + id + ":test.local";
        run.letta.agent(bmo, "BMO");
        run.router.emptyStore();
        run.homeserver.http.forgetRequests(true);
    }

    @Test
    void anAgentGetsItsUserDeviceRoomAndMappingAndItsOwnerAnInvitation() throws IOException {
        JsonNode made = new ObjectMapper().readTree(provision().body());

        String room = made.get("room_id").asText();
        assertThat(made.get("success").asBoolean()).isTrue();
        assertThat(made.get("new")).extracting(JsonNode::asText).containsExactly("Matrix user", "room", "mapping");
        assertThat(run.router.http("GET", "/agents/" + bmo + "/room", null).body()).contains("\"agent_name\":\"BMO\"", room, user, "\"room_created\":true", "{\"@ann:test.local\": \"invited\"}");
        assertThat(run.homeserver.http.requests("PUT", "/devices/MATRIXLETTAROUTER")).hasSize(1);
        assertThat(run.homeserver.events(room)).noneMatch(event -> event.get("type").asText().equals("m.room.encryption"))
                .anyMatch(event -> event.path("state_key").asText().equals(PERSON) && event.at("/content/membership").asText().equals("invite"));
        assertThat(run.router.http("GET", "/mappings/history", null).body()).contains("change of " + bmo);

        // And whoever accepts the invitation can talk to it at once
        run.homeserver.sendState(room, PERSON, "m.room.member", PERSON, "{\"membership\":\"join\"}");
        run.homeserver.say(room, PERSON, "hi");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation(room)).contains(user + ": BMO heard: hi"));
    }

    @Test
    void runTwiceItChangesNothingAndInvitesAgainOnlyWhoLeft() {
        String first = text();
        assertThat(first).matches("✅ BMO: !\\S+:test.local -> " + bmo + ", as " + user + "\n   new: Matrix user, room, mapping\n   @ann:test.local is invited\n");
        String room = room();
        int events = run.homeserver.events(room).size();

        assertThat(text()).isEqualTo("✅ BMO: " + room + " -> " + bmo + ", as " + user + "\n   new: nothing\n   @ann:test.local is invited\n");
        run.homeserver.sendState(room, PERSON, "m.room.member", PERSON, "{\"membership\":\"join\"}");
        assertThat(text()).contains("new: nothing", "@ann:test.local is in the room");
        assertThat(run.homeserver.events(room)).hasSize(events + 1);
        assertThat(run.sql.queryForObject("SELECT count(*) FROM router.sync", Integer.class)).isEqualTo(1);

        run.homeserver.sendState(room, PERSON, "m.room.member", PERSON, "{\"membership\":\"leave\"}");
        assertThat(text()).contains("new: invitation", "@ann:test.local is invited");
        assertThat(room()).isEqualTo(room);
    }

    @Test
    void whereverARunBreaksOffASecondOneCompletesItAndMakesNoSecondRoom() {
        for (List<String> broken : List.of(List.of("POST", "/register"), List.of("PUT", "/devices/"), List.of("PUT", "/displayname"), List.of("GET", "/joined_rooms"),
                List.of("POST", "/createRoom"), List.of("GET", "/state"))) {
            // Given a homeserver that does what it is asked to, and then loses the answer
            run.homeserver.http.next(1, broken.get(0), broken.get(1), Fault.dropsAfter());
            HttpResponse<String> refused = provision();
            assertThat(refused.statusCode()).as("%s", broken).isEqualTo(502);
            assertThat(refused.body()).contains("The homeserver at http://127.0.0.1:", "gives no answer");
            assertThat(run.sql.queryForObject("SELECT count(*) FROM agent_mappings", Integer.class)).isZero();
        }

        // When it is well again
        assertThat(text()).contains("new: mapping\n");

        // Then there is one room
        assertThat(run.homeserver.http.requests("POST", "/createRoom")).hasSize(1);
        run.homeserver.http.next(1, "POST", "/register", Fault.answers(500, "{}"));
        assertThat(provision().body()).contains("The homeserver answered 500");
        assertThat(text()).contains("new: nothing");
    }

    @Test
    void whatTheRowHasIsKept() {
        run.homeserver.user("@agent_old:test.local").room("!old:test.local", "@agent_old:test.local", PERSON);
        run.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password) VALUES (?, 'Old name', '@agent_old:test.local', 'secret-of-old')", bmo);

        assertThat(text()).contains("✅ Old name: ", "as @agent_old:test.local", "new: room, mapping");
        run.sql.update("UPDATE agent_mappings SET room_id = '!old:test.local'");
        assertThat(text()).contains("✅ Old name: !old:test.local ->", "new: nothing", "@ann:test.local is in the room");
        assertThat(run.sql.queryForObject("SELECT matrix_password FROM agent_mappings", String.class)).isEqualTo("secret-of-old");
    }

    @Test
    void aRoomThatTheAgentIsNotInIsNeverReplaced() {
        run.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, room_id) VALUES (?, 'BMO', ?, '', '!other:test.local')", bmo, user);
        run.homeserver.room("!other:test.local", PERSON);

        assertThat(provision().statusCode()).isEqualTo(409);
        assertThat(text()).isEqualTo(user + " is not in room !other:test.local, which the table gives " + bmo + ", and not invited; invite it there, or take that room away with set-room, and run provision again.\n");
        run.homeserver.sendState("!other:test.local", PERSON, "m.room.member", user, "{\"membership\":\"invite\"}");
        assertThat(text()).contains("!other:test.local", "new: nothing");
        assertThat(run.homeserver.http.requests("POST", "/createRoom")).isEmpty();
    }

    @Test
    void anEncryptedRoomIsRefusedAndTheRemedySaid() {
        run.homeserver.encryptRooms(true);
        String refused = text();
        run.homeserver.encryptRooms(false);
        assertThat(refused).contains("is encrypted, and the agent cannot read it; the homeserver encrypts new rooms by itself: switch that off");
        assertThat(run.sql.queryForObject("SELECT count(*) FROM agent_mappings", Integer.class)).isZero();

        // And a later run does not take that room
        assertThat(text()).contains("new: room, mapping");
    }

    @Test
    void whoIsNotThereIsSaidBeforeAnythingIsMade() {
        assertThat(provision("agent-nobody", OWNER).statusCode()).isEqualTo(404);
        assertThat(provision("agent-nobody", OWNER).body()).contains("Letta has no agent agent-nobody; copy the id from Letta");
        assertThat(provision(bmo, "{\"owner\": \"@anm:test.local\"}").body()).contains("The homeserver has no user @anm:test.local; correct the owner.");
        assertThat(provision(bmo, "{}").statusCode()).isEqualTo(422);
        assertThat(provision(bmo, "{\"owner\": \"ann\"}").statusCode()).isEqualTo(422);
        assertThat(provision(bmo, "{\"owner\": \"" + user + "\"}").statusCode()).isEqualTo(422);
        assertThat(provision("..%2F..%2Fhealth", OWNER).statusCode()).isEqualTo(400);
        assertThat(provision("%7B%7Bx%7D%7D", OWNER).statusCode()).isEqualTo(422);
        assertThat(run.homeserver.http.requests("POST", "/register")).noneMatch(request -> request.json().get("username").asText().startsWith("agent_"));
    }

    @Test
    void aPeerThatIsAwayIsNamed() {
        run.letta.down();
        assertThat(provision().statusCode()).isEqualTo(502);
        // Connections from before are tried first, each once; they say less.
        soon().untilAsserted(() -> assertThat(text()).startsWith("Letta at http://127.0.0.1:").contains("gives no answer (Connect to http://127.0.0.1:", "check that it runs, and LETTA_API_URL"));
        run.letta.up();
        run.letta.token("secret-of-letta");
        soon().untilAsserted(() -> assertThat(text()).endsWith("asks for a token (401); set LETTA_TOKEN.\n"));
        run.letta.token(null);
        run.homeserver.down();
        assertThat(text()).startsWith("The homeserver at http://127.0.0.1:").contains("check that it runs, and MATRIX_HOMESERVER_URL");
        run.homeserver.up();
        soon().until(() -> provision().statusCode() == 200);
    }

    @Test
    void aUserOutsideTheRegistrationIsSaidToNeedANewOne() {
        run.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password) VALUES (?, 'BMO', '@bmo:test.local', '')", bmo);
        assertThat(provision().statusCode()).isEqualTo(409);
        assertThat(text()).isEqualTo("The registration that the homeserver has loaded does not hold @bmo:test.local; print the registration anew, let the homeserver load it, and restart the homeserver.\n");
        run.sql.update("UPDATE agent_mappings SET matrix_user_id = '@bmo:other.local'");
        assertThat(text()).contains("@bmo:other.local, of another server than test.local");
    }

    @Test
    void anotherAgentsRoomOrUserIsNeverTaken() {
        run.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password) VALUES ('agent-other', 'Other', ?, '')", user);
        assertThat(provision().statusCode()).isEqualTo(409);
        assertThat(text()).contains(user + " stays with agent-other");
        assertThat(run.homeserver.http.requests("POST", "/createRoom")).hasSize(1);
    }

    private String room() {
        return run.sql.queryForObject("SELECT room_id FROM agent_mappings WHERE agent_id = ?", String.class, bmo);
    }

    private String text() {
        return run.router.http("POST", "/agents/" + bmo + "/provision", OWNER, "Accept", "text/plain").body();
    }

    private HttpResponse<String> provision() {
        return provision(bmo, OWNER);
    }

    private HttpResponse<String> provision(String agentId, String body) {
        return run.router.http("POST", "/agents/" + agentId + "/provision", body);
    }
}
