package org.matrixletta.router.peer;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Writes a request to a peer into an exchange, in place of whatever the exchange held. */
public final class PeerRequest {

    private PeerRequest() {
    }

    /**
     * Writes the request.
     *
     * @param path below the peer's address; every id in it is one encoded segment
     * @param query without the question mark; empty for none
     * @param json the body; null for none
     */
    public static void write(Exchange exchange, String method, String path, String query, byte[] json) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, method);
        message.setHeader(Exchange.HTTP_PATH, path);
        if (!query.isEmpty()) {
            message.setHeader(Exchange.HTTP_QUERY, query);
        }
        if (json != null) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        }
        message.setBody(json);
    }
}
