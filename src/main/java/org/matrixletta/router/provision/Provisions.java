package org.matrixletta.router.provision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.apache.camel.support.SynchronizationAdapter;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.matrixletta.router.Settings;
import org.matrixletta.router.letta.LettaReads;
import org.matrixletta.router.matrix.UserId;
import org.springframework.stereotype.Component;

/** The runs that give an agent its user and room: one at a time for each agent, or there would be two rooms. */
@Component("provisions")
class Provisions {

    private static final int CONFLICT = 409;
    private static final int INVALID = 422;

    private final Settings settings;
    private final LettaReads letta;
    private final ObjectMapper json;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    Provisions(Settings settings, LettaReads letta, ObjectMapper json) {
        this.settings = settings;
        this.letta = letta;
        this.json = json;
    }

    /**
     * Begins a run, if the settings allow it.
     *
     * @throws RefusedException if they do not, or if there is such a run already
     */
    public void begin(@Header("agent_id") String agentId, Exchange exchange) {
        List<String> faults = settings.faultsOfProvision();
        if (!faults.isEmpty()) {
            throw new RefusedException(CONFLICT, String.join("\n", faults));
        }
        if (!underWay.add(agentId)) {
            throw new RefusedException(CONFLICT, "Agent " + Printable.line(agentId) + " is being provided for just now; run provision again in a moment.");
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                underWay.remove(agentId);
            }
        });
    }

    /**
     * The owner that the request names.
     *
     * @throws RefusedException if it names none who can be invited
     */
    public String owner(@Variable("request") JsonNode request) {
        String owner = request.path("owner").asText();
        if (!UserId.isOne(owner) || owner.equals(settings.botUser())) {
            throw new RefusedException(INVALID, "owner is no Matrix user who could be invited; name one like @you:" + settings.matrixServerName() + ".");
        }
        return owner;
    }

    /** Asks Letta for the agent. */
    public void askAgent(@Variable("agentId") String agentId, Exchange exchange) {
        letta.askAgent(agentId, exchange);
    }

    /**
     * What the agent is to have, by its row if there is one and by what Letta answered.
     *
     * @throws RefusedException if Letta does not have the agent, or it cannot have a user here
     */
    public Provision provision(@Variable("agentId") String agentId, @Variable("owner") String owner, @Variable("rows") List<Map<String, Object>> rows, Exchange exchange) {
        String name = letta.name(agentId, exchange);
        Map<String, Object> row = rows.isEmpty() ? Map.of("agent_name", name, "matrix_user_id", "@" + AgentUser.localpart(settings.matrixAgentPrefix(), agentId) + ":" + settings.matrixServerName()) : rows.get(0);
        String user = (String) row.get("matrix_user_id");
        if (!UserId.isOne(user)) {
            throw new RefusedException(INVALID, "The id of agent " + Printable.line(agentId) + " is too long for a Matrix user; write its mapping with upsert and a user of your choice.");
        }
        if (!user.endsWith(":" + settings.matrixServerName())) {
            throw new RefusedException(CONFLICT, "The Matrix user of agent " + Printable.line(agentId) + " is " + Printable.line(user) + ", of another server than " + settings.matrixServerName()
                    + "; give it one of this server with upsert, and run provision again.");
        }
        if (user.equals(owner)) {
            throw new RefusedException(INVALID, "owner is the agent's own Matrix user; name a person.");
        }
        return new Provision(agentId, (String) row.get("agent_name"), user, owner, (String) row.get("room_id"));
    }

    /** The mapping as it is written: what the row has already stays. */
    public InputStream mapping(@Variable("provision") Provision provision, @Variable("room") RoomState room, @Variable("rows") List<Map<String, Object>> rows) throws JsonProcessingException {
        Map<String, Object> mapping = rows.isEmpty()
                ? Map.of("agent_name", provision.name(), "matrix_user_id", provision.user(), "room_id", room.roomId(), "room_created", true, "invitation_status", Map.of(provision.owner(), "invited"))
                : Map.of("room_id", room.roomId(), "room_created", true);
        return new ByteArrayInputStream(json.writeValueAsBytes(mapping));
    }

    /** What the agent has now, and what of it this run has made. */
    public Report report(@Variable("provision") Provision provision, @Variable("room") RoomState room, @Variable("userIsNew") boolean userIsNew, @Variable("hasDevice") boolean hasDevice,
            @Variable("roomIsNew") Boolean roomIsNew) {
        return new ProvisionReport(provision, room, userIsNew, hasDevice, roomIsNew != null);
    }
}
