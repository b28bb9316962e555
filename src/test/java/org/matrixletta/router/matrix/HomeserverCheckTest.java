package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** What is said of the answers that Synapse 1.163 was seen to give where something is wrong. */
class HomeserverCheckTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            400 | {"errcode":"M_URL_NOT_SET","error":"No URL set"} | http://router:8004 | 0.0.0.0 | its registration has no url; set ROUTER_URL, then print the registration anew
            403 | {"errcode":"M_FORBIDDEN","error":"Mismatching application service ID in path"} | http://router:8004 | 0.0.0.0 | another id than MATRIX_AS_ID, which is letta
            502 | {"errcode":"M_CONNECTION_FAILED","error":"ConnectionRefusedError: 111"} | http://localhost:8004 | 0.0.0.0 | (ROUTER_URL is http://localhost:8004), ConnectionRefusedError: 111; if the homeserver runs in a container, that address is the container itself
            502 | {"errcode":"M_CONNECTION_FAILED","error":"ConnectionRefusedError: 111"} | http://router:8004 | 127.0.0.1 | the router listens on API_HOST 127.0.0.1 only
            504 | {"errcode":"M_CONNECTION_TIMEOUT","error":"timed out"} | http://router:8004 | 0.0.0.0 | check ROUTER_URL, API_HOST and see that nothing stands between
            502 | {"errcode":"M_BAD_STATUS","error":"HTTP 403 Forbidden","status":403,"body":"{}"} | http://router:8004 | 0.0.0.0 | the router refuses its token; make MATRIX_HS_TOKEN the hs_token
            400 | {"errcode":"M_BAD_STATUS","error":"HTTP 404 Not Found","status":404,"body":"<html>"} | http://router:8004 | 0.0.0.0 | something answers 404; correct ROUTER_URL
            502 | <html> | http://router:8004 | 0.0.0.0 | The homeserver answered 502
            """)
    void whyTheHomeserverDoesNotReachUsIsSaidWithTheRemedy(int status, String body, String routerUrl, String apiHost, String part) {
        HomeserverCheck check = new HomeserverCheck(settings(routerUrl, apiHost));

        assertThatCode(() -> check.pinged(answer(status, body))).isInstanceOf(RefusedException.class).hasMessageStartingWith("The homeserver does not reach us: ").hasMessageContaining(part)
                .satisfies(refused -> assertThat(refused.getMessage()).endsWith("."));
    }

    @Test
    void aHomeserverWithoutPingIsNoFault() {
        HomeserverCheck check = new HomeserverCheck(settings("", "0.0.0.0"));

        assertThatCode(() -> check.pinged(answer(404, "{\"errcode\":\"M_UNRECOGNIZED\",\"error\":\"Unrecognized request\"}"))).doesNotThrowAnyException();
    }

    @Test
    void aTokenThatTheHomeserverDoesNotKnowIsNoWrongAddress() {
        HomeserverCheck check = new HomeserverCheck(settings("", "0.0.0.0"));
        Exchange refused = answer(401, "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"error\":\"Invalid access token passed.\"}");

        assertThatCode(() -> check.requireVersions(refused)).isInstanceOf(RefusedException.class).hasMessageContaining("does not know MATRIX_AS_TOKEN");
        assertThatCode(() -> check.requireBot(refused)).isInstanceOf(RefusedException.class).hasMessageContaining("does not know MATRIX_AS_TOKEN");
        assertThatCode(() -> check.requireVersions(answer(404, "<html>"))).isInstanceOf(RefusedException.class).hasMessageContaining("is no Matrix homeserver (404)");
    }

    @Test
    void anotherRegistrationThanOursIsNamed() {
        HomeserverCheck check = new HomeserverCheck(settings("", "0.0.0.0"));

        assertThatCode(() -> check.requireBot(answer(401, "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"error\":\"Invalid access token passed.\"}")))
                .hasMessageStartingWith("The homeserver does not know MATRIX_AS_TOKEN: it has not loaded our registration");
        assertThatCode(() -> check.requireBot(answer(200, "{\"user_id\":\"@other:test.local\"}"))).hasMessageContaining("takes us for @other:test.local, but MATRIX_BOT_LOCALPART and MATRIX_SERVER_NAME say @letta:test.local");
        assertThatCode(() -> check.requireVersions(answer(200, "<html>"))).hasMessageContaining("is no Matrix homeserver (200); set MATRIX_HOMESERVER_URL");
        assertThatCode(() -> check.registeredBot(answer(400, "{\"errcode\":\"M_USER_IN_USE\"}"))).doesNotThrowAnyException();
        assertThatCode(() -> check.registeredBot(answer(500, "{}"))).hasMessageContaining("does not make our own user @letta:test.local");
    }

    private static Exchange answer(int status, String body) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        exchange.getMessage().setBody(body);
        return exchange;
    }

    private static Settings settings(String routerUrl, String apiHost) {
        return new Binder(new MapConfigurationPropertySource(Map.of("router.router-url", routerUrl, "router.api-host", apiHost, "router.api-port", 8004,
                "router.matrix-homeserver-url", "http://127.0.0.1:8008", "router.matrix-server-name", "test.local", "router.matrix-bot-localpart", "letta", "router.matrix-as-id", "letta")))
                .bind("router", Settings.class).get();
    }
}
