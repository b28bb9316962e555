package org.matrixletta.router.mapping;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Report;

/**
 * What a comparison of file and table found.
 *
 * @param totals how many findings each kind has; the list below may hold fewer
 * @param findings the first of each kind
 * @param differences how many of all are differences and not just remarks
 * @param asked whom was asked about what, in a sentence; null where nobody was
 */
public record VerificationReport(Map<Finding.Kind, Long> totals, List<Finding> findings, long differences, String asked) implements Report {

    static final String RULE = "=".repeat(60);

    private static final Map<String, Finding.Kind> FIELDS = Map.of("room_id", Finding.Kind.ROOM, "agent_name", Finding.Kind.NAME,
            "matrix_user_id", Finding.Kind.USER, "room_created", Finding.Kind.ROOM_CREATED, "matrix_password", Finding.Kind.PASSWORD,
            "invitation_status", Finding.Kind.INVITATIONS);

    private static final Map<String, Finding.Kind> REMARKS = Map.of("shared", Finding.Kind.SHARED, "only in database", Finding.Kind.ONLY_IN_DATABASE,
            "without room", Finding.Kind.WITHOUT_ROOM, "without password", Finding.Kind.WITHOUT_PASSWORD, "accepted", Finding.Kind.ACCEPTED);

    /** Builds the report from the rows of count-differences.sql, list-plan.sql and list-remarks.sql. */
    static VerificationReport of(Map<String, Object> counts, List<Map<String, Object>> plan, List<Map<String, Object>> remarks) {
        Map<Finding.Kind, Long> totals = new EnumMap<>(Finding.Kind.class);
        for (Finding.Kind kind : Finding.Kind.values()) {
            if (kind.isLive()) {
                continue;
            }
            totals.put(kind, counts.get(kind.key) instanceof Number count ? count.longValue() : 0L);
        }
        List<Finding> findings = new ArrayList<>();
        for (Map<String, Object> row : plan) {
            PlanLine line = PlanLine.of(row);
            switch (line.action()) {
                case "create" -> findings.add(new Finding(Finding.Kind.MISSING, line.agentId(), line.agentName(), null, null));
                case "rejected" -> findings.add(new Finding(Finding.Kind.REJECTED, line.agentId(), line.agentName(), rejection(line), null));
                case "update" -> line.differences().forEach(difference -> findings.add(
                        new Finding(FIELDS.get(difference.field()), line.agentId(), line.agentName(), difference.wanted(), difference.old())));
                default -> { }
            }
            if (line.changedInDatabase() != null && (line.action().equals("create") || line.action().equals("update"))) {
                findings.add(new Finding(Finding.Kind.CHANGED, line.agentId(), line.agentName(), null, null));
            }
        }
        long differences = totals.get(Finding.Kind.MISSING) + totals.get(Finding.Kind.REJECTED) + count(counts, "updates");
        for (Map<String, Object> row : remarks) {
            Finding.Kind kind = REMARKS.get((String) row.get("kind"));
            long total = ((Number) row.get("total")).longValue();
            differences += kind == Finding.Kind.SHARED && totals.get(kind) == 0 ? total : 0;
            totals.put(kind, total);
            findings.add(new Finding(kind, (String) row.get("subject"), (String) row.get("detail"), null, null));
        }
        return new VerificationReport(totals, findings, differences, null);
    }

    /**
     * The same with what the peers said.
     *
     * @param found all that was found out, in the order of the report
     * @param listed how many of each kind the report lists
     * @param questions whom was asked about what
     */
    VerificationReport with(List<Finding> found, int listed, String questions) {
        Map<Finding.Kind, Long> all = new EnumMap<>(totals);
        List<Finding> first = new ArrayList<>(findings);
        for (Finding.Kind kind : Finding.Kind.values()) {
            List<Finding> ofKind = found.stream().filter(finding -> finding.kind() == kind).toList();
            if (kind.isLive() || !ofKind.isEmpty()) {
                all.merge(kind, (long) ofKind.size(), Long::sum);
            }
            first.addAll(ofKind.subList(0, Math.min(listed, ofKind.size())));
        }
        return new VerificationReport(all, first, differences + found.stream().filter(finding -> finding.kind().isDifference).count(), questions);
    }

    @Override
    public String text() {
        StringBuilder text = new StringBuilder("🔍 VERIFICATION REPORT\n").append(RULE).append('\n');
        if (differences == 0) {
            text.append("✅ All mappings are in sync!\n");
        } else {
            print(text, true);
        }
        text.append(RULE).append('\n');
        print(text, false);
        return asked == null ? text.toString() : text.append("🔍 ").append(asked).append('\n').toString();
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> counts = new LinkedHashMap<>();
        totals.forEach((kind, total) -> counts.put(kind.key, total));
        Map<String, Object> json = new LinkedHashMap<>(Map.of("success", true, "in_sync", differences == 0, "differences", differences, "counts", counts, "findings", findings));
        if (asked != null) {
            json.put("asked", asked);
        }
        return json;
    }

    @Override
    public int exitCode() {
        return differences == 0 ? 0 : 1;
    }

    private void print(StringBuilder text, boolean differing) {
        for (Finding.Kind kind : Finding.Kind.values()) {
            long total = totals.getOrDefault(kind, 0L);
            if (kind.isDifference == differing && total > 0) {
                text.append("⚠️  ").append(total).append(' ').append(kind.heading).append(":\n");
                List<Finding> listed = findings.stream().filter(finding -> finding.kind() == kind).toList();
                if (kind.isUnknown() && total > 1 && listed.stream().map(Finding::said).distinct().count() == 1) {
                    text.append("   - all of them: ").append(Printable.line(listed.get(0).said())).append('\n');
                    continue;
                }
                listed.forEach(finding -> finding.print(text));
                if (total > listed.size()) {
                    text.append("   … and ").append(total - listed.size()).append(" more\n");
                }
            }
        }
    }

    private static String rejection(PlanLine line) {
        return (line.line() == null ? "" : "line " + line.line() + ": ") + line.reason();
    }

    private static long count(Map<String, Object> counts, String key) {
        return ((Number) counts.get(key)).longValue();
    }
}
