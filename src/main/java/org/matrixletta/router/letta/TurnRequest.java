package org.matrixletta.router.letta;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * One message for an agent: the body of POST /v1/agents/{agent_id}/messages (Letta 0.16.8, schemas/letta_request.py).
 *
 * @param otid Letta stores it with the message, so that the message can be found again
 * @param text what the agent reads; U+0000 and halves of surrogate pairs, on which Letta hangs, become U+FFFD
 */
public record TurnRequest(String otid, String text) {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int REPLACEMENT = 0xFFFD;

    public TurnRequest {
        text = text.codePoints().map(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    /** The request for an event; a retry has the same otid, a replay another. */
    public static TurnRequest of(String eventId, int generation, String text) {
        return new TurnRequest(otid(eventId, generation), text);
    }

    /** The otid of an event: a UUID of version 8 (RFC 9562, section 5.8) out of its id and generation. */
    public static String otid(String eventId, int generation) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest((eventId + "/" + generation).getBytes(StandardCharsets.UTF_8));
            ByteBuffer halves = ByteBuffer.wrap(hash);
            return new UUID(halves.getLong() & ~0xF000L | 0x8000L, halves.getLong() & ~(3L << 62) | 2L << 62).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The body as JSON in UTF-8. */
    public byte[] body() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart("messages");
            json.writeStartObject();
            json.writeStringField("role", "user");
            json.writeStringField("content", text);
            json.writeStringField("otid", otid);
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
