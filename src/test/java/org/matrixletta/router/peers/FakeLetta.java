package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A small Letta V1 server, on loopback unless told otherwise. Its agents answer {@code NAME heard: TEXT} unless told otherwise; turns, histories and runs go
 * as version 0.16.8 was seen to do them, which puts no lock on an agent. Unless {@link #strict} every agent exists.
 */
public final class FakeLetta implements AutoCloseable {

    /** What it is asked over HTTP, and the faults it is to have there. */
    public final PeerServer http;
    private final LettaMemory memory = new LettaMemory();
    private final Deque<Turn> script = new ArrayDeque<>();
    private Function<String, Turn> behaviour;
    private String password;

    /** Starts on this port, or on a free one where it is 0. */
    public FakeLetta(int port) {
        http = new PeerServer(port, this::receive);
    }

    /** Starts on this address, for whom loopback does not reach. */
    public FakeLetta(InetSocketAddress address) {
        http = new PeerServer(address, this::receive);
    }

    /** From now on only agents with a name exist. */
    public FakeLetta strict() {
        memory.strict();
        return this;
    }

    /** From now on requests need this bearer token; null for none. */
    public synchronized FakeLetta token(String token) {
        password = token;
        return this;
    }

    /** An agent of this name. */
    public FakeLetta agent(String id, String name) {
        memory.add(new FakeAgent(id, name));
        return this;
    }

    /** The agent is deleted: Letta does not find it any more. */
    public void delete(String id) {
        memory.delete(id);
    }

    /** The next turns of this agent, before those meant for any. */
    public synchronized void next(String id, Turn... turns) {
        memory.known(id).script.addAll(List.of(turns));
    }

    /** The next turns, whichever agent has them. */
    public synchronized void nextOfAny(Turn... turns) {
        script.addAll(List.of(turns));
    }

    /** How this agent's other turns go, by what it is asked. */
    public synchronized void always(String id, Function<String, Turn> turns) {
        memory.known(id).behaviour = turns;
    }

    /** How all agents' other turns go, by what they are asked; an agent's own behaviour comes first. */
    public synchronized void always(Function<String, Turn> turns) {
        behaviour = turns;
    }

    /** Lets the held turns of this agent end, in the order in which they began. */
    public void release(String id) {
        FakeAgent agent = memory.known(id);
        synchronized (agent.held) {
            for (Runnable end = agent.held.poll(); end != null; end = agent.held.poll()) {
                end.run();
            }
        }
    }

    /** The operator approves what the agent waits for: a run of its own follows, in which it says these texts. */
    public void approve(String id, String... texts) {
        FakeAgent agent = memory.known(id);
        agent.pending = null;
        String approved = memory.begin(agent);
        agent.remember("approval_response_message", approved, null, Json.object().put("approve", true));
        memory.end(agent, approved, Turn.says(texts), List.of());
    }

    /** What this agent was asked, in order of receipt, also where nothing came of it. */
    public List<String> asked(String id) {
        return http.requests("POST", "/v1/agents/" + id + "/messages").stream().flatMap(request -> messages(request.json())).map(FakeLetta::text).toList();
    }

    /** The agent's messages as Letta stored them, oldest first. */
    public List<ObjectNode> history(String id) {
        return memory.known(id).history();
    }

    /** How many turns are open. */
    public int running() {
        return memory.running();
    }

    /** The most turns that were open at once. */
    public int mostAtOnce() {
        return memory.most();
    }

    /** The most turns that this agent had open at once. */
    public int mostAtOnce(String id) {
        return memory.known(id).most;
    }

    /** Is killed: open turns are lost, and their runs stay open for ever. */
    public void down() {
        http.down();
        memory.loseTurns();
    }

    /** Starts again, with what was stored. */
    public void up() {
        http.up();
    }

    public void restart() {
        down();
        up();
    }

    @Override
    public void close() {
        http.close();
    }

    private void receive(RecordedRequest request, Consumer<Answer> reply) {
        String path = request.path().replaceFirst("/$", "");
        try {
            if (password != null && !("Bearer " + password).equals(request.header("Authorization"))) {
                reply.accept(detail(401, "Unauthorized"));
            } else if (request.method().equals("GET")) {
                reply.accept(memory.look(request, path));
            } else if (!request.method().equals("POST") || !path.matches("/v1/agents/[^/]+/messages")) {
                reply.accept(detail(404, "Not Found"));
            } else if (!path.equals(request.path())) {
                reply.accept(detail(307, "").with("Location", http.uri() + path));
            } else {
                ask(request, reply);
            }
        } catch (NoSuchElementException e) {
            reply.accept(detail(404, e.getMessage()));
        }
    }

    /** POST /v1/agents/{agent_id}/messages (Letta source, routers/v1/agents.py, send_message). */
    private void ask(RecordedRequest request, Consumer<Answer> reply) {
        FakeAgent agent = memory.find(request.segments().get(2));
        JsonNode body = request.json();
        List<JsonNode> messages = messages(body).toList();
        if (messages.isEmpty()) {
            reply.accept(detail(422, "Messages must not be empty"));
            return;
        }
        // Half of a surrogate pair makes the real one hang as well.
        Turn turn = Json.isEncodable(body) ? turn(agent, text(messages.get(messages.size() - 1))) : Turn.says().held();
        boolean held = turn.delay().equals(PeerServer.NEVER);
        Runnable end;
        // Whoever sees a held turn running can release it.
        synchronized (agent.held) {
            String run = turn.leaves() == Turn.Leaves.NOTHING ? null : memory.begin(agent);
            end = () -> {
                Answer result = run == null ? null : memory.end(agent, run, turn, messages);
                if (!turn.hasty()) {
                    reply.accept(turn.answer() == null ? result : turn.answer());
                }
            };
            if (held) {
                agent.held.add(end);
            }
        }
        if (turn.hasty()) {
            reply.accept(turn.answer());
        }
        if (!held) {
            http.later(turn.delay(), end);
        }
    }

    private synchronized Turn turn(FakeAgent agent, String text) {
        String pending = agent.pending;
        if (pending != null) {
            ObjectNode conflict = Json.object();
            conflict.putObject("detail").put("code", "PENDING_APPROVAL").put("pending_request_id", pending).put("message",
                    "Cannot send a new message: The agent is waiting for approval on a tool call. Please approve or deny the pending request before continuing.");
            return Turn.refused(Answer.json(409, conflict.toString()));
        }
        Turn next = agent.script.isEmpty() ? script.poll() : agent.script.remove();
        if (next != null) {
            return next;
        }
        return agent.behaviour != null ? agent.behaviour.apply(text) : behaviour != null ? behaviour.apply(text) : Turn.says(agent.name + " heard: " + text);
    }

    private static Stream<JsonNode> messages(JsonNode body) {
        return body == null ? Stream.empty() : StreamSupport.stream(body.path("messages").spliterator(), false);
    }

    private static String text(JsonNode message) {
        JsonNode content = message.path("content");
        return content.isTextual() ? content.textValue()
                : StreamSupport.stream(content.spliterator(), false).map(part -> part.path("text").asText()).collect(Collectors.joining());
    }

    private static Answer detail(int status, String detail) {
        return Answer.json(status, Json.object().put("detail", detail).toString());
    }
}
