package org.matrixletta.router.mapping;

import org.matrixletta.router.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.matrixletta.router.Printable;

/** Collects warnings about entries: each kind once, with how many entries it meets and the first of them by name. */
final class Remarks {

    private static final int NAMED = 5;

    private final Map<String, List<String>> agents = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    void add(String kind, String agentId) {
        counts.merge(kind, 1, Integer::sum);
        List<String> named = agents.computeIfAbsent(kind, none -> new ArrayList<>(NAMED));
        if (named.size() < NAMED) {
            named.add(Printable.name(agentId));
        }
    }

    /** A line per kind, for example {@code 2 entries have no agent_name: agent-a, agent-b}. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        counts.forEach((kind, count) -> lines.add(count + (count == 1 ? " entry " : " entries ") + kind + ": "
                + String.join(", ", agents.get(kind)) + (count > NAMED ? " … and " + (count - NAMED) + " more" : "")));
        return lines;
    }
}
