package org.matrixletta.router.delivery;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.matrixletta.router.letta.LettaAnswer;
import org.matrixletta.router.letta.Outcome;
import org.springframework.stereotype.Component;

/** Reads what Letta answered to a turn. */
@Component("lettaAnswers")
class LettaAnswers {

    private static final Outcome NOT_SENT = new Outcome(Outcome.Certainty.DID_NOT_HAPPEN, Outcome.Remedy.WAIT, Duration.ZERO, "The lease was too short for a request; nothing was sent.",
            List.of(), List.of(), null);

    private final LettaAnswer answers = new LettaAnswer(Clock.systemUTC());

    /** What the answer means. */
    public Outcome read(@Variable("turn") Turn turn, Exchange exchange) {
        Message answer = exchange.getMessage();
        return answers.read(turn.agentId(), answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class), answer.getHeader("Retry-After", String.class),
                answer.getHeader("Location", String.class), answer.getBody(byte[].class));
    }

    /** Whether Letta says that it has no such agent. */
    public boolean isMissing(@Variable("outcome") Outcome outcome) {
        return outcome.remedy() == Outcome.Remedy.GONE;
    }

    /** What it means that there is none. */
    public Outcome failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        return LeaseException.isCauseOf(failure) ? NOT_SENT : answers.failed(failure);
    }
}
