package org.matrixletta.router.mapping;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/** Counts syncs and verifications, and says whether the mapping file can be applied. */
@Component("meters")
class Meters {

    private final MeterRegistry registry;

    Meters(MeterRegistry registry, WatchedFile file) {
        this.registry = registry;
        // What has not happened yet is 0, so that the first time is seen as an increase.
        for (String trigger : new String[] {"hand", "watch", "self-heal"}) {
            countSync(trigger, true, 0);
            countSync(trigger, false, 0);
        }
        countVerification(true, 0);
        countVerification(false, 0);
        registry.gauge("router.mapping.file.usable", file, watched -> watched.fault() == null ? 1 : 0);
    }

    void synced(@Body SyncReport report, @Variable("asked") SyncRequest sync) {
        countSync(sync.trigger(), report.exitCode() == 0, 1);
    }

    void verified(@Body VerificationReport report) {
        countVerification(report.exitCode() == 0, 1);
    }

    private void countSync(String trigger, boolean isComplete, double times) {
        registry.counter("router.syncs", "trigger", trigger, "outcome", isComplete ? "complete" : "incomplete").increment(times);
    }

    private void countVerification(boolean isInSync, double times) {
        registry.counter("router.verifications", "outcome", isInSync ? "in sync" : "different").increment(times);
    }
}
