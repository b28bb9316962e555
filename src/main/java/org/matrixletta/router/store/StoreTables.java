package org.matrixletta.router.store;

import org.apache.camel.Variable;
import org.flywaydb.core.Flyway;
import org.springframework.stereotype.Component;

/**
 * Runs the migrations: once per process, and again when the tables are gone. In a store that has the router's own tables but no
 * agent_mappings, nothing is made: an empty table there would send every room to the default agent.
 */
@Component("storeTables")
class StoreTables {

    private final Flyway flyway;
    private boolean migrated;

    StoreTables(Flyway flyway) {
        this.flyway = flyway;
    }

    /** Makes or updates the tables unless this process has done so and they are still there; Flyway bears one caller at a time. */
    public synchronized void make(@Variable("ready") boolean ready) {
        if (!migrated || !ready) {
            flyway.migrate();
            migrated = true;
        }
    }
}
