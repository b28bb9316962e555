package org.matrixletta.router.letta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.matrixletta.router.letta.Outcome.Certainty.DID_NOT_HAPPEN;
import static org.matrixletta.router.letta.Outcome.Certainty.UNKNOWN;
import static org.matrixletta.router.letta.Outcome.Remedy.GIVE_UP;
import static org.matrixletta.router.letta.Outcome.Remedy.PAUSE_LETTA;
import static org.matrixletta.router.letta.Outcome.Remedy.TRY;
import static org.matrixletta.router.letta.Outcome.Remedy.WAIT;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.camel.CamelExecutionException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.letta.Outcome.Certainty;
import org.matrixletta.router.letta.Outcome.Remedy;

/** What it means when there is no answer: the HTTP client's own exceptions, made by real sockets where that is possible. */
class LettaFailureTest {

    /** What a peer does with a connection. */
    private interface Peer {
        void serve(Socket connection) throws IOException;
    }

    private final LettaAnswer letta = new LettaAnswer(Clock.systemUTC());
    private ServerSocket server;
    private CloseableHttpClient client;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        client = HttpClients.custom().disableAutomaticRetries().setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(Timeout.ofSeconds(5)).build())
                        .setMaxConnTotal(1).build())
                .setDefaultRequestConfig(RequestConfig.custom().setConnectionRequestTimeout(Timeout.ofMilliseconds(50)).setResponseTimeout(Timeout.ofSeconds(1)).build())
                .build();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    @Test
    @Tag("L4")
    void l4_aRefusedConnectionIsCertain() throws IOException {
        server.close();
        assertOutcome(post("http"), DID_NOT_HAPPEN, PAUSE_LETTA, "Letta does not take connections; see that it runs, and check LETTA_API_URL.");
    }

    @Test
    @Tag("L4")
    void l4_anUnknownHostIsCertain() {
        Throwable failure = catchThrowable(() -> client.execute(new HttpPost("http://no-such-host.invalid/"), response -> null));
        assertOutcome(failure, DID_NOT_HAPPEN, PAUSE_LETTA, "Letta's host name is unknown; check LETTA_API_URL.");
    }

    @Test
    @Tag("L4")
    void l4_aConnectionThatCannotBeMadeInTimeIsCertain() {
        assertOutcome(new ConnectTimeoutException("Connect timed out"), DID_NOT_HAPPEN, PAUSE_LETTA, null);
        assertOutcome(new NoRouteToHostException("No route to host"), DID_NOT_HAPPEN, PAUSE_LETTA, null);
    }

    @Test
    @Tag("L4")
    void l4_aRequestThatGotNoConnectionOfThePoolNeverLeft() throws Exception {
        serve(connection -> {
            connection.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            connection.getInputStream().readAllBytes();
        });
        client.executeOpen(null, new HttpPost(url("http")), null); // holds the only connection until the client is closed
        assertOutcome(post("http"), DID_NOT_HAPPEN, WAIT, "All connections to Letta were taken; the message was not sent.");
    }

    @Test
    @Tag("L5")
    void l5_noAnswerInTimeIsUnknown() {
        serve(connection -> connection.getInputStream().readAllBytes());
        assertOutcome(post("http"), UNKNOWN, TRY, "Letta did not answer within LETTA_TURN_LIMIT.");
    }

    @Test
    @Tag("L5")
    void l5_aConnectionClosedWithoutAnAnswerIsUnknown() {
        serve(connection -> readRequest(connection.getInputStream()));
        assertOutcome(post("http"), UNKNOWN, TRY, "The connection to Letta broke before its answer was complete.");
    }

    @Test
    @Tag("L5")
    void l5_aResetIsUnknown() {
        serve(connection -> connection.setSoLinger(true, 0));
        assertOutcome(post("http"), UNKNOWN, TRY, null);
        assertOutcome(new SocketException("Connection reset"), UNKNOWN, TRY, null);
    }

    @Test
    @Tag("L5")
    void l5_anAnswerThatBreaksOffIsUnknown() {
        serve(connection -> {
            readRequest(connection.getInputStream());
            connection.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"messages\":".getBytes(StandardCharsets.US_ASCII));
        });
        assertOutcome(post("http"), UNKNOWN, TRY, null);
    }

    @Test
    @Tag("L5")
    void l5_aCertificateThatIsNotTrustedIsCertainAndBrokenTlsIsNot() {
        assertOutcome(new SSLPeerUnverifiedException("Certificate doesn't match"), DID_NOT_HAPPEN, PAUSE_LETTA, null);
        assertOutcome(new SSLException("Connection reset"), UNKNOWN, TRY, null);
    }

    @Test
    @Tag("L4")
    void l4_aHandshakeThatEndsEarlyIsCertain() {
        serve(connection -> connection.getInputStream().read());
        assertOutcome(post("https"), DID_NOT_HAPPEN, PAUSE_LETTA, "No trusted connection to Letta could be made; check its certificate and LETTA_API_URL.");
    }

    @Test
    void h6_anIdThatIsNoneOfLettasIsRefusedBeforeAnythingIsSent() {
        for (String id : new String[] {"..", ".", "", "a/b", "a?b", "a#b", "a%2Fb", "{{x}}", "${x}", "a b", "a\n", "x".repeat(256)}) {
            assertOutcome(catchThrowable(() -> LettaPath.messages(id)), DID_NOT_HAPPEN, GIVE_UP, "The agent's id cannot be one of Letta's; correct the room's mapping.");
        }
        assertThat(LettaPath.messages("agent-1").path()).isEqualTo("/v1/agents/agent-1/messages");
    }

    @Test
    void l5_whateverElseFailsIsUnknownAndNothingIsThrown() {
        IOException endless = new IOException("a");
        endless.initCause(new IOException("b", endless));
        assertOutcome(endless, UNKNOWN, TRY, null);
        assertOutcome(null, UNKNOWN, TRY, null);
        assertOutcome(new StackOverflowError(), UNKNOWN, TRY, null);
    }

    private void assertOutcome(Throwable failure, Certainty certainty, Remedy remedy, String reason) {
        for (Throwable wrapped : new Throwable[] {failure, new CamelExecutionException("wrapped", null, new RuntimeException(failure))}) {
            Outcome outcome = letta.failed(wrapped);
            assertThat(outcome).as(String.valueOf(failure)).extracting(Outcome::certainty, Outcome::remedy).containsExactly(certainty, remedy);
            if (reason != null) {
                assertThat(outcome.reason()).isEqualTo(reason);
            }
        }
    }

    private Throwable post(String scheme) {
        Throwable failure = catchThrowable(() -> client.execute(new HttpPost(url(scheme)), response -> EntityUtils.toByteArray(response.getEntity())));
        assertThat(failure).isNotNull();
        return failure;
    }

    private String url(String scheme) {
        return scheme + "://127.0.0.1:" + server.getLocalPort() + "/v1/agents/a/messages";
    }

    private void serve(Peer peer) {
        CompletableFuture.runAsync(() -> {
            try (Socket connection = server.accept()) {
                peer.serve(connection);
            } catch (IOException e) {
                // The test ends the connection.
            }
        });
    }

    /** To the empty line, so that closing is no reset. */
    private static void readRequest(InputStream request) throws IOException {
        for (int seen = 0, next; seen < 4 && (next = request.read()) >= 0; ) {
            seen = next == "\r\n\r\n".charAt(seen) ? seen + 1 : 0;
        }
    }
}
