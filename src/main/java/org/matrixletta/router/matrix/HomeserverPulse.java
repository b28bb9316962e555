package org.matrixletta.router.matrix;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Whether the homeserver answered the last knock: one that was away may have forgotten something. */
@Component("homeserverPulse")
class HomeserverPulse {

    private static final Logger log = LoggerFactory.getLogger("rooms");
    private static final int SERVER_ERROR = 5;

    private enum State { NOT_ASKED, THERE, AWAY }

    private State state = State.NOT_ASKED;

    /**
     * Takes the answer.
     *
     * @return {@code started} or {@code back} if this was the first answer, or the first after an outage; else {@code there} or {@code away}
     */
    public synchronized String answered(@Header(Exchange.HTTP_RESPONSE_CODE) int status) {
        if (status / 100 == SERVER_ERROR) {
            return away("it answered " + status);
        }
        State before = state;
        state = State.THERE;
        if (before == State.AWAY) {
            log.info("✅ The homeserver is there again; rooms are read for what it may have forgotten to push");
        }
        return switch (before) {
            case NOT_ASKED -> "started";
            case AWAY -> "back";
            case THERE -> "there";
        };
    }

    /** There was no answer. */
    public synchronized String failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        return away(SendOutcome.of(failure).reason());
    }

    /** Whether nothing is to be read for now. */
    public synchronized boolean isAway() {
        return state == State.AWAY;
    }

    private String away(String reason) {
        if (state != State.AWAY) {
            log.warn("⚠️ The homeserver is away: {}; what it forgets to push is read when it is back", reason);
        }
        state = State.AWAY;
        return "away";
    }
}
