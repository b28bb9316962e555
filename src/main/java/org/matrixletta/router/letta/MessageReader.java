package org.matrixletta.router.letta;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads messages from the token stream. What has another type or form than known is passed over, for Letta adds to both. */
final class MessageReader {

    private static final String WRITES_TO_AN_AGENT = "matrix_agent_message";

    private String type;
    private String id;
    private String date;
    private String otid;
    private String runId;
    private String text;
    private String status;
    private String callId;
    private List<Message.Sent> sent = List.of();
    private List<Message.Sent> sentByTheOldKey = List.of();
    private final List<String> failedCalls = new ArrayList<>();

    private MessageReader() {
    }

    /** What the parser stands on, as a message; one without any part if it is no object. */
    static Message read(JsonParser json) throws IOException {
        MessageReader reader = new MessageReader();
        if (json.currentToken() == JsonToken.START_OBJECT) {
            reader.readFields(json);
        } else {
            json.skipChildren();
        }
        return reader.message();
    }

    private void readFields(JsonParser json) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "message_type" -> type = LettaJson.text(json);
                case "id" -> id = LettaJson.text(json);
                case "date" -> date = LettaJson.text(json);
                case "otid" -> otid = LettaJson.text(json);
                case "run_id" -> runId = LettaJson.text(json);
                case "content" -> text = readContent(json);
                case "tool_call" -> sentByTheOldKey = readCalls(json);
                case "tool_calls" -> sent = readCalls(json);
                case "status" -> status = LettaJson.text(json);
                case "tool_call_id" -> callId = LettaJson.text(json);
                case "tool_returns" -> readReturns(json);
                default -> json.skipChildren();
            }
        }
        addIfFailed(status, callId);
    }

    private Message message() {
        return new Message(type, id, LettaJson.date(date), otid, runId, "assistant_message".equals(type) ? text : null,
                sent.isEmpty() ? sentByTheOldKey : sent, List.copyOf(failedCalls));
    }

    /** Content is a text, or a list of parts of which some are texts. */
    private static String readContent(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            return LettaJson.text(json);
        }
        return LettaJson.list(json, LettaJson::texts).stream().filter(part -> "text".equals(part.get("type"))).map(part -> part.getOrDefault("text", ""))
                .filter(part -> !part.isEmpty()).collect(Collectors.joining("\n"));
    }

    private static List<Message.Sent> readCalls(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.START_ARRAY) {
            return LettaJson.list(json, MessageReader::readCall);
        }
        Message.Sent call = readCall(json);
        return call == null ? List.of() : List.of(call);
    }

    private static Message.Sent readCall(JsonParser json) throws IOException {
        Map<String, String> call = LettaJson.texts(json);
        if (!WRITES_TO_AN_AGENT.equals(call.get("name")) || !call.containsKey("arguments")) {
            return null;
        }
        // The arguments are JSON in a text, written by a language model.
        Map<String, String> arguments = LettaJson.whole(call.get("arguments").getBytes(StandardCharsets.UTF_8), LettaJson::texts);
        String message = arguments == null ? null : arguments.get("message");
        return message == null || message.isBlank() ? null : new Message.Sent(call.get("tool_call_id"), message);
    }

    private void readReturns(JsonParser json) throws IOException {
        List<Map<String, String>> returns = LettaJson.list(json, LettaJson::texts);
        if (returns != null) {
            returns.forEach(result -> addIfFailed(result.get("status"), result.get("tool_call_id")));
        }
    }

    private void addIfFailed(String status, String callId) {
        if ("error".equals(status) && callId != null) {
            failedCalls.add(callId);
        }
    }
}
