package org.matrixletta.router.matrix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.matrixletta.router.Masked;
import org.matrixletta.router.PathSegment;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.matrixletta.router.peer.Loopback;
import org.matrixletta.router.peer.PeerRequest;
import org.springframework.stereotype.Component;

/**
 * Says whether the homeserver answers, knows the router by the registration that fits its settings, and reaches it (Matrix specification,
 * client-server API, "API standards" and "Current account information"; application service API, "Pinging").
 */
@Component("homeserverCheck")
class HomeserverCheck {

    private static final int BAD_GATEWAY = 502;
    private static final String NO_PING = "The homeserver has no ping; whether it reaches us, its first message will show";
    private static final String ANEW = "print the registration anew, let the homeserver load it, and restart the homeserver";

    private final Settings settings;

    HomeserverCheck(Settings settings) {
        this.settings = settings;
    }

    /** Asks which versions of the specification the homeserver speaks; any homeserver answers that. */
    public void askVersions(Exchange exchange) {
        PeerRequest.write(exchange, "GET", "/_matrix/client/versions", "", null);
    }

    /** @throws RefusedException if what answers is no homeserver, or one that does not know us: Synapse looks at a token here as well */
    public void requireVersions(Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        requireToken(answer);
        if (!answer.isDone() || !answer.json().path("versions").isArray()) {
            throw refusal("What answers at " + settings.matrixHomeserverUrl() + " is no Matrix homeserver (" + answer.status() + "); set MATRIX_HOMESERVER_URL to where its client API itself is.");
        }
    }

    /** Asks as whom the homeserver knows our token. */
    public void askWhoWeAre(Exchange exchange) {
        PeerRequest.write(exchange, "GET", "/_matrix/client/v3/account/whoami", "", null);
    }

    /** @throws RefusedException if the homeserver knows us not, or as somebody else */
    public void requireBot(Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        requireToken(answer);
        answer.require("The homeserver does not say who we are");
        String user = answer.json().path("user_id").asText();
        if (!user.equals(settings.botUser())) {
            throw refusal("The homeserver takes us for " + Printable.line(user) + ", but MATRIX_BOT_LOCALPART and MATRIX_SERVER_NAME say " + settings.botUser() + "; correct them, or " + ANEW + ".");
        }
    }

    private static void requireToken(MatrixAnswer answer) {
        if (answer.isRefused("M_UNKNOWN_TOKEN")) {
            throw refusal("The homeserver does not know MATRIX_AS_TOKEN: it has not loaded our registration, or another one; " + ANEW + ".");
        }
    }

    /** Whether the bot is to be made; in a trial nothing is. */
    public boolean makesBot() {
        return !settings.observe();
    }

    /** The bot is made, which some homeservers do by themselves and others do not. */
    public void registerBot(Exchange exchange) throws JsonProcessingException {
        UserRegistration.ask(settings.botUser(), exchange);
    }

    /** The bot is there; a homeserver that refuses to make its registration's sender has made it already. */
    public void registeredBot(Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        if (!answer.isRefused("M_EXCLUSIVE") && !answer.isRefused("M_USER_IN_USE")) {
            answer.require("The homeserver does not make our own user " + settings.botUser());
        }
    }

    /** Says that the homeserver is as it should be. */
    public String knowsUs() {
        return "The homeserver at " + settings.matrixHomeserverUrl() + " answers, and knows us as " + settings.botUser();
    }

    /** Has the homeserver ask us; where it can, it also pushes at once what waits. */
    public void ping(Exchange exchange) {
        PeerRequest.write(exchange, "POST", "/_matrix/client/v1/appservice/" + PathSegment.encode(settings.matrixAsId()) + "/ping", "", "{}".getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Says that it reached us.
     *
     * @throws RefusedException if it did not
     */
    public String pinged(Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        if (answer.isDone()) {
            return "The homeserver reached us (ping " + answer.json().path("duration_ms").asLong() + " ms)";
        }
        if (answer.isRefused("M_UNRECOGNIZED") || answer.status() == 404) {
            return NO_PING;
        }
        throw refusal("The homeserver does not reach us: " + whyNot(answer));
    }

    /** Whether it says that the homeserver reached us. */
    public boolean hasReachedUs(@Body String pinged) {
        return !pinged.equals(NO_PING);
    }

    private String whyNot(MatrixAnswer answer) {
        JsonNode json = answer.json();
        String where = settings.routerUrl().isEmpty() ? "the url of its registration" : "the url of its registration (ROUTER_URL is " + settings.routerUrl() + ")";
        return switch (json.path("errcode").asText()) {
            case "M_URL_NOT_SET" -> "its registration has no url; set ROUTER_URL, then " + ANEW + ".";
            case "M_FORBIDDEN" -> "its registration has another id than MATRIX_AS_ID, which is " + settings.matrixAsId() + "; correct that, or " + ANEW + ".";
            case "M_CONNECTION_FAILED", "M_CONNECTION_TIMEOUT" -> "it gets no connection to " + where + ", " + Masked.of(json.path("error").asText()) + "; " + connection();
            case "M_BAD_STATUS" -> badStatus(json.path("status").asInt(), where);
            default -> answer.refusal("the ping failed").getMessage();
        };
    }

    private String connection() {
        if (!settings.routerUrl().isEmpty() && Loopback.is(settings.routerUrl())) {
            return "if the homeserver runs in a container, that address is the container itself: set ROUTER_URL to a name of this machine that it knows, then " + ANEW + ".";
        }
        return (Loopback.is("http://" + settings.apiHost()) ? "the router listens on API_HOST " + settings.apiHost() + " only, where no other machine or container gets: set API_HOST, " : "check ROUTER_URL, API_HOST ")
                + "and see that nothing stands between; if ROUTER_URL was wrong, " + ANEW + ".";
    }

    private static String badStatus(int status, String where) {
        return status == 401 || status == 403
                ? "the router refuses its token; make MATRIX_HS_TOKEN the hs_token of its registration, or " + ANEW + "."
                : "at " + where + " something answers " + status + "; correct ROUTER_URL, then " + ANEW + ".";
    }

    private static RefusedException refusal(String sentence) {
        return new RefusedException(BAD_GATEWAY, sentence);
    }
}
