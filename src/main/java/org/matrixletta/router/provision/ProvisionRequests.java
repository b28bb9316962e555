package org.matrixletta.router.provision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.matrixletta.router.PathSegment;
import org.matrixletta.router.matrix.UserRegistration;
import org.matrixletta.router.peer.PeerRequest;
import org.springframework.stereotype.Component;

/** What the homeserver is asked so that an agent has a user and a room (Matrix specification, client-server API); each may be asked again. */
@Component("provisionRequests")
class ProvisionRequests {

    private static final String CLIENT = "/_matrix/client/v3";

    private final ObjectMapper json;

    ProvisionRequests(ObjectMapper json) {
        this.json = json;
    }

    public void owner(@Variable("provision") Provision provision, Exchange exchange) {
        PeerRequest.write(exchange, "GET", CLIENT + "/profile/" + PathSegment.encode(provision.owner()), "", null);
    }

    public void register(@Variable("provision") Provision provision, Exchange exchange) throws JsonProcessingException {
        UserRegistration.ask(provision.user(), exchange);
    }

    public void device(@Variable("provision") Provision provision, Exchange exchange) throws JsonProcessingException {
        asAgent(provision, "PUT", "/devices/" + UserRegistration.DEVICE, Map.of("display_name", "matrix-letta-router"), exchange);
    }

    public void displayName(@Variable("provision") Provision provision, Exchange exchange) throws JsonProcessingException {
        asAgent(provision, "PUT", "/profile/" + PathSegment.encode(provision.user()) + "/displayname", Map.of("displayname", provision.name()), exchange);
    }

    /** Enters the stored room, where the user is already in it or invited. */
    public void join(@Variable("provision") Provision provision, Exchange exchange) throws JsonProcessingException {
        asAgent(provision, "POST", "/join/" + PathSegment.encode(provision.storedRoom()), Map.of(), exchange);
    }

    public void joinedRooms(@Variable("provision") Provision provision, Exchange exchange) throws JsonProcessingException {
        asAgent(provision, "GET", "/joined_rooms", null, exchange);
    }

    /** The state of the next room of the search. */
    public void state(@Variable("provision") Provision provision, @Variable("search") RoomSearch search, Exchange exchange) throws JsonProcessingException {
        asAgent(provision, "GET", "/rooms/" + PathSegment.encode(search.advance()) + "/state", null, exchange);
    }

    /** A private room in which the owner may do all that the agent may. Nothing in it asks for encryption. */
    public void room(@Variable("provision") Provision provision, Exchange exchange) throws JsonProcessingException {
        asAgent(provision, "POST", "/createRoom", Map.of("preset", "trusted_private_chat", "name", provision.name(), "invite", List.of(provision.owner()),
                "creation_content", Map.of(RoomState.MADE_FOR, provision.agentId())), exchange);
    }

    public void invite(@Variable("provision") Provision provision, @Variable("room") RoomState room, Exchange exchange) throws JsonProcessingException {
        asAgent(provision, "POST", "/rooms/" + PathSegment.encode(room.roomId()) + "/invite", Map.of("user_id", provision.owner()), exchange);
    }

    private void asAgent(Provision provision, String method, String path, Map<String, Object> body, Exchange exchange) throws JsonProcessingException {
        PeerRequest.write(exchange, method, CLIENT + path, "user_id=" + PathSegment.encode(provision.user()), body == null ? null : json.writeValueAsBytes(body));
    }
}
