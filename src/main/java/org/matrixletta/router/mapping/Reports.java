package org.matrixletta.router.mapping;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** Makes the reports out of what the SQL statements of a sync or verification found. */
@Component("reports")
class Reports {

    private final Settings settings;

    Reports(Settings settings) {
        this.settings = settings;
    }

    SyncReport sync(@Variable("asked") SyncRequest sync, @Variable("file") FileFacts file, @Variable("counts") Map<String, Object> counts,
            @Variable("lines") List<Map<String, Object>> lines, @Variable("verification") VerificationReport verification) {
        return SyncReport.of(sync, file, counts, lines, verification);
    }

    VerificationReport verification(@Variable("differences") Map<String, Object> counts, @Variable("differing") List<Map<String, Object>> lines,
            @Variable("remarks") List<Map<String, Object>> remarks) {
        // An application service writes as its users without their passwords.
        return VerificationReport.of(counts, lines, remarks.stream().filter(remark -> !settings.carriesMessages() || !remark.get("kind").equals("without password")).toList());
    }

    /** Refuses to delete most of the table because of a file that may be the wrong one. */
    void guardPrune(@Variable("sync") SyncRequest sync, @Variable("counts") Map<String, Object> counts) {
        long deleted = ((Number) counts.get("deleted")).longValue();
        long stored = ((Number) counts.get("stored")).longValue();
        if (isRefused(sync, deleted, stored)) {
            throw new MappingFileException("--prune would delete " + deleted + " of " + stored
                    + " agents, more than half; nothing was changed, look whether this is the right file, or add --force-prune.");
        }
    }

    /** Whether the plan writes anything, or leaves a difference that a comparison calls otherwise. */
    boolean hasChanges(@Variable("counts") Map<String, Object> counts) {
        return Stream.of("created", "updated", "kept", "released", "deleted").anyMatch(count -> ((Number) counts.get(count)).longValue() > 0);
    }

    /** Whether a sync that is no trial refuses to delete that many. */
    static boolean isRefused(SyncRequest sync, long deleted, long stored) {
        return sync.prune() && !sync.forcePrune() && deleted * 2 > stored;
    }

    /** Stops at a key that stands twice in the file. */
    void refuseDuplicate(@Variable("file") FileFacts file, @Variable("duplicate") Map<String, Object> duplicate) {
        if (duplicate != null) {
            throw new MappingFileException(file.name() + ": the agent " + Printable.name((String) duplicate.get("agent_id")) + " stands twice, in lines "
                    + duplicate.get("first_line") + " and " + duplicate.get("last_line") + "; keep one of them.");
        }
    }
}
