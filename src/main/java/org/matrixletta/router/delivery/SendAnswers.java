package org.matrixletta.router.delivery;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.matrixletta.router.matrix.SendOutcome;
import org.matrixletta.router.matrix.SendOutcome.Kind;
import org.springframework.stereotype.Component;

/** Reads what the homeserver answered to a send, or to a step before one. */
@Component("sendAnswers")
class SendAnswers {

    private static final String ALREADY_THERE = "M_USER_IN_USE";
    private static final String NO_SUCH_REQUEST = "M_UNRECOGNIZED";

    private final ObjectMapper json;

    SendAnswers(ObjectMapper json) {
        this.json = json;
    }

    /** What the answer to a send means. */
    public SendOutcome read(Exchange exchange) {
        Message answer = exchange.getMessage();
        return SendOutcome.of(status(answer), answer.getHeader("Retry-After", String.class), answer.getBody(byte[].class), Instant.now());
    }

    /** What the answer to a step before a send means: done, or as of a send. */
    public SendOutcome readStep(Exchange exchange) {
        String code = code(exchange.getMessage().getBody(byte[].class));
        if (status(exchange.getMessage()) / 100 == 2 || code.equals(ALREADY_THERE)) {
            return new SendOutcome(Kind.SENT, null, null, null);
        }
        SendOutcome outcome = read(exchange);
        // Of a send this says that the address is wrong; of a step, that this homeserver does not have it.
        return code.equals(NO_SUCH_REQUEST) ? new SendOutcome(Kind.REFUSED, null, null, outcome.reason()) : outcome;
    }

    /** What it means that there is no answer. */
    public SendOutcome failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        return LeaseException.isCauseOf(failure) ? new SendOutcome(Kind.BUSY, null, Duration.ZERO, "The lease was too short for a request") : SendOutcome.of(failure);
    }

    private String code(byte[] body) {
        try {
            return body == null ? "" : json.readTree(body).path("errcode").asText();
        } catch (IOException e) {
            return "";
        }
    }

    private static int status(Message answer) {
        return answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
