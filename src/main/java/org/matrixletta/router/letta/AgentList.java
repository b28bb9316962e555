package org.matrixletta.router.letta;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which agents Letta has (GET /v1/agents/ of Letta 0.16.8), read page by page: says what to GET, and takes the answers.
 *
 * <p>Only a whole list that is not empty says anything: a Letta with another database, or one behind a wrong address, lists none.
 * Even then an agent that it lacks may be there, as Letta leaves hidden ones out.
 */
public final class AgentList {

    private final Map<String, String> names = new LinkedHashMap<>();
    private String last;
    private boolean isOver;
    private String unknown;

    /** What to GET next; null when the list is over. */
    public LettaPath next() {
        return isOver ? null : LettaPath.agents(last);
    }

    /** Whether there is nothing more to GET. */
    public boolean isOver() {
        return isOver;
    }

    /** The agents' names by id; empty where nothing is known. */
    public Map<String, String> names() {
        return unknown == null ? names : Map.of();
    }

    /** Why nothing is known, in a few words; null if the list is whole. */
    public String unknown() {
        return unknown;
    }

    /**
     * Takes the answer to what {@link #next} named.
     *
     * @param status the HTTP status
     * @param body the body; null if there is none
     */
    public void answered(int status, byte[] body) {
        List<Agent> page = status / 100 == 2 && body != null && body.length <= LettaAnswer.LONGEST_BODY ? LettaJson.whole(body, json -> LettaJson.list(json, Agent::read)) : null;
        if (page == null) {
            failed(status / 100 == 2 ? "Letta's list of agents could not be read" : "Letta answered " + status + " when it was asked for its agents");
            return;
        }
        int before = names.size();
        page.forEach(agent -> names.put(agent.id(), agent.name()));
        // A page may be shorter than was asked for, so only one that brings nothing new is the last.
        isOver = names.size() == before;
        last = page.isEmpty() ? last : page.get(page.size() - 1).id();
        if (isOver && names.isEmpty()) {
            failed("Letta lists no agent at all");
        }
    }

    /** Ends the list for this reason: nothing is known. */
    public void failed(String reason) {
        unknown = reason;
        isOver = true;
    }

    private record Agent(String id, String name) {

        /** The agent that the parser stands on; null for what has no id of Letta's. */
        static Agent read(JsonParser json) throws IOException {
            Map<String, String> texts = LettaJson.texts(json);
            return LettaPath.isId(texts.get("id")) ? new Agent(texts.get("id"), texts.getOrDefault("name", "")) : null;
        }
    }
}
