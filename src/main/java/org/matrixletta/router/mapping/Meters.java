package org.matrixletta.router.mapping;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/** Counts syncs and verifications, and keeps how many differences the last verification of the router's own file found. */
@Component("meters")
class Meters {

    private final MeterRegistry registry;
    private final AtomicLong differences;

    Meters(MeterRegistry registry) {
        this.registry = registry;
        this.differences = registry.gauge("router.mapping.differences", new AtomicLong());
    }

    void synced(@Body SyncReport report, @Variable("asked") SyncRequest sync) {
        registry.counter("router.syncs", "trigger", sync.trigger(), "outcome", report.exitCode() == 0 ? "complete" : "incomplete").increment();
    }

    void verified(@Body VerificationReport report) {
        registry.counter("router.verifications", "outcome", report.exitCode() == 0 ? "in sync" : "different").increment();
        differences.set(report.differences());
    }
}
