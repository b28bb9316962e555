package org.matrixletta.router.letta;

import java.util.regex.Pattern;
import org.matrixletta.router.RefusedException;

/**
 * What the router asks Letta for: path and query, below LETTA_API_URL (Letta 0.16.8, server/rest_api/routers/v1).
 *
 * <p>Ids become segments only in the form that Letta's own have, so none can lead to another path; an id that has not is refused.
 *
 * @param path begins with a slash
 * @param query without the question mark; empty if there is none
 */
public record LettaPath(String path, String query) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");

    /** Where a message goes. The form with a slash at its end answers 307. */
    public static LettaPath messages(String agentId) {
        return new LettaPath("/v1/agents/" + id(agentId) + "/messages", "");
    }

    /** The agents that Letta has, oldest first, or those after one of them. The form without the slash at its end answers 307. */
    static LettaPath agents(String after) {
        return new LettaPath("/v1/agents/", "order=asc&limit=100" + (after == null ? "" : "&after=" + id(after)));
    }

    /** What Letta knows of one agent. */
    public static LettaPath agent(String agentId) {
        return new LettaPath("/v1/agents/" + id(agentId), "");
    }

    /** One of the agents: the shortest list that shows whether our token is taken. */
    static LettaPath anyAgent() {
        return new LettaPath("/v1/agents/", "limit=1");
    }

    static LettaPath health() {
        return new LettaPath("/v1/health/", "");
    }

    /** The newest messages of an agent, or those before one of them. */
    static LettaPath history(String agentId, String before) {
        return new LettaPath(messages(agentId).path, "order=desc&limit=100" + (before == null ? "" : "&before=" + id(before)));
    }

    /** The runs of an agent that have not ended. */
    static LettaPath openRuns(String agentId) {
        return new LettaPath("/v1/runs/", "agent_id=" + id(agentId) + "&statuses=created&statuses=running");
    }

    static LettaPath run(String runId) {
        return new LettaPath("/v1/runs/" + id(runId), "");
    }

    static boolean isId(String id) {
        return id != null && ID.matcher(id).matches();
    }

    private static String id(String id) {
        if (!isId(id)) {
            throw new RefusedException(422, "The agent's id cannot be one of Letta's; correct the room's mapping.");
        }
        return id;
    }
}
