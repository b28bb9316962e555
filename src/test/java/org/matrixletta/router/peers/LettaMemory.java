package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;

/** What the fake Letta has in its database, agents with their messages and runs, and how it lists them. */
final class LettaMemory {

    private static final int AGENTS_PAGE = 50;
    private static final int RUNS_PAGE = 100;
    private static final Set<String> FAILURES = Set.of("error", "llm_api_error", "invalid_llm_response", "invalid_tool_call", "no_tool_call",
            "max_tokens_exceeded", "context_window_overflow_in_system_prompt", "insufficient_credits");

    private final Map<String, FakeAgent> agents = new LinkedHashMap<>();
    private final Set<String> deleted = new HashSet<>();
    private final Map<String, ObjectNode> runs = new LinkedHashMap<>();
    private boolean strict;
    private int running;
    private int most;

    synchronized void strict() {
        strict = true;
    }

    synchronized void add(FakeAgent agent) {
        deleted.remove(agent.id);
        agents.put(agent.id, agent);
    }

    synchronized void delete(String id) {
        agents.remove(id);
        deleted.add(id);
    }

    /** The agent of this id, made where there is none. */
    synchronized FakeAgent known(String id) {
        return agents.computeIfAbsent(id, unknown -> new FakeAgent(id, id));
    }

    /**
     * The agent of this id.
     *
     * @throws NoSuchElementException in Letta's own words, if it has none
     */
    synchronized FakeAgent find(String id) {
        if (deleted.contains(id) || strict && !agents.containsKey(id)) {
            throw new NoSuchElementException("Agent with ID " + id + " not found");
        }
        return known(id);
    }

    synchronized int running() {
        return running;
    }

    synchronized int most() {
        return most;
    }

    /** Open turns are lost; their runs stay open for ever. */
    synchronized void loseTurns() {
        running = 0;
        agents.values().forEach(agent -> {
            agent.running = 0;
            agent.held.clear();
        });
    }

    /** A run begins; gives its id. */
    synchronized String begin(FakeAgent agent) {
        String id = "run-" + UUID.randomUUID();
        runs.put(id, Json.object().put("id", id).put("agent_id", agent.id).put("status", "created").put("background", false).put("created_at", Instant.now().toString()));
        most = Math.max(most, ++running);
        agent.most = Math.max(agent.most, ++agent.running);
        return id;
    }

    /** Stores what the turn leaves; gives what it answers where nothing disturbs it. */
    synchronized Answer end(FakeAgent agent, String run, Turn turn, List<JsonNode> asked) {
        running--;
        agent.running--;
        runs.get(run).put("status", FAILURES.contains(turn.stopReason()) ? "failed" : "completed").put("stop_reason", turn.stopReason())
                .put("completed_at", Instant.now().toString());
        ObjectNode result = Json.object();
        ArrayNode said = result.putArray("messages");
        if (turn.leaves() == Turn.Leaves.MESSAGES) {
            asked.forEach(message -> agent.remember("user_message", run, message.path("otid").textValue(), Json.object().set("content", message.get("content"))));
            turn.texts().forEach(text -> said.add(agent.remember("assistant_message", run, null, Json.object().put("content", text))));
            if (turn.stopReason().equals("error")) {
                // The step that failed was not the first: an earlier one ended with a tool call.
                agent.remember("tool_call_message", run, null, Json.object().put("name", "run_code"));
                agent.remember("tool_return_message", run, null, Json.object().put("status", "success"));
            }
            if (turn.stopReason().equals("requires_approval")) {
                ObjectNode request = agent.remember("approval_request_message", run, null, Json.object().put("name", "run_code"));
                agent.pending = request.get("id").textValue();
                said.add(request);
            }
        }
        result.putObject("stop_reason").put("message_type", "stop_reason").put("stop_reason", turn.stopReason());
        result.putObject("usage").put("message_type", "usage_statistics").put("completion_tokens", 1).put("prompt_tokens", 1).put("total_tokens", 2).put("step_count", 1);
        return Answer.json(200, result.toString());
    }

    /**
     * Answers a GET of this path, which ends without a slash.
     *
     * @throws NoSuchElementException if there is no such thing
     */
    synchronized Answer look(RecordedRequest request, String path) {
        return Answer.json(200, found(request, path).toString());
    }

    private JsonNode found(RecordedRequest request, String path) {
        String id = path.substring(path.indexOf('/', 4) + 1).replace("/messages", "");
        if (path.equals("/v1/health")) {
            return Json.object().put("version", "0.16.8").put("status", "ok");
        } else if (path.equals("/v1/agents")) {
            return list(page(request, agents.keySet(), AGENTS_PAGE).stream().map(key -> described(agents.get(key))).toList());
        } else if (path.equals("/v1/runs")) {
            return list(runs(request));
        } else if (path.matches("/v1/agents/[^/]+")) {
            return described(find(id));
        } else if (path.matches("/v1/agents/[^/]+/messages")) {
            return list(find(id).page(request, null));
        } else if (path.matches("/v1/runs/[^/]+(/messages)?") && runs.containsKey(id)) {
            ObjectNode run = runs.get(id);
            return path.endsWith("/messages") ? list(known(run.get("agent_id").textValue()).page(request, id)) : run;
        }
        throw new NoSuchElementException("Not Found");
    }

    private List<ObjectNode> runs(RecordedRequest request) {
        List<String> statuses = request.queries("statuses").toList();
        String agent = request.query("agent_id");
        List<String> chosen = runs.values().stream().filter(run -> agent == null || agent.equals(run.get("agent_id").textValue()))
                .filter(run -> statuses.isEmpty() || statuses.contains(run.get("status").textValue())).map(run -> run.get("id").textValue()).toList();
        return page(request, chosen, RUNS_PAGE).stream().map(runs::get).toList();
    }

    /** Newest first unless asked otherwise; {@code after} goes by that order. */
    private static List<String> page(RecordedRequest request, Collection<String> ids, int usual) {
        List<String> sorted = new ArrayList<>(ids);
        if (!"asc".equals(request.query("order"))) {
            Collections.reverse(sorted);
        }
        int from = sorted.indexOf(request.query("after")) + 1;
        return sorted.subList(from, Math.min(sorted.size(), from + request.number("limit", usual)));
    }

    private static ObjectNode described(FakeAgent agent) {
        return Json.object().put("id", agent.id).put("name", agent.name).put("agent_type", "letta_v1_agent");
    }

    private static ArrayNode list(List<ObjectNode> items) {
        return Json.array().addAll(items);
    }
}
