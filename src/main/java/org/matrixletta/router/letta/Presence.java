package org.matrixletta.router.letta;

import java.util.Map;

/** Whether Letta has an agent. */
public enum Presence {

    /** It has. */
    PRESENT,
    /** It says so itself that it has not. */
    GONE,
    /** It does not say. */
    UNKNOWN;

    /**
     * Judges the answer to a GET of {@link LettaPath#agent}.
     *
     * @param agentId the agent that was asked for
     * @param status the HTTP status
     * @param body the body; null if there is none
     */
    public static Presence of(String agentId, int status, byte[] body) {
        if (body == null || body.length > LettaAnswer.LONGEST_BODY) {
            return UNKNOWN;
        }
        if (status / 100 == 2) {
            Map<String, String> agent = LettaJson.whole(body, LettaJson::texts);
            return agent != null && agentId.equals(agent.get("id")) ? PRESENT : UNKNOWN;
        }
        return status == 404 && LettaError.read(body).isAbsenceOf(agentId) ? GONE : UNKNOWN;
    }
}
