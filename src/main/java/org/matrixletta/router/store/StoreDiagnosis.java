package org.matrixletta.router.store;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.matrixletta.router.doctor.Examination;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Says whether the database is one that the router can work with: its version, its tables, and what our role may do there. */
@Component("storeDiagnosis")
class StoreDiagnosis {

    private static final Logger log = LoggerFactory.getLogger("store");
    private static final int OLDEST = 15;
    private static final String TABLES = "tables";
    private static final String PRIVILEGES = "privileges";

    private final DatabaseUrl url;
    private final StoreFailure failures;

    StoreDiagnosis(DatabaseUrl url, StoreFailure failures) {
        this.url = url;
        this.failures = failures;
    }

    /** What store-privileges.sql says. */
    public void answered(@Variable("examination") Examination examination, @Variable("privileges") Map<String, Object> privileges) {
        String server = "PostgreSQL " + privileges.get("version") + " at " + url.place();
        if ((Integer) privileges.get("major") < OLDEST) {
            examination.faulty(Examination.DATABASE, server + " is older than " + OLDEST + ", which the router needs; upgrade it.");
        } else if (is(privileges, "is_standby")) {
            examination.faulty(Examination.DATABASE, server + " is a standby, which takes no changes; let DATABASE_URL name the primary.");
        } else {
            examination.well(Examination.DATABASE, server + " answers");
        }
        privileges(examination, privileges);
    }

    private static void privileges(Examination examination, Map<String, Object> privileges) {
        String role = (String) privileges.get("role");
        if (!is(privileges, "may_use_own")) {
            examination.faulty(PRIVILEGES, "User " + role + " may not " + (is(privileges, "has_schema")
                    ? "use the router's own tables; let their owner run: GRANT USAGE ON SCHEMA router TO " + role + "; GRANT ALL ON ALL TABLES IN SCHEMA router TO " + role + "; GRANT ALL ON ALL SEQUENCES IN SCHEMA router"
                    : "create the schema router; let the database's owner run: GRANT CREATE ON DATABASE " + privileges.get("database")) + " TO " + role + ".");
        }
        if (!is(privileges, "may_make_mappings")) {
            examination.faulty(PRIVILEGES, "User " + role + " may not create the table agent_mappings; let the schema's owner run: GRANT CREATE ON SCHEMA " + privileges.get("schema") + " TO " + role + ".");
        }
        if (privileges.get("lacking") != null) {
            examination.faulty(PRIVILEGES, "User " + role + " may not " + privileges.get("lacking") + " in agent_mappings or invitation_status; let their owner run: GRANT "
                    + privileges.get("lacking") + " ON agent_mappings, invitation_status TO " + role + ".");
        }
        if (!is(privileges, "may_make_temporary")) {
            examination.faulty(PRIVILEGES, "User " + role + " may not make the temporary tables of a sync; let the database's owner run: GRANT TEMPORARY ON DATABASE " + privileges.get("database") + " TO " + role + ".");
        }
        if (!examination.isFaulty(PRIVILEGES)) {
            examination.well(PRIVILEGES, "User " + role + " may write agent_mappings, and use the schema router");
        }
    }

    /** The tables are there, with these mappings, or not. */
    public void tables(@Variable("examination") Examination examination, @Variable("privileges") Map<String, Object> privileges, @Variable("mappings") List<?> mappings) {
        if (mappings != null) {
            examination.well(TABLES, "The tables are there, with " + mappings.size() + " mappings");
        } else if (is(privileges, "has_mappings") && is(privileges, "has_own")) {
            examination.unknown(TABLES, "The tables are there, and cannot be read.");
        } else if (is(privileges, "has_own")) {
            examination.faulty(TABLES, "The table agent_mappings is not there, but the router's own tables are; rename it back, or, if all is to be new, drop the schema router.");
        } else {
            examination.unknown(TABLES, "The router's tables are not there yet; its first start, or `router sync`, makes them.");
        }
    }

    /** Whether there are mappings that our role may read. */
    public boolean canRead(@Variable("privileges") Map<String, Object> privileges) {
        return is(privileges, "has_mappings") && is(privileges, "has_own") && is(privileges, "may_use_own") && !String.valueOf(privileges.get("lacking")).contains("SELECT");
    }

    /** The database did not say. */
    public void failed(@Variable("examination") Examination examination, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        if (!StoreFailure.isStoreFailure(failure)) {
            log.error("An error of the router itself", failure);
        }
        examination.faulty(Examination.DATABASE, StoreFailure.isStoreFailure(failure) ? failures.sentence(failure) : "An error of the router itself; its log says more.");
    }

    private static boolean is(Map<String, Object> privileges, String fact) {
        return Boolean.TRUE.equals(privileges.get(fact));
    }
}
