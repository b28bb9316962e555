package org.matrixletta.router.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.stream.StreamSupport;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Which rooms the bot is in (Matrix specification, client-server API, room membership). */
@Component("roomRequests")
class RoomRequests {

    private static final Logger log = LoggerFactory.getLogger("rooms");

    private final ObjectMapper json;
    private boolean isUnknown;

    RoomRequests(ObjectMapper json) {
        this.json = json;
    }

    /** The request. */
    public void joined(Exchange exchange) {
        HomeserverRequest.joinedRooms().write(exchange);
    }

    /** The rooms, or null where the homeserver did not say: unknown is not none. */
    public String[] read(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        JsonNode rooms = status != null && status == 200 ? json.readTree(message.getBody(byte[].class)).path("joined_rooms") : null;
        if (rooms == null || !rooms.isArray()) {
            unknown("the homeserver answered " + status);
            return null;
        }
        known();
        return StreamSupport.stream(rooms.spliterator(), false).map(JsonNode::asText).toArray(String[]::new);
    }

    /** There is no answer, or none that can be read; the rooms are as unknown as before. */
    public String[] failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        unknown(SendOutcome.of(failure).reason());
        return null;
    }

    private synchronized void known() {
        if (isUnknown) {
            isUnknown = false;
            log.info("✅ Which rooms the bot is in is known again");
        }
    }

    private synchronized void unknown(String reason) {
        if (!isUnknown) {
            isUnknown = true;
            log.warn("⚠️ Which rooms the bot is in is not known: {}; check that the homeserver runs and has loaded our registration, and MATRIX_HOMESERVER_URL. Messages in rooms without a mapping wait.", reason);
        }
    }
}
