package org.matrixletta.router.delivery;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.matrixletta.router.matrix.SendOutcome;
import org.springframework.stereotype.Component;

/** Reads what the homeserver answered to a send, or to a step before one. */
@Component("sendAnswers")
class SendAnswers {

    private static final String ALREADY_THERE = "M_USER_IN_USE";

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
    public SendOutcome readStep(Exchange exchange) throws IOException {
        Message answer = exchange.getMessage();
        byte[] body = answer.getBody(byte[].class);
        boolean isDone = status(answer) / 100 == 2 || status(answer) == 400 && json.readTree(body).path("errcode").asText().equals(ALREADY_THERE);
        return isDone ? new SendOutcome(SendOutcome.Kind.SENT, null, null, null) : read(exchange);
    }

    /** What it means that there is no answer. */
    public SendOutcome failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        return SendOutcome.of(failure);
    }

    private static int status(Message answer) {
        return answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
