package org.matrixletta.router.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/** Counts what came in, by what it met there; what the claims made of it; and how each lookup of a room ended. */
@Component("routingMeters")
class RoutingMeters {

    private final MeterRegistry registry;

    RoutingMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** The rows of store-events.sql. */
    public void stored(@Variable("stored") List<Map<String, Object>> rows) {
        rows.forEach(row -> count("router.events.stored", row));
    }

    /** A row of claim-messages.sql; what only waits on is counted once it is decided. */
    public void claimed(@Body Map<String, Object> row) {
        if (row.get("state").equals("waiting")) {
            return;
        }
        count("router.events.claimed", row);
        lookup(!Boolean.TRUE.equals(row.get("is_default")) ? "found" : row.get("agent_id") == null ? "not mapped" : "default");
        if (row.get("sharing") != null) {
            lookup("contested");
        }
    }

    /** A claim that failed: whose the waiting rooms are is not known. */
    public void unavailable() {
        lookup("unavailable");
    }

    private void lookup(String outcome) {
        registry.counter("router.lookups", "outcome", outcome).increment();
    }

    private void count(String meter, Map<String, Object> row) {
        registry.counter(meter, "state", (String) row.get("state"), "rule", row.get("rule") == null ? "none" : (String) row.get("rule")).increment();
    }
}
