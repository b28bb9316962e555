package org.matrixletta.router.provision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.Set;

/**
 * What the state of a room says about an agent (Matrix specification, client-server API, getting events for a room).
 *
 * @param roomId the room
 * @param creator who made it
 * @param madeFor the id of the agent that it was made for; empty if it was not made by {@code provision}
 * @param isEncrypted whether its messages are encrypted
 * @param membership the owner's membership; empty if the owner has none
 */
record RoomState(String roomId, String creator, String madeFor, boolean isEncrypted, String membership) {

    /** The key of the room's creation content that names the agent: made with the room, and unchangeable, it outlives a run that ends before anything is written down. */
    static final String MADE_FOR = "org.matrixletta.agent";

    private static final ObjectReader EVENTS = new ObjectMapper().readerFor(JsonNode.class);

    /** Reads the list of state events, one at a time: a room may have thousands of members. */
    static RoomState read(String roomId, String owner, byte[] events) throws IOException {
        String creator = "";
        String madeFor = "";
        boolean isEncrypted = false;
        String membership = "";
        try (MappingIterator<JsonNode> each = EVENTS.readValues(events)) {
            while (each.hasNext()) {
                JsonNode event = each.next();
                JsonNode content = event.path("content");
                switch (event.path("type").asText()) {
                    case "m.room.create" -> {
                        creator = event.path("sender").asText();
                        madeFor = content.path(MADE_FOR).asText();
                    }
                    case "m.room.encryption" -> isEncrypted = true;
                    case "m.room.member" -> membership = event.path("state_key").asText().equals(owner) ? content.path("membership").asText() : membership;
                    default -> { }
                }
            }
        }
        return new RoomState(roomId, creator, madeFor, isEncrypted, membership);
    }

    /** Whether an earlier run made it for this agent, and the agent can read in it. */
    boolean isReadyFor(Provision provision) {
        return creator.equals(provision.user()) && madeFor.equals(provision.agentId()) && !isEncrypted;
    }

    /** Whether the owner has to be invited. */
    public boolean needsOwner() {
        return !Set.of("join", "invite").contains(membership);
    }
}
