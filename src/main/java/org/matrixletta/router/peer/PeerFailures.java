package org.matrixletta.router.peer;

import java.io.IOException;
import java.net.UnknownHostException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.matrixletta.router.Masked;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** Says in a sentence that a peer gave no answer, for whoever asked for something that needs one. */
@Component("peerFailures")
class PeerFailures {

    private static final int BAD_GATEWAY = 502;

    private final Settings settings;

    PeerFailures(Settings settings) {
        this.settings = settings;
    }

    /** @throws RefusedException always */
    public void letta(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        throw new RefusedException(BAD_GATEWAY, sentence("Letta", settings.lettaApiUrl(), "LETTA_API_URL", failure));
    }

    /** @throws RefusedException always */
    public void homeserver(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        throw new RefusedException(BAD_GATEWAY, sentence("The homeserver", settings.matrixHomeserverUrl(), "MATRIX_HOMESERVER_URL", failure));
    }

    private static String sentence(String peer, String url, String setting, Throwable failure) {
        if (!Settings.isAddress(url)) {
            return setting + " names no address, so " + peer.replaceFirst("^The", "the") + " cannot be asked; set it.";
        }
        String why = failure instanceof UnknownHostException ? "its host name is unknown here"
                // Another failure than of the connection may quote what was to be sent.
                : Masked.of(failure instanceof IOException && failure.getMessage() != null ? failure.getMessage() : failure.getClass().getSimpleName());
        return peer + " at " + url + " gives no answer (" + why + "); check that it runs, and " + setting
                + (Loopback.is(url) ? ": within a container, that address is the container itself." : ".");
    }
}
