package org.matrixletta.router.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.doctor.Examination;

/** What is said of databases that the tests do not have: an old one, and a standby. */
class StoreDiagnosisTest {

    private final Examination examination = new Examination();
    private final StoreDiagnosis diagnosis = new StoreDiagnosis(DatabaseUrl.parse("postgresql://router@db.test/letta"), null);

    @Test
    void anOldPostgresqlAndAStandbyAreNoDatabaseForTheRouter() {
        diagnosis.answered(examination, privileges("major", 14));
        assertThat(examination.isFaulty(Examination.DATABASE)).isTrue();

        Examination standby = new Examination();
        diagnosis.answered(standby, privileges("is_standby", true));
        assertThat(standby.isFaulty(Examination.DATABASE)).isTrue();
    }

    @Test
    void fifteenIsEnough() {
        diagnosis.answered(examination, privileges("major", 15));
        assertThat(examination.isWell(Examination.DATABASE)).isTrue();
        assertThat(examination.isWell("privileges")).isTrue();
    }

    @Test
    void aRightThatIsMissingIsAFault() {
        for (String right : new String[] {"may_use_own", "may_make_mappings", "may_make_temporary"}) {
            Examination lacking = new Examination();
            diagnosis.answered(lacking, privileges(right, false));
            assertThat(lacking.isFaulty("privileges")).as(right).isTrue();
            assertThat(lacking.isWell("privileges")).as(right).isFalse();
        }
    }

    /** A row of store-privileges.sql with which all is well, but for this. */
    private static Map<String, Object> privileges(String fact, Object value) {
        Map<String, Object> row = new HashMap<>(Map.of("version", "18.3", "major", 18, "is_standby", false, "role", "router", "has_mappings", true, "has_own", true, "may_make_temporary", true,
                "may_use_own", true, "may_make_mappings", true));
        row.put(fact, value);
        return row;
    }
}
