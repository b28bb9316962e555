package org.matrixletta.router.delivery;

import java.util.Map;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Report;

/**
 * That waiting messages were dropped.
 *
 * @param unwanted whose they were
 * @param count how many
 */
record Dropped(Criteria unwanted, long count) implements Report {

    @Override
    public String text() {
        String whose = unwanted.roomId() == null ? "for agent " + Printable.line(unwanted.agentId()) : "in room " + Printable.line(unwanted.roomId());
        return count == 0 ? "No message waits " + whose + "\n" : "🗑️  Dropped " + count + (count == 1 ? " message" : " messages") + " that waited " + whose + "\n";
    }

    @Override
    public Object json() {
        return Map.of("success", true, "dropped", count);
    }

    @Override
    public int exitCode() {
        return count == 0 ? 1 : 0;
    }
}
