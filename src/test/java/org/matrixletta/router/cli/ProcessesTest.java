package org.matrixletta.router.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.mapping.TestFile;
import org.springframework.jdbc.core.JdbcTemplate;

/** Syncs of two processes at once, and of one that is killed. */
class ProcessesTest {

    private static final int MANY = 15_000;

    final String database = RunningRouter.newDatabase();
    final JdbcTemplate sql = RunningRouter.sql(database);
    final Map<String, String> environment = Map.of("DATABASE_URL", RunningRouter.url(database), "API_PORT", String.valueOf(RunningRouter.freePort()));

    @TempDir
    Path one;

    @TempDir
    Path other;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(one.resolve("file.json"), TestFile.of(MANY));
        Files.writeString(other.resolve("file.json"), TestFile.of(MANY).replace("!room-", "!other-"));
    }

    @Test
    @Tag("S20")
    void s20_twoSyncsAtOnceEndAsIfRunOneAfterTheOther() {
        CompletableFuture<Command> first = CompletableFuture.supplyAsync(() -> sync(one));
        CompletableFuture<Command> second = CompletableFuture.supplyAsync(() -> sync(other));
        assertThat(first.join().exitCode()).as(first.join().err()).isZero();
        assertThat(second.join().exitCode()).as(second.join().err()).isZero();
        assertThat(sql.queryForList("SELECT created || '/' || updated FROM router.sync ORDER BY id", String.class)).containsExactly(MANY + "/0", "0/" + MANY);
        assertThat(sql.queryForList("SELECT DISTINCT substr(room_id, 1, 6) FROM agent_mappings", String.class)).hasSize(1);
    }

    @Test
    @Tag("S27")
    void s27_aSyncThatIsKilledInTheMiddleLeavesTheOldState() {
        assertThat(Command.here(environment, "sync", "--standalone", "--json-file", one.resolve("file.json").toString()).exitCode()).isZero();
        sql.execute("CREATE TABLE before AS TABLE agent_mappings");
        Process killed = Command.start(other, environment, "sync", "--standalone", "--json-file", "file.json");
        // the rows are being written: the sync holds its lock, and its transaction has grown an id
        await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(5)).until(() -> sql.queryForObject(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND backend_xid IS NOT NULL AND query LIKE '%agent_mappings AS stored%'", Integer.class, database) > 0);
        killed.destroyForcibly();
        await().until(() -> sql.queryForObject("SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND backend_xid IS NOT NULL", Integer.class, database) == 0);
        assertThat(sql.queryForList("TABLE before EXCEPT TABLE agent_mappings")).isEmpty();
        assertThat(sql.queryForObject("SELECT count(*) FROM router.sync", Integer.class)).isEqualTo(1);
        assertThat(Command.here(environment, "sync", "--standalone", "--json-file", other.resolve("file.json").toString()).exitCode()).isZero();
    }

    private Command sync(Path folder) {
        return Command.run(folder, environment, "sync", "--standalone", "--json-file", "file.json");
    }
}
