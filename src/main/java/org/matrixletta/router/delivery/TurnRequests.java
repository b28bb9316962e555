package org.matrixletta.router.delivery;

import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.letta.Envelope;
import org.matrixletta.router.letta.LettaPath;
import org.matrixletta.router.letta.TurnRequest;
import org.matrixletta.router.matrix.EventText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The request by which an agent is asked (Letta's REST API, send message). */
@Component("turnRequests")
class TurnRequests {

    private static final Logger log = LoggerFactory.getLogger("delivery");

    private final Instance instance;

    TurnRequests(Instance instance) {
        this.instance = instance;
    }

    /**
     * Writes the request of a turn: what the person, or the other agent, said last.
     *
     * @throws LeaseException if the lease is too short for that
     */
    public void ask(@Variable("turn") Turn turn, Exchange exchange) {
        String said = EventText.of(turn.edit() == null ? turn.raw() : turn.edit());
        String text = turn.speaker() == null ? Envelope.ofPerson(said) : Envelope.ofAgent(turn.speakerName(), turn.speaker(), turn.roomId(), said);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, "POST");
        message.setHeader(Exchange.HTTP_PATH, LettaPath.messages(turn.agentId()).path());
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(TurnRequest.of(turn.eventId(), turn.generation(), text).body());
        instance.require(turn.owner());
        log.info("Event {} in room {}: asked of {} after {} ms", Printable.line(turn.eventId()), Printable.line(turn.roomId()), Printable.line(turn.agentId()),
                Duration.between(turn.receivedAt(), turn.askedAt()).toMillis());
    }
}
