package org.matrixletta.router.mapping;

import org.matrixletta.router.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Report;

/**
 * What a sync did, or would do.
 *
 * @param sync what was asked for
 * @param file what was read
 * @param counts how many agents each action met
 * @param lines the first agents of each action
 * @param verification what the comparison after it found; null for a dry run
 */
public record SyncReport(SyncRequest sync, FileFacts file, Map<String, Long> counts, List<PlanLine> lines, VerificationReport verification) implements Report {

    /** Builds the report from the rows of count-plan.sql and list-plan.sql. */
    static SyncReport of(SyncRequest sync, FileFacts file, Map<String, Object> counts, List<Map<String, Object>> plan, VerificationReport verification) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        counts.forEach((name, count) -> numbers.put(name, ((Number) count).longValue()));
        numbers.put("unchanged", file.entries() - numbers.get("created") - numbers.get("updated") - numbers.get("kept") - numbers.get("rejected"));
        return new SyncReport(sync, file, numbers, plan.stream().map(PlanLine::of).toList(), verification);
    }

    @Override
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append("📋 Found ").append(file.entries()).append(" mappings in JSON\n");
        text.append("📋 Found ").append(counts.get("stored")).append(" mappings in database\n");
        file.warnings().forEach(warning -> text.append("⚠️  ").append(warning).append('\n'));
        if (isMostlyMissing()) {
            text.append("⚠️  THE FILE LACKS ").append(counts.get("only_in_database")).append(" OF THE ").append(counts.get("stored"))
                    .append(" STORED AGENTS; ").append(sync.prune() ? "" : "nothing is deleted, but ").append("look whether this is the right file\n");
        }
        if (Reports.isRefused(sync, counts.get("deleted"), counts.get("stored"))) {
            text.append("⚠️  Without --force-prune this will be refused: it deletes more than half of the stored agents\n");
        }
        print(text, "create", "created", sync.dryRun() ? "✨ Would CREATE " : "✨ Creating ");
        print(text, "update", "updated", sync.dryRun() ? "🔄 Would UPDATE " : "🔄 Updating ");
        print(text, "release", "released", sync.dryRun() ? "🔄 Would TAKE THE ROOM FROM " : "🔄 Taking the room from ");
        print(text, "delete", "deleted", sync.dryRun() ? "🗑️  Would DELETE " : "🗑️  Deleting ");
        print(text, "kept", "kept", "⚠️  Left as it is in database: ");
        print(text, "rejected", "rejected", "❌ Rejected ");
        print(text, "absent", "only_in_database", "⚠️  Only in database: ");
        text.append(VerificationReport.RULE).append("\nSYNC SUMMARY\n").append(VerificationReport.RULE).append('\n');
        text.append("✨ Created: ").append(counts.get("created")).append('\n');
        text.append("🔄 Updated: ").append(counts.get("updated") + counts.get("released")).append('\n');
        text.append("⏭️  Skipped: ").append(counts.get("unchanged") + counts.get("kept")).append('\n');
        if (counts.get("deleted") > 0) {
            text.append("🗑️  Deleted: ").append(counts.get("deleted")).append('\n');
        }
        text.append("❌ Errors:  ").append(counts.get("rejected")).append('\n');
        text.append(VerificationReport.RULE).append('\n');
        if (sync.dryRun()) {
            return text.append("🔍 DRY RUN - No changes were made to the database\n").toString();
        }
        if (counts.get("rejected") == 0) {
            text.append("✅ Database sync complete!\n");
        }
        return text.append("🔍 Running verification...\n").append(verification.text()).toString();
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("success", true);
        json.put("dry_run", sync.dryRun());
        json.put("file", Map.of("name", file.name(), "entries", file.entries(), "sha256", file.sha256()));
        json.put("counts", counts);
        json.put("warnings", file.warnings());
        json.put("changes", lines);
        if (verification != null) {
            json.put("verification", verification.json());
        }
        return json;
    }

    @Override
    public int exitCode() {
        return counts.get("rejected") > 0 || counts.get("kept") > 0 || verification != null && verification.exitCode() != 0 ? 1 : 0;
    }

    private boolean isMostlyMissing() {
        return counts.get("only_in_database") * 2 > counts.get("stored");
    }

    private void print(StringBuilder text, String action, String count, String heading) {
        long listed = 0;
        for (PlanLine line : lines) {
            if (line.action().equals(action)) {
                listed++;
                text.append(heading).append(line.agent());
                if (action.equals("kept")) {
                    text.append(", ").append(Printable.line(line.changedInDatabase())).append("; `sync` by hand takes the file's values");
                } else if (line.reason() != null) {
                    text.append(line.line() == null ? "" : ", line " + line.line()).append(": ").append(Printable.line(line.reason()));
                }
                text.append('\n');
                if (action.equals("update") || action.equals("kept")) {
                    line.printDifferences(text);
                }
            }
        }
        long total = action.equals("absent") ? counts.get(count) - counts.get("released") - counts.get("deleted") : counts.get(count);
        if (total > listed) {
            text.append(heading).append("… and ").append(total - listed).append(" more\n");
        }
    }
}
