package org.matrixletta.router.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.stream.StreamSupport;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** Which rooms the bot is in (Matrix specification, client-server API, room membership). */
@Component("roomRequests")
class RoomRequests {

    private final ObjectMapper json;

    RoomRequests(ObjectMapper json) {
        this.json = json;
    }

    /** The request; without an asserted user it is the bot's own. */
    public void joined(Exchange exchange) {
        Message message = exchange.getMessage();
        message.setHeader(Exchange.HTTP_METHOD, "GET");
        message.setHeader(Exchange.HTTP_PATH, "/_matrix/client/v3/joined_rooms");
        message.setBody(null);
    }

    /** The rooms, or null where the homeserver did not say: unknown is not none. */
    public String[] read(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        if (status == null || status != 200) {
            return null;
        }
        JsonNode rooms = json.readTree(message.getBody(byte[].class)).path("joined_rooms");
        return rooms.isArray() ? StreamSupport.stream(rooms.spliterator(), false).map(JsonNode::asText).toArray(String[]::new) : null;
    }
}
