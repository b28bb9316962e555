package org.matrixletta.router.letta;

import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.matrixletta.router.peer.PeerChecks;
import org.springframework.stereotype.Component;

/** Says whether Letta answers, and whether it is the Letta that the router is set to. */
@Component("lettaCheck")
class LettaCheck {

    private final Settings settings;
    private final LettaReads reads;
    private final PeerChecks checks;

    LettaCheck(Settings settings, LettaReads reads, PeerChecks checks) {
        this.settings = settings;
        this.reads = reads;
        this.checks = checks;
    }

    /** Letta listed agents. */
    public void answered(@Variable("version") String version, Exchange exchange) {
        reads.requireList(exchange);
        checks.passed("letta", "Letta " + version + " at " + settings.lettaApiUrl() + " answers" + (settings.lettaToken().isEmpty() ? ", and asks for no token" : ", and takes LETTA_TOKEN"));
    }

    /** Whether there is a default agent to ask for. */
    public boolean hasDefaultAgent() {
        return !settings.defaultAgent().isEmpty();
    }

    public void askDefaultAgent(Exchange exchange) {
        reads.askAgent(settings.defaultAgent(), exchange);
    }

    /** Letta described the default agent, if there is to be one. */
    public void answeredDefaultAgent(Exchange exchange) {
        if (!hasDefaultAgent()) {
            checks.passed("default-agent", "There is no default agent: messages in rooms without a mapping reach nobody");
            return;
        }
        try {
            checks.passed("default-agent", "The default agent is " + Printable.name(reads.name(settings.defaultAgent(), exchange)) + " (" + settings.defaultAgent() + ")");
        } catch (RefusedException e) {
            throw new RefusedException(e.status(), "LETTA_AGENT_ID names no default agent: " + e.getMessage());
        }
    }
}
