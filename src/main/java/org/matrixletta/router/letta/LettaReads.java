package org.matrixletta.router.letta;

import java.util.Map;
import org.apache.camel.Exchange;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.matrixletta.router.peer.PeerRequest;
import org.springframework.stereotype.Component;

/** What Letta is asked about itself and its agents, and what its answers say (Letta 0.16.8, server/rest_api/routers/v1). */
@Component("lettaReads")
public class LettaReads {

    private static final int BAD_GATEWAY = 502;

    private final Settings settings;

    LettaReads(Settings settings) {
        this.settings = settings;
    }

    /** Asks whether it is there; needs no token. */
    public void askHealth(Exchange exchange) {
        ask(LettaPath.health(), exchange);
    }

    /**
     * Its version.
     *
     * @throws RefusedException if this is no Letta that the router can speak with
     */
    public String version(Exchange exchange) {
        String version = text("version", body(exchange));
        if (status(exchange) != 200 || version == null) {
            throw refusal(status(exchange));
        }
        return Printable.name(version);
    }

    /** Asks for one agent, whichever it is. */
    public void askAnyAgent(Exchange exchange) {
        ask(LettaPath.anyAgent(), exchange);
    }

    /** @throws RefusedException if Letta does not take our token */
    public void requireList(Exchange exchange) {
        if (status(exchange) != 200) {
            throw refusal(status(exchange));
        }
    }

    /** Asks for this agent. */
    public void askAgent(String agentId, Exchange exchange) {
        ask(LettaPath.agent(agentId), exchange);
    }

    /**
     * The name of the agent that was asked for.
     *
     * @throws RefusedException 404 if Letta says that it has no such agent; else if it does not say
     */
    public String name(String agentId, Exchange exchange) {
        byte[] body = body(exchange);
        int status = status(exchange);
        if (status == 422 || status == 404 && LettaError.read(body).isAbsenceOf(agentId)) {
            throw new RefusedException(404, "Letta has no agent " + Printable.line(agentId) + "; copy the id from Letta, where it begins with agent-.");
        }
        String name = text("name", body);
        if (status != 200 || name == null) {
            throw refusal(status);
        }
        return name;
    }

    private RefusedException refusal(int status) {
        String where = "Letta at " + settings.lettaApiUrl();
        return new RefusedException(BAD_GATEWAY, switch (status / 100) {
            case 2, 4 -> status == 401 || status == 403
                    ? where + (settings.lettaToken().isEmpty() ? " asks for a token (" + status + "); set LETTA_TOKEN." : " refuses LETTA_TOKEN (" + status + "); correct it.")
                    : "What answers at " + settings.lettaApiUrl() + " is no Letta server of version 0.16 (" + status + "); correct LETTA_API_URL.";
            case 3 -> where + " leads elsewhere (" + status + "); set LETTA_API_URL to the address that answers itself.";
            default -> where + " answers " + status + "; look at its log.";
        });
    }

    private static void ask(LettaPath path, Exchange exchange) {
        PeerRequest.write(exchange, "GET", path.path(), path.query(), null);
    }

    /** A text of the object that the body is; null if there is none. */
    private static String text(String key, byte[] body) {
        Map<String, String> texts = LettaJson.whole(body, LettaJson::texts);
        return texts == null ? null : texts.get(key);
    }

    private static int status(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }

    private static byte[] body(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        return body == null ? new byte[0] : body;
    }
}
