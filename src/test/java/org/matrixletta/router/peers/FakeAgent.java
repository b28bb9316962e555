package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/** One agent of the fake Letta: what it remembers, and how its next turns go. */
final class FakeAgent {

    private static final int PAGE = 100;

    final String id;
    final String name;
    final Deque<Turn> script = new ArrayDeque<>();
    /** How its other turns go; null for as all agents' do. */
    Function<String, Turn> behaviour;
    /** The ends of the turns that wait to be released. */
    final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    /** The message that waits for an approval; null if none does. */
    volatile String pending;
    int running;
    int most;
    private final List<ObjectNode> history = new ArrayList<>();

    FakeAgent(String id, String name) {
        this.id = id;
        this.name = name;
    }

    /** Stores a message of this type, and gives it. */
    synchronized ObjectNode remember(String type, String run, String otid, JsonNode content) {
        ObjectNode message = Json.object().put("id", "message-" + UUID.randomUUID()).put("date", Instant.now().toString()).put("message_type", type)
                .put("otid", otid == null ? UUID.randomUUID().toString() : otid).put("run_id", run);
        message.setAll((ObjectNode) content);
        history.add(message);
        return message;
    }

    synchronized List<ObjectNode> history() {
        return List.copyOf(history);
    }

    /**
     * A page of its messages, or of one run's. Both cursors go by the place in the history whatever the order, and an agent's newest
     * few are listed oldest first (Letta source, services/message_manager.py, server.py get_agent_recall_async).
     *
     * @throws NoSuchElementException if a cursor is no message of this agent
     */
    synchronized List<ObjectNode> page(RecordedRequest request, String run) {
        int before = request.query("before") == null ? history.size() : place(request.query("before"));
        int after = request.query("after") == null ? -1 : place(request.query("after"));
        String order = request.query("order") == null ? run == null ? "desc" : "asc" : request.query("order");
        List<ObjectNode> page = new ArrayList<>(history.subList(after + 1, Math.max(after + 1, before)));
        if (run != null) {
            page.removeIf(message -> !run.equals(message.get("run_id").textValue()));
        }
        int limit = Math.min(request.number("limit", PAGE), page.size());
        page = order.equals("desc") ? page.subList(page.size() - limit, page.size()) : page.subList(0, limit);
        if (run != null && order.equals("desc")) {
            Collections.reverse(page);
        }
        return page;
    }

    private int place(String message) {
        for (int i = 0; i < history.size(); i++) {
            if (history.get(i).get("id").textValue().equals(message)) {
                return i;
            }
        }
        throw new NoSuchElementException("No message found with id '" + message + "' for agent '" + id + "'.");
    }
}
