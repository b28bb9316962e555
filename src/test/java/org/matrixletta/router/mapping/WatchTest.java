package org.matrixletta.router.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.RunningRouter;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The watcher, on a real file system: the file component looks, the store follows. */
@ExtendWith(OutputCaptureExtension.class)
class WatchTest {

    static RunningRouter router;

    @BeforeAll
    static void start() {
        router = RunningRouter.start("--router.lock-milliseconds=5000");
    }

    @AfterAll
    static void stop() {
        router.close();
    }

    @BeforeEach
    void emptyFolderAndStore() throws IOException {
        try (Stream<Path> files = Files.walk(router.file.getParent())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).filter(file -> !file.equals(router.file.getParent())).toList()) {
                Files.delete(file);
            }
        }
        router.emptyStore();
    }

    @Test
    void aMissingFileIsSaidOnceUntilThereIsOne(CapturedOutput log) throws IOException {
        write(agent("a", "!1"));
        router.bean(WatchedFile.class).look();
        int before = log.getOut().length();
        Files.delete(router.file);
        router.bean(WatchedFile.class).look();
        router.bean(WatchedFile.class).look();
        assertThat(log.getOut().substring(before)).containsOnlyOnce("WARN  mappings: ⚠️ There is no mapping file " + router.file + ", so the table stays as it is; put one there, or set MAPPINGS_FILE.");
    }

    @Test
    @Tag("S21")
    void s21_eachCompletedChangeIsAppliedOnceHoweverItIsMade() throws IOException {
        // created
        write(agent("a", "!1"));
        awaitRoom("a", "!1");
        // edited in place
        write(agent("a", "!2"));
        awaitRoom("a", "!2");
        // replaced by rename
        Path draft = router.file.resolveSibling("draft.json");
        Files.writeString(draft, file(agent("a", "!3")));
        Files.move(draft, router.file, StandardCopyOption.ATOMIC_MOVE);
        awaitRoom("a", "!3");
        // deleted and made again
        Files.delete(router.file);
        write(agent("a", "!4"));
        awaitRoom("a", "!4");
        assertThat(syncs()).containsExactly("1/0", "0/1", "0/1", "0/1");
    }

    @Test
    @Tag("S21")
    void s21_halfAFileIsNeverApplied(CapturedOutput output) throws IOException {
        String whole = file(agent("a", "!a"), agent("b", "!b"));
        Files.writeString(router.file, whole.substring(0, whole.length() / 2));
        await().until(() -> output.getOut().contains("not valid JSON"));
        assertThat(router.sql.queryForList("SELECT * FROM agent_mappings")).isEmpty();
        Files.writeString(router.file, whole.substring(whole.length() / 2), StandardOpenOption.APPEND);
        awaitRoom("b", "!b");
        assertThat(syncs()).containsExactly("2/0");
    }

    @Test
    @Tag("S21")
    void s21_aSymbolicLinkThatSwitchesItsTargetIsFollowed() throws IOException {
        // as config maps do: agent_user_mappings.json -> ..data/agent_user_mappings.json, ..data -> the version's folder
        Path folder = router.file.getParent();
        for (String version : List.of("v1", "v2")) {
            Files.createDirectory(folder.resolve(version));
            Files.writeString(folder.resolve(version).resolve(router.file.getFileName()), file(agent("a", "!" + version)));
        }
        Files.setLastModifiedTime(folder.resolve("v2").resolve(router.file.getFileName()), FileTime.fromMillis(1_000_000_000_000L));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("v1"));
        Files.createSymbolicLink(router.file, Path.of("..data").resolve(router.file.getFileName()));
        awaitRoom("a", "!v1");
        Files.createSymbolicLink(folder.resolve("..next"), Path.of("v2"));
        Files.move(folder.resolve("..next"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        awaitRoom("a", "!v2");
    }

    @Test
    @Tag("S21")
    void s21_aFileFromTheFutureIsAppliedNow() throws IOException {
        Path draft = router.file.resolveSibling("draft.json");
        Files.writeString(draft, file(agent("a", "!a")));
        Files.setLastModifiedTime(draft, FileTime.from(Instant.now().plus(Duration.ofDays(1))));
        Files.move(draft, router.file, StandardCopyOption.ATOMIC_MOVE);
        awaitRoom("a", "!a");
    }

    @Test
    @Tag("S22")
    void s22_aChangeOfEqualSizeWithinTheSameSecondIsNoticed() throws IOException {
        write(agent("a", "!1"));
        Files.setLastModifiedTime(router.file, FileTime.fromMillis(1_700_000_000_000L));
        awaitRoom("a", "!1");
        write(agent("a", "!2"));
        Files.setLastModifiedTime(router.file, FileTime.fromMillis(1_700_000_000_001L));
        awaitRoom("a", "!2");
    }

    @Test
    @Tag("S22")
    void s22_aReplacementOfEqualSizeAndTimeIsFoundByTheNextVerification() throws Exception {
        FileTime same = FileTime.fromMillis(1_700_000_000_000L);
        write(agent("a", "!1"));
        Files.setLastModifiedTime(router.file, same);
        awaitRoom("a", "!1");
        Path draft = router.file.resolveSibling("draft.json");
        Files.writeString(draft, file(agent("a", "!2")));
        Files.setLastModifiedTime(draft, same);
        Files.move(draft, router.file, StandardCopyOption.ATOMIC_MOVE);
        VerifyTest.tick(router);
        awaitRoom("a", "!2");
    }

    @Test
    @Tag("S17")
    void s17_aBadFileIsSaidOnceAndWaitsForItsNextEdit(CapturedOutput output) throws Exception {
        Files.writeString(router.file, "{\"a\": }");
        await().until(() -> output.getOut().contains("❌ " + router.file + ", line 1, column"));
        await().during(Duration.ofSeconds(1)).until(() -> output.getOut().split("not valid JSON", -1).length == 2);
        assertThat(output).doesNotContain("Exception", "\tat ");
        assertThat(router.http("GET", "/health", null).body()).contains("\"mapping_file_fault\":\"" + router.file + ", line 1, column");
        VerifyTest.tick(router);
        await().until(() -> output.getOut().split("not valid JSON", -1).length == 3);
        await().during(Duration.ofSeconds(1)).until(() -> output.getOut().split("not valid JSON", -1).length == 3);
        assertThat(output).doesNotContain("Exception", "\tat ");
        write(agent("a", "!a"));
        awaitRoom("a", "!a");
    }

    @Test
    @Tag("S17")
    void s17_aFileThatOthersMayWriteIsAppliedWithAWarning(CapturedOutput output) throws IOException {
        Files.createFile(router.file);
        Files.setPosixFilePermissions(router.file, PosixFilePermissions.fromString("rw-rw-rw-"));
        write(agent("a", "!a"));
        awaitRoom("a", "!a");
        await().untilAsserted(() -> assertThat(output).contains(router.file + " is writable by others than its owner (rw-rw-rw-)"));
    }

    @Test
    @Tag("S17")
    void s17_aFolderOrPipeInItsPlaceIsOneSentence() throws Exception {
        Files.createDirectory(router.file);
        assertThat(router.http("POST", "/mappings/sync", null, "Accept", "text/plain").body()).isEqualTo(router.file + " is not a file but a folder; put the mapping file in its place.\n");
        Files.delete(router.file);
        assertThat(new ProcessBuilder("mkfifo", router.file.toString()).start().waitFor()).isZero();
        assertThat(router.http("POST", "/mappings/sync", null, "Accept", "text/plain").body()).isEqualTo(router.file + " is not a file but a pipe or device; put the mapping file in its place.\n");
    }

    @Test
    @Tag("S19")
    @Tag("S30")
    void s19_s30_aDatabaseThatGoesAndComesBackEmptyIsFilledAgain(CapturedOutput output) throws IOException {
        write(agent("a", "!a"));
        await().until(() -> router.anyone("GET", "/health", null).body().contains("\"healthy\""));
        RunningRouter.sql("postgres").execute("DROP DATABASE " + router.database + " WITH (FORCE)");
        assertThat(router.http("GET", "/agents/mappings", null).statusCode()).isEqualTo(503);
        await().atMost(Duration.ofSeconds(20)).until(() -> router.anyone("GET", "/health", null).body().contains("\"unhealthy\""));
        await().atMost(Duration.ofSeconds(20)).until(() -> output.getOut().contains("does not exist; create it, or correct its name in DATABASE_URL."));
        RunningRouter.sql("postgres").execute("CREATE DATABASE " + router.database);
        await().atMost(Duration.ofMinutes(1)).ignoreExceptions().untilAsserted(() -> assertThat(room("a")).isEqualTo("!a"));
        assertThat(output).doesNotContain("\tat ");
    }

    @Test
    @Tag("S30")
    void s30_aStoreRestoredFromAnOlderBackupIsToldAgain() throws IOException {
        write(agent("a", "!1"));
        awaitRoom("a", "!1");
        router.sql.execute("CREATE SCHEMA backup");
        List<String> tables = List.of("agent_mappings", "router.applied", "router.sync");
        tables.forEach(table -> router.sql.execute("CREATE TABLE backup." + table.replace("router.", "") + " AS TABLE " + table));
        write(agent("a", "!2"));
        awaitRoom("a", "!2");
        router.sql.execute("TRUNCATE agent_mappings, router.applied, router.sync, router.change;"
                + "INSERT INTO agent_mappings TABLE backup.agent_mappings; INSERT INTO router.applied TABLE backup.applied;"
                + "INSERT INTO router.sync OVERRIDING SYSTEM VALUE TABLE backup.sync");
        awaitRoom("a", "!2");
    }

    @Test
    @Tag("S35")
    void s35_aHeldLockStopsTheSyncWhichNamesTheHolderWhileLookupsGoOn(CapturedOutput output) throws Exception {
        write(agent("a", "!1"));
        awaitRoom("a", "!1");
        try (Connection old = router.sql.getDataSource().getConnection()) {
            old.setAutoCommit(false);
            old.setClientInfo("ApplicationName", "old-python");
            old.createStatement().execute("UPDATE agent_mappings SET agent_name = 'held'");
            write(agent("a", "!2"));
            await().atMost(Duration.ofSeconds(20)).until(() -> output.getOut().contains("is locked by process"));
            assertThat(router.http("GET", "/agents/a/room", null).body()).contains("!1");
            assertThat(output).containsPattern("The table agent_mappings is locked by process \\d+ \\(old-python at 127.0.0.1, user postgres, in a transaction since [-\\dT:]+Z\\)");
            old.rollback();
        }
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(room("a")).isEqualTo("!2"));
    }

    @Test
    @Tag("S35")
    void s35_lookupsHaveConnectionsHoweverManyChangesWait() throws Exception {
        write(agent("a", "!1"));
        awaitRoom("a", "!1");
        List<CompletableFuture<Integer>> waiting;
        try (Connection old = router.sql.getDataSource().getConnection()) {
            old.setAutoCommit(false);
            old.createStatement().execute("UPDATE agent_mappings SET agent_name = 'held'");
            waiting = IntStream.range(0, 15).mapToObj(n -> CompletableFuture.supplyAsync(
                    () -> router.http("PATCH", "/agents/a/mapping", "{\"agent_name\":\"changed\"}").statusCode(), runnable -> new Thread(runnable).start())).toList();
            await().until(() -> router.sql.queryForObject("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", Integer.class) > 3);
            assertThat(CompletableFuture.supplyAsync(() -> router.http("GET", "/agents/a/room", null).body()).get(3, TimeUnit.SECONDS)).contains("!1");
            old.rollback();
        }
        for (CompletableFuture<Integer> change : waiting) {
            assertThat(change.get()).isEqualTo(200);
        }
    }

    @Test
    @Tag("S27")
    void s27_readersNeverSeeHalfOfASync() throws Exception {
        Files.writeString(router.file, TestFile.of(2_000));
        awaitRoom("agent-2000", "!room-2000:test.local");
        CompletableFuture<String> moved = CompletableFuture.supplyAsync(() -> router.sync(TestFile.of(2_000).replace("!room-", "!other-"), ""));
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            assertThat(router.sql.queryForObject("SELECT count(*) FROM agent_mappings WHERE room_id LIKE '!other-%'", Integer.class)).isIn(0, 2_000);
            return moved.isDone();
        });
        assertThat(moved.get()).contains("🔄 Updated: 2000");
    }

    private void write(String... entries) throws IOException {
        Files.writeString(router.file, file(entries));
    }

    private void awaitRoom(String agent, String room) {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(room(agent)).isEqualTo(room));
    }

    private String room(String agent) {
        return router.sql.queryForList("SELECT room_id FROM agent_mappings WHERE agent_id = ?", String.class, agent).stream().findFirst().orElse("nothing");
    }

    /** Created and updated rows of each sync that changed something. */
    private List<String> syncs() {
        return router.sql.queryForList("SELECT created || '/' || updated FROM router.sync WHERE created + updated > 0 ORDER BY id", String.class);
    }
}
