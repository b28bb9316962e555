package org.matrixletta.router.matrix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.camel.Exchange;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.peer.PeerRequest;

/** How a user of the registration's namespaces comes to be (Matrix specification, application service API, "Server admin style permissions"). */
public final class UserRegistration {

    /** The device of every user that the router speaks as: with one, a homeserver knows a repeated transaction id even after a restart. */
    public static final String DEVICE = "MATRIXLETTAROUTER";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CONFLICT = 409;

    private UserRegistration() {
    }

    /** Writes the request for it. It is to log nobody in: with MSC4190 a homeserver refuses that, and makes the user all the same. */
    public static void ask(String user, Exchange exchange) throws JsonProcessingException {
        PeerRequest.write(exchange, "POST", "/_matrix/client/v3/register", "", JSON.writeValueAsBytes(Map.of("type", "m.login.application_service",
                "username", UserId.localpart(user), "inhibit_login", true)));
    }

    /**
     * Reads the answer.
     *
     * @return whether the user is new
     * @throws RefusedException if there is no such user now
     */
    public static boolean require(String user, Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        if (answer.isRefused("M_USER_IN_USE")) {
            return false;
        }
        if (answer.isRefused("M_EXCLUSIVE")) {
            throw new RefusedException(CONFLICT, "The registration that the homeserver has loaded does not hold " + user
                    + "; print the registration anew, let the homeserver load it, and restart the homeserver.");
        }
        answer.require("The homeserver does not make the user " + user);
        return true;
    }
}
