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

    private static final String MALFORMED = "malformed";
    private static final String TOO_OLD = "too-old";

    private final MeterRegistry registry;

    RoutingMeters(MeterRegistry registry) {
        this.registry = registry;
        // What has not happened yet is 0, so that the first time is seen as an increase.
        List.of("found", "default", "not mapped", "unavailable", "contested").forEach(outcome -> registry.counter("router.lookups", "outcome", outcome));
        List.of(MALFORMED, TOO_OLD).forEach(kind -> undelivered(kind, 0));
    }

    /** The rows of store-events.sql. */
    public void stored(@Variable("stored") List<Map<String, Object>> rows) {
        for (Map<String, Object> row : rows) {
            count("router.events.stored", row);
            if (row.get("state").equals("dead")) {
                undelivered(MALFORMED, 1);
            }
        }
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
        if (row.get("state").equals("dead")) {
            undelivered(TOO_OLD, 1);
        }
    }

    /** A claim that failed: whose the waiting rooms are is not known. */
    public void unavailable() {
        lookup("unavailable");
    }

    private void lookup(String outcome) {
        registry.counter("router.lookups", "outcome", outcome).increment();
    }

    private void undelivered(String kind, double letters) {
        registry.counter("router.undelivered", "kind", kind).increment(letters);
    }

    private void count(String meter, Map<String, Object> row) {
        registry.counter(meter, "state", (String) row.get("state"), "rule", row.get("rule") == null ? "none" : (String) row.get("rule")).increment();
    }
}
