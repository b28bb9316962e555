package org.matrixletta.router.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.CutProxy;
import org.matrixletta.router.RunningRouter;
import org.springframework.jdbc.core.JdbcTemplate;

/** S19: the connections heal by themselves, wherever the first of them breaks. */
@Tag("S19")
class StoreConnectionsTest {

    private static final String REAL = RunningRouter.url(RunningRouter.newDatabase());

    @ParameterizedTest
    @ValueSource(strings = {"TRANSACTION ISOLATION LEVEL", "plan_cache_mode", "SELECT 1"})
    void s19_aConnectionThatBreaksIsFollowedByOneThatServes(String words) {
        try (CutProxy door = new CutProxy(RunningRouter.postgresPort()).cuttingAt(words); var pool = pool(door.port)) {
            JdbcTemplate jdbc = new JdbcTemplate(pool);
            Throwable failure = catchThrowable(() -> jdbc.execute("SELECT 1"));
            assertThat(failure == null || StoreFailure.isStoreFailure(failure)).isTrue();

            assertThat(jdbc.queryForObject("SELECT 1", Integer.class)).isEqualTo(1);
        }
    }

    private static HikariDataSource pool(int port) {
        return new StoreConfiguration().dataSource(DatabaseUrl.parse(REAL.replaceFirst(":\\d+/", ":" + port + "/")), 1_000);
    }
}
