package org.matrixletta.router.mapping;

import org.matrixletta.router.Printable;
import java.sql.Timestamp;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.springframework.stereotype.Component;

/** What the syncs and changes so far did, and how one of them is taken back. */
@Component("history")
class History {

    /** The newest syncs, newest first. */
    Report list(@Body List<Map<String, Object>> syncs) {
        return new SyncList(syncs);
    }

    /** The number of the sync that is to be taken back. */
    long id(@Header("sync_id") String id) {
        if (!id.matches("\\d{1,18}")) {
            throw new RefusedException(422, "A sync is named by its number; `history` lists them.");
        }
        return Long.parseLong(id);
    }

    /** A record for changes that come from no file. */
    FileFacts noFile(@Variable("syncId") Long syncId, @Header("agent_id") String agentId) {
        return new FileFacts(syncId == null ? "deletion of " + agentId : "restore of sync " + syncId, 0, null, List.of());
    }

    /** What taking back a sync did, or would do. */
    Report restored(@Variable("syncId") Long id, @Header("dryRun") Boolean dryRun, @Variable("lines") List<Map<String, Object>> lines) {
        if (lines.isEmpty()) {
            throw new RefusedException(404, "Sync " + id + " changed no row, or is not known; `history` lists them.");
        }
        return new Restoration(id, Boolean.TRUE.equals(dryRun), lines.stream().map(PlanLine::of).toList());
    }

    record SyncList(List<Map<String, Object>> syncs) implements Report {

        @Override
        public String text() {
            StringBuilder text = new StringBuilder();
            for (Map<String, Object> sync : syncs) {
                text.append(String.format("%6d  %s  %-9s  created %d, updated %d, deleted %d, unchanged %d, left %d, rejected %d  %s%n",
                        sync.get("id"), ((Timestamp) sync.get("at")).toInstant().truncatedTo(ChronoUnit.SECONDS), sync.get("trigger"), sync.get("created"), sync.get("updated"), sync.get("deleted"),
                        sync.get("unchanged"), sync.get("kept"), sync.get("rejected"), sync.get("file") == null ? "" : Printable.line((String) sync.get("file"))));
            }
            return syncs.isEmpty() ? "No sync has been recorded yet\n" : text.toString();
        }

        @Override
        public Object json() {
            return Map.of("success", true, "syncs", syncs);
        }

        @Override
        public int exitCode() {
            return 0;
        }
    }

    record Restoration(long id, boolean dryRun, List<PlanLine> lines) implements Report {

        @Override
        public String text() {
            StringBuilder text = new StringBuilder();
            for (PlanLine line : lines) {
                String verb = switch (line.action()) {
                    case "delete" -> "🗑️  " + (dryRun ? "Would DELETE " : "Deleting ");
                    case "create" -> "✨ " + (dryRun ? "Would CREATE " : "Creating ");
                    case "update" -> "🔄 " + (dryRun ? "Would UPDATE " : "Updating ");
                    default -> "❌ Left as it is: ";
                };
                text.append(verb).append(line.agent()).append(line.reason() == null ? "" : ": " + Printable.line(line.reason())).append('\n');
                if (line.action().equals("update")) {
                    line.printDifferences(text);
                }
            }
            return text.append(dryRun ? "🔍 DRY RUN - No changes were made to the database\n" : "✅ Sync " + id + " is taken back\n").toString();
        }

        @Override
        public Object json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("success", true);
            json.put("sync", id);
            json.put("dry_run", dryRun);
            json.put("changes", new ArrayList<>(lines));
            return json;
        }

        @Override
        public int exitCode() {
            return lines.stream().anyMatch(line -> line.action().equals("rejected")) ? 1 : 0;
        }
    }
}
