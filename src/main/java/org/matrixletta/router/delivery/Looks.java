package org.matrixletta.router.delivery;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.letta.Attempt;
import org.matrixletta.router.letta.LettaPath;
import org.matrixletta.router.letta.Look;
import org.matrixletta.router.letta.Seen;
import org.matrixletta.router.letta.TurnRequest;
import org.springframework.stereotype.Component;

/** Looks at turns whose outcome is unknown, one GET after the other as each look asks for it. */
@Component("looks")
class Looks {

    private final Settings settings;

    Looks(Settings settings) {
        this.settings = settings;
    }

    /** A look at this turn. */
    public Look begin(@Variable("turn") Turn turn) {
        return new Look(new Attempt(turn.agentId(), TurnRequest.otid(turn.eventId(), turn.generation()), turn.askedAt(), turn.endedAt(), turn.claimedAt(), turn.refusedAt(), settings.lettaTurnLimit()),
                System::nanoTime);
    }

    /** Writes the next request of the look. */
    public void ask(@Variable("look") Look look, Exchange exchange) {
        LettaPath next = look.next();
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, "GET");
        message.setHeader(Exchange.HTTP_PATH, next.path());
        if (!next.query().isEmpty()) {
            message.setHeader(Exchange.HTTP_QUERY, next.query());
        }
        message.setBody(null);
    }

    /** Gives the answer to the look. */
    public void answered(@Variable("look") Look look, Exchange exchange) {
        Message answer = exchange.getMessage();
        look.answered(answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class), answer.getHeader("Date", String.class), answer.getBody(byte[].class));
    }

    /** Whether Letta says that it has no such agent. */
    public boolean isMissing(@Variable("look") Look look) {
        return look.seen() instanceof Seen.Gone;
    }

    /** Ends a look that got no answer. */
    public void failed(@Variable("look") Look look) {
        look.failed();
    }
}
