package org.matrixletta.router.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.matrixletta.router.RunningRouter;
import org.springframework.jdbc.core.JdbcTemplate;

/** S19: what the real driver says about a store that cannot be used, as a sentence. */
@Tag("S19")
class StoreFailureTest {

    private static final String REAL = RunningRouter.url(RunningRouter.newDatabase());

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void s19_anUnknownHostIsNamedAsSuch() {
        assertThat(sentence("postgresql://router:secret-of-store@no-such-host.invalid:5432/letta"))
                .isEqualTo("The database no-such-host.invalid:5432/letta has an unknown host name; check the host in DATABASE_URL.");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void s19_refusedCredentialsNameTheUserAndNeverThePassword() {
        assertThat(sentence(REAL.replaceFirst("//[^@]*@", "//stranger:secret-of-store@")))
                .contains(" refused user \"stranger\"; check user and password in DATABASE_URL.").doesNotContain("secret-of-store");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void s19_aMissingDatabaseIsNamed() {
        assertThat(sentence(REAL + "_gone")).contains("_gone does not exist; create it, or correct its name in DATABASE_URL.");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void s19_aDatabaseThatGivesNoConnectionIsNamedWhateverTheReason() {
        assertThat(sentence(REAL + "?options=-c%20TimeZone=nowhere")).contains(" is not reachable (SQLSTATE 22023); check that PostgreSQL runs, and host and port in DATABASE_URL.");
    }

    private static String sentence(String url) {
        DatabaseUrl database = DatabaseUrl.parse(url);
        try (var pool = new StoreConfiguration().dataSource(database, 1_000)) {
            JdbcTemplate jdbc = new JdbcTemplate(pool);
            Throwable failure = catchThrowable(() -> jdbc.execute("SELECT 1"));
            assertThat(StoreFailure.isStoreFailure(failure)).isTrue();
            return new StoreFailure(database, jdbc).sentence(failure);
        }
    }
}
