package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A small homeserver on loopback, with the parts of both APIs that an application service meets. Unless {@link #strict} it accepts
 * every user, device and room.
 */
public final class FakeHomeserver implements AutoCloseable {

    /** The {@code id} of the application service's registration. */
    private static final String SERVICE = "letta";

    /** What it is asked over HTTP, and the faults it is to have there. */
    public final PeerServer http;
    private final Transactions transactions;
    private final Rooms rooms;
    private final ClientApi api;

    /** Starts on this port, or on a free one where it is 0. The application service's own user is {@code @letta}, its agents' are {@code @agent_…}. */
    public FakeHomeserver(int port, String serverName, String asToken, String hsToken) {
        String bot = "@letta:" + serverName;
        transactions = new Transactions(hsToken);
        rooms = new Rooms(transactions, bot);
        api = new ClientApi(rooms, serverName, asToken, bot);
        http = new PeerServer(port, this::receive);
    }

    /** Where the application service is, as the {@code url} of its registration says it; it need not listen yet. */
    public FakeHomeserver service(String url) {
        transactions.to(URI.create(url));
        return this;
    }

    /** How long it waits before it repeats a transaction. */
    public FakeHomeserver backOff(Duration wait) {
        transactions.backOff(wait);
        return this;
    }

    /** From now on users and devices must be registered, and who writes in a room must have joined it. */
    public FakeHomeserver strict() {
        api.strict();
        return this;
    }

    /** Whether new rooms are encrypted from now on, as a Synapse with {@code encryption_enabled_by_default_for_room_type} makes them. */
    public FakeHomeserver encryptRooms(boolean all) {
        api.encryptRooms(all);
        return this;
    }

    /** Prints what is said in the rooms. */
    public FakeHomeserver printTo(PrintStream out) {
        rooms.printTo(out);
        return this;
    }

    /** A person who writes over HTTP with this access token. */
    public FakeHomeserver person(String user, String token) {
        api.person(user, token);
        return this;
    }

    /** A registered user with these devices. */
    public FakeHomeserver user(String user, String... devices) {
        api.user(user, devices);
        return this;
    }

    /** Whether the user is a server admin from now on. */
    public FakeHomeserver admin(String user, boolean is) {
        api.admin(user, is);
        return this;
    }

    /** Whether there is an admin API, as Synapse has one and others have not. */
    public FakeHomeserver knowsAdmins(boolean knows) {
        api.knowsAdmins(knows);
        return this;
    }

    /** A room that was there before, with these members; nothing of it is pushed. */
    public FakeHomeserver room(String room, String... members) {
        rooms.create(room, members);
        return this;
    }

    /** Somebody writes a text; gives its event id. */
    public String say(String room, String sender, String text) {
        return send(room, sender, "m.room.message", text(text));
    }

    /** Somebody sends an event; gives its event id. */
    public String send(String room, String sender, String type, String content) {
        return rooms.happen(room, sender, type, null, content, true);
    }

    /** Somebody changes the room's state: an invitation, a tombstone; gives its event id. */
    public String sendState(String room, String sender, String type, String key, String content) {
        return rooms.happen(room, sender, type, key, content, true);
    }

    /** Somebody changes the room's state, which this server forgets to push; gives its event id. */
    public String sendUnheardState(String room, String sender, String type, String key, String content) {
        return rooms.happen(room, sender, type, key, content, false);
    }

    /** Somebody writes a text that this server forgets to push; gives its event id. */
    public String sayUnheard(String room, String sender, String text) {
        return sendUnheard(room, sender, "m.room.message", text(text));
    }

    /** Somebody sends an event that this server forgets to push; gives its event id. */
    public String sendUnheard(String room, String sender, String type, String content) {
        return rooms.happen(room, sender, type, null, content, false);
    }

    /** Sends just these bytes as a transaction, once, whatever else is being pushed; gives the answer. */
    public HttpResponse<String> transaction(String txnId, byte[] body) {
        return transactions.ask("PUT", "/_matrix/app/v1/transactions/" + txnId, body).join();
    }

    /** How many events the application service has not accepted yet. */
    public int unpushed() {
        return transactions.left();
    }

    /** What every attempt to push was answered with; 0 for no answer. */
    public List<Integer> pushStatuses() {
        return transactions.statuses();
    }

    /** Refuses connections and pushes nothing. */
    public void down() {
        transactions.stop();
        http.down();
    }

    /** Starts again, and knows only what Synapse keeps on disk: no transaction of a user without a device, no count of its pushes. */
    public void up() {
        api.restart();
        http.up();
        transactions.start();
    }

    public void restart() {
        down();
        up();
    }

    /** Is killed and started again: what waited behind the transaction in flight is never pushed (Synapse, issue 11637). */
    public void crash() {
        down();
        transactions.forget();
        up();
    }

    /** The room's events, oldest first. */
    public List<ObjectNode> events(String room) {
        return rooms.events(room);
    }

    /** What was said in the room, oldest first, each as {@code @user:server: text}. */
    public List<String> conversation(String room) {
        return events(room).stream().filter(event -> event.get("type").textValue().equals("m.room.message"))
                .map(event -> event.get("sender").textValue() + ": " + event.at("/content/body").asText()).toList();
    }

    @Override
    public void close() {
        transactions.stop();
        http.close();
    }

    private void receive(RecordedRequest request, Consumer<Answer> reply) {
        try {
            if (request.path().matches("/_matrix/client/v1/appservice/[^/]+/ping") && request.method().equals("POST")) {
                ping(request, reply);
            } else {
                reply.accept(api.answer(request));
            }
        } catch (MatrixError e) {
            reply.accept(e.answer());
        }
    }

    /** Asks the application service whether it is there; if so, what is pending is pushed at once (Application Service API, "Pinging"). */
    private void ping(RecordedRequest request, Consumer<Answer> reply) {
        if (!api.caller(request).isService() || !request.segments().get(4).equals(SERVICE)) {
            throw new MatrixError(403, "M_FORBIDDEN", "Mismatching application service ID in path");
        }
        if (transactions.service() == null) {
            throw new MatrixError(400, "M_URL_NOT_SET", "The application service does not have a URL set");
        }
        long start = System.nanoTime();
        transactions.ask("POST", "/_matrix/app/v1/ping", request.body()).whenComplete((response, failure) -> {
            if (failure != null) {
                reply.accept(Answer.matrix(502, "M_CONNECTION_FAILED", "Connection to the application service failed"));
            } else if (response.statusCode() / 100 != 2) {
                reply.accept(Answer.json(502, Json.object().put("errcode", "M_BAD_STATUS").put("error", "HTTP " + response.statusCode())
                        .put("status", response.statusCode()).put("body", response.body()).toString()));
            } else {
                transactions.flush();
                reply.accept(Answer.json(200, "{\"duration_ms\":" + Duration.ofNanos(System.nanoTime() - start).toMillis() + "}"));
            }
        });
    }

    private static String text(String text) {
        return Json.object().put("msgtype", "m.text").put("body", text).toString();
    }
}
