package org.matrixletta.router.delivery;

import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.springframework.stereotype.Component;

/** What will not go on by itself, and what the operator does about it. */
@Component("deadLetters")
class DeadLetters {

    /**
     * How many are to be listed.
     *
     * @throws RefusedException if that is no such number
     */
    public Criteria criteria(@Header("limit") String limit) {
        return new Criteria(null, null, "dead", Messages.limit(limit), "");
    }

    /** The rows of list-dead-letters.sql. */
    public Report list(@Body List<Map<String, Object>> rows) {
        return new DeadLetterList(rows);
    }

    /**
     * Those that are named, by ids that are separated by commas.
     *
     * @throws RefusedException if one of them is no such id
     */
    public LetterIds named(@Header("id") String ids) {
        return LetterIds.of(Messages.decoded(ids));
    }

    /** What became of those that were to go on. */
    public Report replayed(@Body List<Map<String, Object>> rows) {
        return new Handled("replayed", "🔁 Replayed ", handled(rows));
    }

    /** What became of those that were to end. */
    public Report dropped(@Body List<Map<String, Object>> rows) {
        return new Handled("dropped", "🗑️  Dropped ", handled(rows));
    }

    private static List<String> handled(List<Map<String, Object>> rows) {
        for (Map<String, Object> row : rows) {
            String id = (String) row.get("id");
            if (row.get("fault") != null) {
                throw switch ((String) row.get("fault")) {
                    case "unreadable" -> new RefusedException(409, id + " was never a message that an agent can be asked; nothing was changed, drop it.");
                    case "no-text" -> new RefusedException(409, id + " has no text any more, it was redacted or its retention is over; nothing was changed, drop it.");
                    default -> LetterIds.unknown(id);
                };
            }
        }
        return rows.stream().map(row -> (String) row.get("id")).toList();
    }

    record Handled(String how, String verb, List<String> ids) implements Report {

        @Override
        public String text() {
            StringBuilder text = new StringBuilder();
            ids.forEach(id -> text.append(verb).append(id).append('\n'));
            return text.toString();
        }

        @Override
        public Object json() {
            return Map.of("success", true, how, ids);
        }

        @Override
        public int exitCode() {
            return 0;
        }
    }
}
