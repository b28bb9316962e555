package org.matrixletta.router.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.matrixletta.router.PathSegment;
import org.matrixletta.router.matrix.SendOutcome;
import org.matrixletta.router.matrix.UserRegistration;
import org.springframework.stereotype.Component;

/** The requests by which an event gets into its room (Matrix specification, client-server API, sending events to a room). */
@Component("replyRequests")
class ReplyRequests {

    private static final String DEVICE_NAME = "matrix-letta-router";
    private static final String SERVICE = "m.login.application_service";
    private static final String CLIENT = "/_matrix/client/v3";

    private final Instance instance;
    private final ObjectMapper json;

    ReplyRequests(Instance instance, ObjectMapper json) {
        this.instance = instance;
        this.json = json;
    }

    /**
     * Posts the event.
     *
     * @throws LeaseException if the lease is too short for that
     */
    public void send(@Variable("reply") Reply reply, Exchange exchange) {
        String device = reply.has(Step.WITHOUT_DEVICE) ? "" : "&device_id=" + UserRegistration.DEVICE;
        request(exchange, "PUT", "/rooms/" + PathSegment.encode(reply.roomId()) + "/send/m.room.message/" + PathSegment.encode(reply.txnId()),
                asUser(reply.sender()) + device, reply.content().getBytes(StandardCharsets.UTF_8));
        instance.require(reply.owner());
    }

    /** Shows that a user types, or does not any more. */
    void type(Typing.Sign sign, Exchange exchange) {
        String body = sign.milliseconds() == 0 ? "{\"typing\":false}" : "{\"typing\":true,\"timeout\":" + sign.milliseconds() + "}";
        request(exchange, "PUT", "/rooms/" + PathSegment.encode(sign.roomId()) + "/typing/" + PathSegment.encode(sign.userId()), asUser(sign.userId()), body.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads the next page of what the event's user wrote into the room. */
    public void recall(@Variable("recall") Recall recall, Exchange exchange) throws JsonProcessingException {
        String filter = json.writeValueAsString(Map.of("types", List.of("m.room.message"), "senders", List.of(recall.reply().sender())));
        request(exchange, "GET", "/rooms/" + PathSegment.encode(recall.reply().roomId()) + "/messages", "dir=b&limit=100&" + asUser(recall.reader())
                + "&filter=" + PathSegment.encode(filter) + (recall.from() == null ? "" : "&from=" + PathSegment.encode(recall.from())), null);
    }

    /**
     * Takes the step that the send lacks: joins the room, or makes the user or its device known.
     *
     * @throws LeaseException if the lease is too short for that
     */
    public void prepare(@Variable("reply") Reply reply, @Variable("outcome") SendOutcome outcome, Exchange exchange) throws JsonProcessingException {
        String localpart = reply.sender().substring(1, reply.sender().indexOf(':'));
        switch (reply.lacks(outcome.kind())) {
            case JOIN -> request(exchange, "POST", "/join/" + PathSegment.encode(reply.roomId()), asUser(reply.sender()), "{}".getBytes(StandardCharsets.UTF_8));
            case REGISTER -> request(exchange, "POST", "/register", "", json.writeValueAsBytes(Map.of("type", SERVICE, "username", localpart, "inhibit_login", true)));
            case DEVICE -> request(exchange, "PUT", "/devices/" + UserRegistration.DEVICE, asUser(reply.sender()), json.writeValueAsBytes(Map.of("display_name", DEVICE_NAME)));
            // The access token that it answers with is of no use here, and forgotten.
            case LOGIN -> request(exchange, "POST", "/login", "", json.writeValueAsBytes(Map.of("type", SERVICE, "identifier", Map.of("type", "m.id.user", "user", localpart),
                    "device_id", UserRegistration.DEVICE, "initial_device_display_name", DEVICE_NAME)));
            default -> throw new IllegalArgumentException("a send that needs no step: " + outcome.kind());
        }
        instance.require(reply.owner());
    }

    private static String asUser(String user) {
        return "user_id=" + PathSegment.encode(user);
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
