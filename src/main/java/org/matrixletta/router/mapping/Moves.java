package org.matrixletta.router.mapping;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Says and counts every room that gets another owner and every agent that gets another Matrix user. */
@Component("moves")
class Moves {

    private static final Logger log = LoggerFactory.getLogger("mappings");

    private final MeterRegistry meters;

    Moves(MeterRegistry meters) {
        this.meters = meters;
        List.of("room", "Matrix user").forEach(kind -> count(kind, 0));
    }

    void warn(@Variable("moves") List<Map<String, Object>> moves) {
        for (Map<String, Object> move : moves) {
            String kind = (String) move.get("kind");
            log.warn("🔀 {} {} changes hands: {} → {}", kind.equals("room") ? "Room" : "The Matrix user of", text(move, "subject"), text(move, "old"), text(move, "new"));
            count(kind, 1);
        }
    }

    private void count(String kind, double moves) {
        meters.counter("router.mapping.moves", "kind", kind).increment(moves);
    }

    private static String text(Map<String, Object> move, String column) {
        return Printable.line(String.valueOf(move.get(column)));
    }
}
