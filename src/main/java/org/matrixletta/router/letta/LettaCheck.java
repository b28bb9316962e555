package org.matrixletta.router.letta;

import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** Says whether Letta answers, and whether it is the Letta that the router is set to. */
@Component("lettaCheck")
class LettaCheck {

    private final Settings settings;
    private final LettaReads reads;

    LettaCheck(Settings settings, LettaReads reads) {
        this.settings = settings;
        this.reads = reads;
    }

    /**
     * Says that Letta listed agents.
     *
     * @throws RefusedException if it did not
     */
    public String answered(@Variable("version") String version, Exchange exchange) {
        reads.requireList(exchange);
        return "Letta " + version + " at " + settings.lettaApiUrl() + " answers" + (settings.lettaToken().isEmpty() ? ", and asks for no token" : ", and takes LETTA_TOKEN");
    }

    /** Whether there is a default agent to ask for. */
    public boolean hasDefaultAgent() {
        return !settings.defaultAgent().isEmpty();
    }

    /** Asks for the default agent. */
    public void askDefaultAgent(Exchange exchange) {
        reads.askAgent(settings.defaultAgent(), exchange);
    }

    /**
     * Says that Letta described the default agent, or that there is to be none.
     *
     * @throws RefusedException if Letta does not know it
     */
    public String answeredDefaultAgent(Exchange exchange) {
        if (!hasDefaultAgent()) {
            return "There is no default agent: messages in rooms without a mapping reach nobody";
        }
        try {
            return "The default agent is " + Printable.name(reads.name(settings.defaultAgent(), exchange)) + " (" + settings.defaultAgent() + ")";
        } catch (RefusedException e) {
            throw new RefusedException(e.status(), "LETTA_AGENT_ID names no default agent: " + e.getMessage());
        }
    }
}
