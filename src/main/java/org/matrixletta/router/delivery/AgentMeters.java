package org.matrixletta.router.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Variable;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** What waits for each agent and what it did, for as many agents as METRICS_AGENTS says, the busiest; the others are one, named other. */
@Component("agentMeters")
class AgentMeters {

    private static final String TURNS = "router.agent.turns";
    private static final String OTHER = "other";

    /**
     * What list-waiting-agents.sql is asked.
     *
     * @param atMost how many agents have a row of their own
     * @param defaultAgent to whom rooms without a mapping belong; "none" where to nobody
     */
    record Shown(int atMost, String defaultAgent) {
    }

    private final MeterRegistry registry;
    private final MultiGauge waiting;
    private final MultiGauge oldest;
    private final Shown shown;
    /** How many turns each agent had since the start. */
    private final Map<String, Long> turns = new HashMap<>();
    private Set<String> busiest = new HashSet<>();

    AgentMeters(MeterRegistry registry, Settings settings) {
        this.registry = registry;
        this.waiting = MultiGauge.builder("router.agent.waiting").register(registry);
        this.oldest = MultiGauge.builder("router.agent.oldest.seconds").register(registry);
        this.shown = new Shown(settings.metricsAgents(), settings.defaultAgent().isEmpty() ? "none" : settings.defaultAgent());
    }

    /** What list-waiting-agents.sql is asked. */
    public Shown shown() {
        return shown;
    }

    /** The rows of list-waiting-agents.sql. */
    public synchronized void waiting(@Variable("waiting") List<Map<String, Object>> rows) {
        waiting.register(series(rows, "waiting"), true);
        oldest.register(series(rows, "oldest"), true);
        chooseBusiest();
    }

    /** A turn that is over. */
    public synchronized void turned(@Variable("settlement") Settlement settlement) {
        String outcome = settlement.state().equals("dead") ? "failed" : settlement.state();
        if (!List.of("answered", "failed").contains(outcome)) {
            return;
        }
        String agent = settlement.turn().agentId();
        turns.merge(agent, 1L, Long::sum);
        if (busiest.size() < shown.atMost()) {
            busiest.add(agent);
        }
        registry.counter(TURNS, "agent", busiest.contains(agent) ? agent : OTHER, "outcome", outcome).increment();
    }

    /** Whoever is not among the busiest any more counts as one of the others from now on; what was counted of others stays there. */
    private void chooseBusiest() {
        busiest = turns.entrySet().stream().sorted(Entry.<String, Long>comparingByValue().reversed()).limit(shown.atMost()).map(Entry::getKey).collect(Collectors.toCollection(HashSet::new));
        registry.find(TURNS).meters().stream().filter(meter -> !busiest.contains(meter.getId().getTag("agent")) && !OTHER.equals(meter.getId().getTag("agent"))).forEach(registry::remove);
    }

    private static List<Row<?>> series(List<Map<String, Object>> rows, String column) {
        return rows.stream().<Row<?>>map(row -> Row.of(Tags.of("agent", (String) row.get("agent")), (Number) row.get(column))).toList();
    }
}
