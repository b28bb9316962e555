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
        registry.gauge("router.mapping.file.usable", file, watched -> watched.fault() == null ? 1 : 0);
    }

    void synced(@Body SyncReport report, @Variable("asked") SyncRequest sync) {
        registry.counter("router.syncs", "trigger", sync.trigger(), "outcome", report.exitCode() == 0 ? "complete" : "incomplete").increment();
    }

    void verified(@Body VerificationReport report) {
        registry.counter("router.verifications", "outcome", report.exitCode() == 0 ? "in sync" : "different").increment();
    }
}
