package org.matrixletta.router.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.matrixletta.router.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Says what an operator has to do about messages that are not passed on: with the one notice that a room is given, or once an hour. */
@Component("routingAlarms")
class RoutingAlarms {

    private static final Logger log = LoggerFactory.getLogger("delivery");
    private static final Duration BETWEEN = Duration.ofHours(1);

    private final Map<String, Instant> saidOfUser = new ConcurrentHashMap<>();

    /** A row of claim-messages.sql. */
    public void claimed(@Body Map<String, Object> row) {
        String room = Printable.line((String) row.get("room_id"));
        if ("own-user".equals(row.get("rule")) && isDue((String) row.get("sender"))) {
            log.warn("⚠️ Something else writes as {} in room {}, whose agent's own user that is; it is ignored. Stop the other bridge, or give that room its own agent.",
                    Printable.line((String) row.get("sender")), room);
        }
        if (!Boolean.TRUE.equals(row.get("is_told"))) {
            return;
        }
        switch ((String) row.get("rule")) {
            case "claimed" -> log.error("❌ Room {} belongs to an entry of the mapping file that is not in the table; its messages wait. Run `verify`, and correct the entry it names.", room);
            case "room-turns" -> log.error("❌ Room {} had more turns within an hour than ROOM_TURNS_PER_HOUR allows; its messages wait. See who writes there, or raise that setting.", room);
            case "ping-pong" -> log.warn("⚠️ The agents {} and {} answer each other in room {} more often than PAIR_TURNS_PER_HOUR allows; they are stopped for now.",
                    Printable.line((String) row.get("writer")), Printable.line((String) row.get("agent_id")), room);
            default -> { }
        }
    }

    private boolean isDue(String user) {
        Instant now = Instant.now();
        return saidOfUser.merge(user, now, (said, next) -> said.plus(BETWEEN).isAfter(next) ? said : next).equals(now);
    }
}
