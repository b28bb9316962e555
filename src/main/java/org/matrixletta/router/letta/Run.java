package org.matrixletta.router.letta;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One run of an agent (Letta 0.16.8, schemas/run.py). Every part may be null.
 *
 * @param stopReason why it ended
 */
record Run(String id, String agentId, String status, String stopReason, Instant createdAt) {

    private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");

    /** The run of a body; null if there is none. */
    static Run read(byte[] body) {
        return LettaJson.whole(body, Run::readObject);
    }

    /** The runs of a list; null if the body is no list. */
    static List<Run> readList(byte[] body) {
        return LettaJson.whole(body, json -> LettaJson.list(json, Run::readObject));
    }

    private static Run readObject(JsonParser json) throws IOException {
        Map<String, String> run = LettaJson.texts(json);
        return new Run(run.get("id"), run.get("agent_id"), run.get("status"), run.get("stop_reason"), LettaJson.date(run.get("created_at")));
    }

    /** Whether it may still act; a status that is not known is no end. */
    boolean isOpen() {
        return status == null || !ENDED.contains(status);
    }

    /** Whether it may be the run of an attempt: Letta's filters are not relied on. */
    boolean mayBelongTo(Attempt attempt) {
        return isOpen() && (agentId == null || agentId.equals(attempt.agentId())) && attempt.mayOwn(createdAt) && !attempt.isDead(createdAt);
    }

    /** What it ended with, as a stop reason: one that was cancelled keeps an earlier reason, one that failed often has none. */
    String ending() {
        return switch (status) {
            case "completed" -> stopReason == null ? "end_turn" : stopReason;
            case "cancelled" -> "cancelled";
            default -> Outcome.isFailure(stopReason) ? stopReason : "error";
        };
    }
}
