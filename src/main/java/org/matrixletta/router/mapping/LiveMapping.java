package org.matrixletta.router.mapping;

import java.util.Map;

/**
 * A stored mapping that the peers are asked about: a row of list-live.sql.
 *
 * @param agentId the agent
 * @param name its name
 * @param user its Matrix user
 * @param room its room; null if it has none
 */
record LiveMapping(String agentId, String name, String user, String room) {

    static LiveMapping of(Map<String, Object> row) {
        return new LiveMapping((String) row.get("agent_id"), (String) row.get("agent_name"), (String) row.get("matrix_user_id"), (String) row.get("room_id"));
    }

    /** What was found out about it. */
    Finding finding(Finding.Kind kind, String said) {
        return new Finding(kind, agentId, name, null, null, said);
    }
}
