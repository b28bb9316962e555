package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.matrix.SendOutcome.Kind;

/** What the router does after each answer of a homeserver to a message it sends. The words are those of real ones. */
class SendOutcomeTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void anEventIdMeansSent() {
        assertThat(answer(200, "{\"event_id\":\"$abc\"}")).isEqualTo(new SendOutcome(Kind.SENT, "$abc", null, null));
    }

    @ParameterizedTest
    @Tag("P3")
    @ValueSource(strings = {"", "{}", "OK", "[]", "null", "{\"event_id\":null}", "{\"event_id\":7}", "{\"event_id\":\"\"}", "{\"event_id\":\"$abc\"", "\u0000"})
    void p3_a200WithoutAnEventIdIsAskedAgainWithTheSameTransaction(String body) {
        assertThat(answer(200, body)).isEqualTo(new SendOutcome(Kind.LATER, null, null, "The homeserver answered 200 without an event id"));
    }

    @ParameterizedTest
    @Tag("D7")
    @ValueSource(ints = {408, 425, 500, 520, 0, 100, 600})
    void d7_whatMayPassIsSentAgainLater(int status) {
        assertThat(answer(status, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"Internal server error\"}").kind()).isEqualTo(Kind.LATER);
        assertThat(answer(status, "<html>Bad gateway</html>").kind()).isEqualTo(Kind.LATER);
        assertThat(SendOutcome.of(status, null, null, NOW).kind()).isEqualTo(Kind.LATER);
    }

    @ParameterizedTest
    @Tag("D7")
    @ValueSource(ints = {502, 503, 504})
    void d7_whatAProxySaysInPlaceOfTheHomeserverPausesSending(int status) {
        assertThat(answer(status, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"Internal server error\"}").kind()).isEqualTo(Kind.LATER);
        assertThat(answer(status, "<html>Bad gateway</html>").kind()).isEqualTo(Kind.AWAY);
    }

    @ParameterizedTest
    @Tag("D7")
    @ValueSource(ints = {400, 401, 403, 404, 405, 409, 451})
    void d7_whatIsNotAHomeserversAnswerJudgesNoMessage(int status) {
        assertThat(answer(status, "<html>nginx</html>").kind()).isEqualTo(Kind.LATER);
        assertThat(answer(status, "{\"detail\":\"no\"}").kind()).isEqualTo(Kind.LATER);
        assertThat(answer(status, "{\"errcode\":\"not a code\"}").kind()).isEqualTo(Kind.LATER);
    }

    @Test
    @Tag("D7")
    void d7_noAnswerAtAllIsAskedAgain() {
        assertThat(SendOutcome.of(new ConnectException("Connection refused")).reason()).isEqualTo("The homeserver gave no answer: ConnectException: Connection refused");
        assertThat(SendOutcome.of(new HttpTimeoutException("request timed out")).kind()).isEqualTo(Kind.AWAY);
        assertThat(SendOutcome.of(new IOException((String) null)).reason()).isEqualTo("The homeserver gave no answer: IOException");
        assertThat(SendOutcome.of(new IllegalStateException("the text")).reason()).isEqualTo("The homeserver gave no answer: IllegalStateException");
    }

    @ParameterizedTest
    @Tag("P7")
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "7| {}| PT7S",
            " 7 | {}| PT7S",
            "0| {}| PT0S",
            "7| {\"retry_after_ms\":2000}| PT7S",
            "-| {\"retry_after_ms\":2000}| PT2S",
            "soon| {\"retry_after_ms\":2000}| PT2S",
            "Mon, 23 Nov 2026 12:01:00 GMT| {}| PT1M",
            "Mon, 23 Nov 2026 11:00:00 GMT| {}| PT0S",
            "999999999| {}| PT1H",
            "99999999999999999999| {}| -",
            "-1| {}| -",
            "-| {\"retry_after_ms\":-5}| PT0S",
            "-| {\"retry_after_ms\":1e300}| -",
            "-| {\"retry_after_ms\":\"x\"}| -",
            "-| {}| -",
    })
    void p7_aRateLimitIsWaitedForAsTold(String header, String body, Duration wait) {
        SendOutcome outcome = SendOutcome.of(429, header, body.replaceFirst("\\{", "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"error\":\"Too Many Requests\",").replace(",}", "}")
                .getBytes(StandardCharsets.UTF_8), NOW);
        assertThat(outcome).isEqualTo(new SendOutcome(Kind.BUSY, null, wait, "The homeserver answered 429 M_LIMIT_EXCEEDED"));
    }

    @Test
    @Tag("P7")
    void p7_a503MayTellHowLongToWaitAsWell() {
        assertThat(SendOutcome.of(503, "30", null, NOW).retryAfter()).isEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "P2 | 403 | M_FORBIDDEN | User @agent_bmo:test.local not in room !r:test.local (None) | JOIN",
            "P2 | 403 | M_FORBIDDEN | User @agent_power_namespace_relation:test.local not in room !r:test.local (None) | JOIN",
            "P2 | 403 | M_FORBIDDEN | user does not belong to room | JOIN",
            "P2 | 403 | M_FORBIDDEN | Event is not authorized. | JOIN",
            "P2 | 403 | M_FORBIDDEN | Application service has not registered this user (@agent_bmo:test.local) | REGISTER",
            "P2 | 403 | M_FORBIDDEN | User does not exist. | REGISTER",
            "P2 | 403 | M_FORBIDDEN | User @agent_bmo:test.local does not exist | REGISTER",
            "P2 | 403 | M_FORBIDDEN | Application service cannot masquerade as this user (@anna:test.local). | BOT",
            "P2 | 403 | M_FORBIDDEN | You don't have permission to post that to the room. user_level (0) < send_level (50) | BOT",
            "P2 | 400 | M_EXCLUSIVE | User is not in namespace. | BOT",
            "P2 | 403 | M_EXCLUSIVE | User is not in namespace. | BOT",
            "P2 | 400 | M_INVALID_USERNAME | Username is invalid. | BOT",
            "P2 | 403 | M_USER_DEACTIVATED | This account has been deactivated | BOT",
            "P2 | 401 | M_USER_LOCKED | This account has been locked | BOT",
            "P2 | 403 | M_USER_SUSPENDED | Cannot send non-redaction events while suspended. | BOT",
            "P2 | 403 | M_UNKNOWN | No | BOT",
            "P3 | 400 | M_UNKNOWN_DEVICE | Application service trying to use a device that doesn't exist | DEVICE",
            "P3 | 400 | ORG.MATRIX.MSC4326.M_UNKNOWN_DEVICE | Application service trying to use a device that doesn't exist | DEVICE",
            "P3 | 400 | M_INVALID_PARAM | Unknown Device ID for user. | DEVICE",
            "P6 | 413 | M_TOO_LARGE | event too large | SPLIT",
            "P6 | 400 | M_TOO_LARGE | event too large | SPLIT",
            "P4 | 400 | M_UNKNOWN | Can't send relation to unknown event | UNRELATE",
            "P4 | 400 | M_UNKNOWN | Cannot start threads from an event with a relation | UNRELATE",
            "P8 | 400 | M_BAD_JSON | Bad JSON value: float | REFUSED",
            "P8 | 400 | M_NOT_JSON | Content not JSON. | REFUSED",
            "P8 | 400 | M_UNKNOWN | 'msgtype' not in content | REFUSED",
            "P8 | 400 | M_INVALID_PARAM | Room ID is wrong | REFUSED",
            "P8 | 404 | M_NOT_FOUND | Room not found | REFUSED",
            "P11 | 401 | M_UNKNOWN_TOKEN | Invalid access token passed. | PAUSE",
            "P11 | 403 | M_UNKNOWN_TOKEN | Invalid access token passed. | PAUSE",
            "P11 | 401 | M_MISSING_TOKEN | Missing access token | PAUSE",
            "P11 | 401 | M_UNAUTHORIZED | No | PAUSE",
            "P11 | 404 | M_UNRECOGNIZED | Unrecognized request | PAUSE",
            "P11 | 405 | M_UNRECOGNIZED | Unrecognized request | PAUSE",
            "P11 | 403 | M_RESOURCE_LIMIT_EXCEEDED | Hit the limit of users | PAUSE",
            "P7 | 400 | M_LIMIT_EXCEEDED | Too many | BUSY",
    })
    void p2_p3_p4_p6_p7_p8_p11_whatTheHomeserverSaysDecides(String behaviour, int status, String code, String error, Kind kind) {
        SendOutcome outcome = answer(status, "{\"errcode\":\"" + code + "\",\"error\":\"" + error + "\"}");
        assertThat(outcome.kind()).isEqualTo(kind);
        assertThat(outcome.eventId()).isNull();
        assertThat(outcome.reason()).startsWith("The homeserver answered " + status + " " + code).hasSizeLessThanOrEqualTo(200);
    }

    @Test
    @Tag("P6")
    void p6_aProxyThatFindsTheContentTooLargeLetsItBeSplit() {
        assertThat(answer(413, "<html>nginx</html>").kind()).isEqualTo(Kind.SPLIT);
    }

    @ParameterizedTest
    @Tag("P11")
    @ValueSource(ints = {301, 302, 304, 307, 308})
    void p11_aRedirectIsAWrongAddress(int status) {
        assertThat(answer(status, "")).isEqualTo(new SendOutcome(Kind.PAUSE, null, null, "The homeserver answered " + status
                + ", which leads elsewhere; set MATRIX_HOMESERVER_URL to where its client API itself is"));
    }

    @Test
    @Tag("P11")
    void p11_aTokenThatIsNotKnownNamesTheRemedyAndNotTheToken() {
        assertThat(answer(401, "{\"errcode\":\"M_UNKNOWN_TOKEN\",\"error\":\"Unknown token: Bearer abcdef\"}").reason())
                .isEqualTo("The homeserver answered 401 M_UNKNOWN_TOKEN; make MATRIX_AS_TOKEN the as_token of the registration that it has loaded: Unknown token: Bearer ***");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422, 500})
    void whatIsSaidOfAContentMayQuoteItAndIsNotKept(int status) {
        assertThat(answer(status, "{\"errcode\":\"M_BAD_JSON\",\"error\":\"invalid type: string \\\"private words\\\"\"}").reason())
                .isEqualTo("The homeserver answered " + status + " M_BAD_JSON");
    }

    @Test
    @Tag("D12")
    void d12_anAnswerThatHurtsIsNotUnderstood() {
        assertThat(answer(403, "[".repeat(100_000)).kind()).isEqualTo(Kind.LATER);
        assertThat(answer(403, "{\"errcode\":{\"a\":1},\"error\":[]}").kind()).isEqualTo(Kind.LATER);
        assertThat(answer(403, "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"" + "x\\n".repeat(100_000) + "\"}").reason()).hasSize(200).doesNotContain("\n");
    }

    private static SendOutcome answer(int status, String body) {
        return SendOutcome.of(status, null, body.getBytes(StandardCharsets.UTF_8), NOW);
    }
}
