package org.matrixletta.router.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.matrixletta.router.RefusedException;

/**
 * What the homeserver answered (Matrix specification, client-server API, standard error response).
 *
 * @param status the HTTP status
 * @param bytes the body
 */
public record MatrixAnswer(int status, byte[] bytes) {

    private static final int BAD_GATEWAY = 502;
    private static final ObjectReader JSON = new ObjectMapper().reader();

    /** The answer that the exchange holds. */
    public static MatrixAnswer of(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        return new MatrixAnswer(exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class), body == null ? new byte[0] : body);
    }

    /** Whether what was asked is done. */
    public boolean isDone() {
        return status / 100 == 2;
    }

    /** Whether it is refused for this reason. */
    public boolean isRefused(String errcode) {
        return !isDone() && json().path("errcode").asText().equals(errcode);
    }

    /** The body; a missing node if it is no JSON. */
    public JsonNode json() {
        try {
            return JSON.readTree(bytes);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /**
     * Fails unless what was asked is done.
     *
     * @param what what was to be done, for the sentence that says why it is not
     */
    public void require(String what) {
        if (!isDone()) {
            throw refusal(what);
        }
    }

    /** Why what was asked is not done. */
    public RefusedException refusal(String what) {
        return new RefusedException(BAD_GATEWAY, what + ": " + SendOutcome.of(status, null, bytes, Instant.EPOCH).reason() + ".");
    }
}
