package org.matrixletta.router.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.matrixletta.router.PathSegment;
import org.matrixletta.router.Settings;
import org.matrixletta.router.matrix.SendOutcome;
import org.springframework.stereotype.Component;

/** The requests by which an event gets into its room (Matrix specification, client-server API, sending events to a room). */
@Component("replyRequests")
class ReplyRequests {

    /** The device of every user that the router speaks as: with one, a homeserver knows a repeated transaction id even after a restart. */
    static final String DEVICE = "MATRIXLETTAROUTER";
    /** The step of an event whose user can have no device. */
    static final String WITHOUT_DEVICE = "WITHOUT_DEVICE";

    private static final String CLIENT = "/_matrix/client/v3";

    private final Settings settings;
    private final ObjectMapper json;

    ReplyRequests(Settings settings, ObjectMapper json) {
        this.settings = settings;
        this.json = json;
    }

    /** Posts the event. */
    public void send(@Variable("reply") Reply reply, Exchange exchange) {
        String device = reply.hasDone(WITHOUT_DEVICE) ? "" : "&device_id=" + DEVICE;
        request(exchange, "PUT", "/rooms/" + PathSegment.encode(reply.roomId()) + "/send/m.room.message/" + PathSegment.encode(reply.txnId()),
                asUser(reply) + device, reply.content().getBytes(StandardCharsets.UTF_8));
    }

    /** Reads the room's newest events, as the user that posts. */
    public void recall(@Variable("reply") Reply reply, Exchange exchange) {
        request(exchange, "GET", "/rooms/" + PathSegment.encode(reply.roomId()) + "/messages", "dir=b&limit=100&" + asUser(reply), null);
    }

    /** Does what the send lacks: joins the room, or makes the user or its device known. */
    public void prepare(@Variable("reply") Reply reply, @Variable("outcome") SendOutcome outcome, Exchange exchange) throws JsonProcessingException {
        switch (outcome.kind()) {
            case JOIN -> request(exchange, "POST", "/join/" + PathSegment.encode(reply.roomId()), asUser(reply), "{}".getBytes(StandardCharsets.UTF_8));
            case REGISTER -> request(exchange, "POST", "/register", "", json.writeValueAsBytes(Map.of("type", "m.login.application_service",
                    "username", reply.sender().substring(1, reply.sender().indexOf(':')), "inhibit_login", true)));
            case DEVICE -> request(exchange, "PUT", "/devices/" + DEVICE, asUser(reply), json.writeValueAsBytes(Map.of("display_name", "matrix-letta-router")));
            default -> throw new IllegalArgumentException("a send that needs no step: " + outcome.kind());
        }
    }

    private static String asUser(Reply reply) {
        return "user_id=" + PathSegment.encode(reply.sender());
    }

    private static void request(Exchange exchange, String method, String path, String query, byte[] body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, method);
        message.setHeader(Exchange.HTTP_PATH, CLIENT + path);
        if (!query.isEmpty()) {
            message.setHeader(Exchange.HTTP_QUERY, query);
        }
        if (body != null) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        }
        message.setBody(body);
    }
}
