package org.matrixletta.router.letta;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * The body of an answer that is none: {@code {"detail": …}} or {@code {"error": {"type": …}}} (Letta 0.16.8, server/rest_api/app.py).
 * Its words are compared, never repeated: a detail may quote the message.
 *
 * @param detail the detail where it is a text, else empty
 * @param code the code of a detail that is an object, else empty
 * @param type the error's type, or empty
 * @param runId the run that stands in the way, or empty
 */
record LettaError(String detail, String code, String type, String runId) {

    static final LettaError NONE = new LettaError("", "", "", "");

    private static final Pattern WORD = Pattern.compile("[a-z0-9_]{1,60}");

    /** Reads a body; {@link #NONE} if it is no error of Letta's. */
    static LettaError read(byte[] body) {
        LettaError error = LettaJson.whole(body, LettaError::readObject);
        return error == null ? NONE : error;
    }

    private static LettaError readObject(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return NONE;
        }
        String detail = "";
        String code = "";
        String type = "";
        String runId = "";
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            boolean isText = json.nextToken() == JsonToken.VALUE_STRING;
            switch (key) {
                case "detail" -> {
                    detail = isText ? json.getText() : "";
                    code = isText ? "" : LettaJson.texts(json).getOrDefault("code", "");
                }
                case "error" -> type = isText ? "" : LettaJson.texts(json).getOrDefault("type", "");
                case "run_id" -> runId = isText ? json.getText() : "";
                default -> json.skipChildren();
            }
        }
        return new LettaError(detail, code, type, runId);
    }

    /** Whether the type is a plain word that can be shown. */
    boolean isWord() {
        return WORD.matcher(type).matches();
    }

    /** Whether this says that there is no such agent, in the words of either of Letta's handlers. */
    boolean isAbsenceOf(String agentId) {
        return detail.equals("Agent with ID " + agentId + " not found") || detail.equals("Agent not found");
    }

    /** Whether a tool call waits for a person: the code, or the words that Letta's other handler of the same error answers with. */
    boolean isPendingApproval() {
        return code.equals("PENDING_APPROVAL") || detail.contains("waiting for approval");
    }

    /** Whether the agent works on another request. */
    boolean namesARun() {
        return !runId.isBlank();
    }
}
