package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Pushes events to the application service as Synapse does: at most a hundred in a transaction, one transaction at a time, in order,
 * and the same one again until a 2xx with a JSON body accepts it (Matrix spec, Application Service API, "Pushing events").
 */
final class Transactions {

    private static final int MOST_EVENTS = 100;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final List<String> ALWAYS_EMPTY = List.of("ephemeral", "de.sorunome.msc2409.ephemeral", "de.sorunome.msc2409.to_device");

    private enum State { IDLE, SENDING, RESTING, STOPPED }

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String hsToken;
    private final Deque<JsonNode> waiting = new ArrayDeque<>();
    private final List<Integer> statuses = new ArrayList<>();
    private Duration backOff = Duration.ofMillis(50);
    private URI service;
    private State state = State.IDLE;
    private int attempt;
    private int txnId;
    private byte[] body;
    private int inFlight;

    Transactions(String hsToken) {
        this.hsToken = hsToken;
    }

    /** How long to wait after a refusal; Synapse waits 2, 4, 8 … 512 s. */
    synchronized void backOff(Duration wait) {
        backOff = wait;
    }

    /** Where the application service is; it need not listen yet. */
    synchronized void to(URI url) {
        service = url;
        next();
    }

    synchronized URI service() {
        return service;
    }

    synchronized void add(JsonNode event) {
        waiting.add(event);
        next();
    }

    /** How many events the application service has not accepted yet. */
    synchronized int left() {
        return waiting.size() + inFlight;
    }

    /** The status that each attempt was answered with; 0 for no answer. */
    synchronized List<Integer> statuses() {
        return List.copyOf(statuses);
    }

    /** Tries now, as after a ping. */
    synchronized void flush() {
        if (state == State.RESTING) {
            state = State.IDLE;
            next();
        }
    }

    synchronized void stop() {
        state = State.STOPPED;
        attempt++;
    }

    /** Goes on with what is pending. As Synapse on SQLite does, it counts from 1 again where nothing is. */
    synchronized void start() {
        state = State.IDLE;
        txnId = body == null ? 0 : txnId;
        next();
    }

    /** What a crash does to the events behind the transaction in flight. */
    synchronized void forget() {
        waiting.clear();
    }

    /** One request of the homeserver to the application service; the path begins with a slash. */
    CompletableFuture<HttpResponse<String>> ask(String method, String path, byte[] content) {
        return client.sendAsync(HttpRequest.newBuilder(URI.create(service() + path)).timeout(TIMEOUT)
                .headers("Authorization", "Bearer " + hsToken, "User-Agent", "Synapse/1.160.0", "Accept", "application/json", "Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofByteArray(content)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private void next() {
        if (state != State.IDLE || service == null || body == null && waiting.isEmpty()) {
            return;
        }
        if (body == null) {
            ObjectNode transaction = Json.object();
            ArrayNode events = transaction.putArray("events");
            while (events.size() < MOST_EVENTS && !waiting.isEmpty()) {
                events.add(waiting.remove());
            }
            ALWAYS_EMPTY.forEach(transaction::putArray);
            txnId++;
            inFlight = events.size();
            body = transaction.toString().getBytes(StandardCharsets.UTF_8);
        }
        state = State.SENDING;
        int mine = ++attempt;
        ask("PUT", "/_matrix/app/v1/transactions/" + txnId, body).whenComplete((response, failure) -> done(mine, response));
    }

    private synchronized void done(int mine, HttpResponse<String> response) {
        if (mine != attempt) {
            return;
        }
        statuses.add(response == null ? 0 : response.statusCode());
        if (response != null && response.statusCode() / 100 == 2 && Json.read(response.body().getBytes(StandardCharsets.UTF_8)) != null) {
            body = null;
            inFlight = 0;
            state = State.IDLE;
            next();
        } else {
            state = State.RESTING;
            CompletableFuture.delayedExecutor(backOff.toMillis(), TimeUnit.MILLISECONDS).execute(() -> wake(mine));
        }
    }

    private synchronized void wake(int mine) {
        if (mine == attempt) {
            flush();
        }
    }
}
