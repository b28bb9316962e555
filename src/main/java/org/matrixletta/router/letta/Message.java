package org.matrixletta.router.letta;

import java.time.Instant;
import java.util.List;

/**
 * One message of an agent's history, reduced to what the router reads (Letta 0.16.8, schemas/letta_message.py). Every part but the
 * lists may be null.
 *
 * @param date when, to the second
 * @param text what an assistant message says; the parts of a list of parts are lines of it
 * @param sent what the message wrote to other agents
 * @param failedCalls the ids of the tool calls that it reports as failed
 */
record Message(String type, String id, Instant date, String otid, String runId, String text, List<Sent> sent, List<String> failedCalls) {

    /** A tool call that wrote to another agent. */
    record Sent(String callId, String text) {
    }

    boolean isAnswer() {
        return text != null && !text.isBlank();
    }

    boolean callsTools() {
        return "tool_call_message".equals(type);
    }

    boolean isQuestion() {
        return "user_message".equals(type);
    }

    boolean asksForApproval() {
        return "approval_request_message".equals(type);
    }

    boolean isApproval() {
        return "approval_response_message".equals(type);
    }
}
