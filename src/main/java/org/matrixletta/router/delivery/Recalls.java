package org.matrixletta.router.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.matrix.SendOutcome;
import org.springframework.stereotype.Component;

/** Reads rooms back for events that may be in them already, one GET after the other as each recall asks for it. */
@Component("recalls")
class Recalls {

    /** With a device a homeserver knows a repeated transaction for a day (Synapse 1.160); half of that is safe. */
    private static final Duration REMEMBERED = Duration.ofHours(12);

    private final Settings settings;
    private final ObjectMapper json;
    private final SendAnswers answers;

    Recalls(Settings settings, ObjectMapper json, SendAnswers answers) {
        this.settings = settings;
        this.json = json;
        this.answers = answers;
    }

    /** Whether the room has to be read before the event is sent again. */
    public boolean isDue(@Variable("reply") Reply reply) {
        return reply.has(Step.UNSURE) && (reply.has(Step.RECALL) || reply.has(Step.WITHOUT_DEVICE) || reply.age().compareTo(REMEMBERED) > 0);
    }

    /** A look for this event. */
    public Recall begin(@Variable("reply") Reply reply) {
        return new Recall(reply, settings.isOurUser(reply.sender()) ? reply.sender() : settings.botUser(), settings.botUser());
    }

    /** Gives a page, or why there is none, to the recall. */
    public void answered(@Variable("recall") Recall recall, Exchange exchange) throws IOException {
        if (exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class) == 200) {
            JsonNode page = json.readTree(exchange.getMessage().getBody(byte[].class));
            recall.read(page);
        } else {
            recall.refused(answers.read(exchange));
        }
    }

    /** The event after the recall: if it was not found, it is certain that it was not sent. */
    public Reply conclude(@Variable("recall") Recall recall) {
        return recall.outcome() == null ? recall.reply().unsent() : recall.reply();
    }

    /** What the recall found; null if the event is not in the room. */
    public SendOutcome outcome(@Variable("recall") Recall recall) {
        return recall.outcome();
    }
}
