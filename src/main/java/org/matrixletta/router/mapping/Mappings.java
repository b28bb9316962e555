package org.matrixletta.router.mapping;

import org.matrixletta.router.Printable;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Headers;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** The shapes of the API's requests and answers about single mappings, which are the old system's. */
@Component("mappings")
class Mappings {

    private static final List<String> CRITERIA = List.of("room_id", "agent_id", "user_id");

    private final ObjectMapper json;
    private final Settings settings;

    Mappings(ObjectMapper json, Settings settings) {
        this.json = json;
        this.settings = settings;
    }

    /** The rows of find-mappings.sql as a list, or as the answer to a search. */
    MappingList list(@Body List<Map<String, Object>> rows, @Headers Map<String, Object> headers) {
        String criterion = CRITERIA.stream().filter(headers::containsKey).findFirst().orElse(null);
        String otherwise = settings.defaultAgent().isEmpty() ? "will be ignored" : "will use default agent (" + settings.defaultAgent() + ")";
        return new MappingList(rows, criterion, otherwise);
    }

    /** The answer of GET /agents/{agent_id}/room. */
    Report room(@Body List<Map<String, Object>> rows, @Header("agent_id") String agentId) {
        if (rows.isEmpty()) {
            throw new RefusedException(404, "Agent " + Printable.line(agentId) + " not found in mappings");
        }
        Map<String, Object> row = rows.get(0);
        if (row.get("room_id") == null) {
            throw new RefusedException(404, "Agent " + Printable.line(agentId) + " does not have a room created yet");
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("success", true);
        for (String key : List.of("agent_id", "agent_name", "room_id", "matrix_user_id", "room_created", "invitation_status")) {
            answer.put(key, row.get(key));
        }
        return new Answer(answer, Printable.line((String) row.get("room_id")) + "\n");
    }

    /** The answer of a change of one mapping: the mapping as it stands now. */
    Report changed(@Body List<Map<String, Object>> rows, @Header("agent_id") String agentId, @Variable("edit") JsonNode edit) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("success", true);
        answer.put("agent_id", agentId);
        if (edit != null && edit.isEmpty()) {
            answer.put("message", "No fields to update");
        }
        answer.put("mapping", rows.isEmpty() ? null : rows.get(0));
        String text = rows.isEmpty() ? "🗑️  Deleted " + Printable.line(agentId) + "\n" : "✅ " + new MappingList(rows, null, null).text();
        return new Answer(answer, text);
    }

    /** The answer of POST /webhook/new-agent. */
    Report triggered(@Variable("newAgent") JsonNode request) {
        String agentId = request.path("agent_id").asText();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("success", true);
        answer.put("message", "Triggered sync for new agent: " + Printable.line(agentId));
        answer.put("timestamp", request.path("timestamp").isMissingNode() ? Instant.now().toString() : request.get("timestamp"));
        return new Answer(answer, answer.get("message") + "\n");
    }

    /**
     * The body as a JSON object.
     *
     * @throws RefusedException if it is none
     */
    JsonNode object(@Body InputStream body) throws IOException {
        try {
            JsonNode node = body == null ? null : json.reader().with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).readTree(body);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            // Jackson's words would repeat what was sent, which may be a password; the sentence below says enough.
            throw new RefusedException(422, "The body is not valid JSON, or holds a key twice; send one object.");
        }
        throw new RefusedException(422, "The body is not a JSON object; send one like {\"room_id\": …}.");
    }

    /** A change of one mapping as a file of one entry, so that it is judged as every entry is. */
    InputStream asFile(@Variable("edit") JsonNode edit, @Header("agent_id") String agentId) throws IOException {
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        file.set(agentId, edit);
        return new ByteArrayInputStream(json.writeValueAsBytes(file));
    }

    /**
     * Stops a change that cannot be made as asked.
     *
     * @param ifMatch not null where only a stored mapping may be changed
     * @throws RefusedException 409 if another agent keeps the room or user, 422 if the entry itself is wrong, 404 for a change of what is not there
     */
    void judge(@Variable("lines") List<Map<String, Object>> lines, @Header("If-Match") String ifMatch, @Header("agent_id") String agentId) {
        for (Map<String, Object> line : lines) {
            if (ifMatch != null && !Boolean.TRUE.equals(line.get("is_stored"))) {
                throw new RefusedException(404, "Agent " + Printable.line(agentId) + " not found");
            }
            if (line.get("action").equals("rejected")) {
                String reason = (String) line.get("reason");
                throw new RefusedException(reason.contains(" stays with ") ? 409 : 422, Printable.line(agentId + ": " + reason) + ".");
            }
        }
    }

    /** Stops the deletion of what is not there. */
    void refuseMissing(@Variable("counts") Map<String, Object> counts, @Header("agent_id") String agentId) {
        if (((Number) counts.get("deleted")).longValue() == 0) {
            throw new RefusedException(404, "Agent " + Printable.line(agentId) + " not found");
        }
    }

    /** An answer that is nothing but itself. */
    record Answer(Map<String, Object> content, String text) implements Report {

        @Override
        public Object json() {
            return content;
        }

        @Override
        public int exitCode() {
            return 0;
        }
    }
}
