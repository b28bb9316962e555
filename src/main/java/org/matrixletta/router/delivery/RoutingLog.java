package org.matrixletta.router.delivery;

import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.matrixletta.router.Printable;
import org.matrixletta.router.store.StoreFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The lines by which operators follow which agent a room's message goes to; application.yaml has them appear at every LOG_LEVEL. */
@Component("routingLog")
class RoutingLog {

    private static final Logger log = LoggerFactory.getLogger("routing");
    private static final Logger events = LoggerFactory.getLogger("delivery");

    private final StoreFailure storeFailure;
    private volatile String unavailable;

    RoutingLog(StoreFailure storeFailure) {
        this.storeFailure = storeFailure;
    }

    /** The lookup succeeded. */
    public void available() {
        if (unavailable != null) {
            unavailable = null;
            log.info("The agent mappings database answers again");
        }
    }

    /** A row of claim-messages.sql. */
    public void claimed(@Body Map<String, Object> row) {
        String rule = (String) row.get("rule");
        String room = Printable.line((String) row.get("room_id"));
        if (rule == null ? row.get("state").equals("asking") : rule.equals("observe") || rule.equals("not-mapped")) {
            routed(row, room);
        }
        if (rule != null && !rule.equals(row.get("rule_before"))) {
            events.info("Event {} in room {}: {} ({})", Printable.line((String) row.get("event_id")), room, row.get("state"), rule);
        }
        if (row.get("sharing") != null) {
            log.warn("⚠️ Room {} belongs to several agents in the table: {}; the oldest row counts", room, Printable.line((String) row.get("sharing")));
        }
    }

    private static void routed(Map<String, Object> row, String room) {
        if (row.get("agent_id") == null) {
            log.info("No agent mapping found in DB for room {}, and there is no default agent", room);
            return;
        }
        String agent = Printable.line((String) row.get("agent_id"));
        if (Boolean.TRUE.equals(row.get("is_default"))) {
            log.info("No agent mapping found in DB for room {}, using default agent", room);
            log.info("AGENT ROUTING: Room {} -> Agent {} (DEFAULT)", room, agent);
        } else {
            log.info("AGENT ROUTING: Room {} -> Agent {} ({})", room, agent, Printable.name((String) row.get("agent_name")));
        }
    }

    /** The lookup failed: nothing was claimed, and every message stays where it is. */
    public void unavailable(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        if (!StoreFailure.isStoreFailure(failure)) {
            log.error("An error of the router itself", failure);
            return;
        }
        String sentence = storeFailure.sentence(failure);
        if (!sentence.equals(unavailable)) {
            unavailable = sentence;
            log.error("Could not query agent mappings database: {}", sentence);
        }
    }
}
