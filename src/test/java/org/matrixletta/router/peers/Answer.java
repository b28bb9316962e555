package org.matrixletta.router.peers;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What a peer answers to one request. */
public record Answer(int status, Map<String, String> headers, byte[] body) {

    /** No answer at all: the connection is closed. */
    public static final Answer DROPPED = new Answer(0, Map.of(), new byte[0]);

    /** An answer of JSON, or of what claims to be. */
    public static Answer json(int status, String body) {
        return new Answer(status, Map.of("Content-Type", "application/json"), body.getBytes(StandardCharsets.UTF_8));
    }

    /** A Matrix error (Matrix spec, Client-Server API, "Standard error response"). */
    public static Answer matrix(int status, String code, String error) {
        return json(status, Json.object().put("errcode", code).put("error", error).toString());
    }

    /** The same with one more header, such as {@code Retry-After}. */
    public Answer with(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new Answer(status, more, body);
    }
}
