package org.matrixletta.router.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Timestamp;
import java.util.List;
import org.apache.camel.component.quartz.QuartzComponent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.RunningRouter;
import org.quartz.Scheduler;
import org.quartz.impl.matchers.GroupMatcher;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the comparison of file and table says. */
@ExtendWith(OutputCaptureExtension.class)
class VerifyTest {

    static final String IN_SYNC = """
            🔍 VERIFICATION REPORT
            ============================================================
            ✅ All mappings are in sync!
            ============================================================
            """;

    static RunningRouter router;

    @BeforeAll
    static void start() {
        router = RunningRouter.start("--router.verify-self-heal=true", "--router.mappings-accepted=known-1, known-2");
    }

    @AfterAll
    static void stop() {
        router.close();
    }

    @BeforeEach
    void emptyStore() throws IOException {
        Files.deleteIfExists(router.file);
        router.emptyStore();
    }

    @Test
    @Tag("V1")
    void v1_equalIsTheKnownReport() {
        router.sync(TestFile.of(56), "");
        assertThat(router.verify(TestFile.of(56))).isEqualTo(IN_SYNC);
        assertThat(router.http("POST", "/mappings/verification", TestFile.of(56)).headers().firstValue("Router-Exit-Code")).contains("0");
    }

    @Test
    @Tag("V2")
    @Tag("V6")
    void v2_v6_eachClassHasItsHeadingCountAndListWithBothValues() {
        router.sync(file(agent("room", "!room"), agent("name", "!name"), agent("user", "!user"), agent("created", "!created"), agent("password", "!password")), "");
        router.sql.update("UPDATE agent_mappings SET room_id = '!stored' WHERE agent_id = 'room'");
        router.sql.update("UPDATE agent_mappings SET agent_name = 'Stored' WHERE agent_id = 'name'");
        router.sql.update("UPDATE agent_mappings SET matrix_user_id = '@stored:test.local' WHERE agent_id = 'user'");
        router.sql.update("UPDATE agent_mappings SET matrix_password = 'stored-secret' WHERE agent_id = 'password'");
        String report = router.verify(file(agent("room", "!room"), agent("name", "!name"), agent("user", "!user"),
                agent("created", "!created").replace("}", ", \"room_created\": true}"), agent("password", "!password"), agent("missing", "!missing"), entry("broken", "")));
        assertThat(report).isEqualTo("""
                🔍 VERIFICATION REPORT
                ============================================================
                ⚠️  1 agents missing in database:
                   - Name of missing (missing)
                ⚠️  1 room ID mismatches:
                   - Name of room (room)
                     JSON: !room
                     DB:   !stored
                ⚠️  1 agent name mismatches:
                   - Name of name (name)
                     JSON: Name of name
                     DB:   Stored
                ⚠️  1 Matrix user mismatches:
                   - Name of user (user)
                     JSON: @user:test.local
                     DB:   @stored:test.local
                ⚠️  1 room_created mismatches:
                   - Name of created (created)
                     JSON: true
                     DB:   false
                ⚠️  1 password mismatches:
                   - Name of password (password)
                     differs
                ⚠️  1 entries that cannot be applied:
                   - Unknown (broken)
                     line 8: matrix_user_id is missing; add one like "@agent_name:your.server"
                ⚠️  4 of these agents were changed in database since the last sync:
                   - Name of room (room)
                   - Name of name (name)
                   - Name of user (user)
                   - Name of password (password)
                ============================================================
                """);
    }

    @Test
    @Tag("V2")
    void v2_aRoomAtSeveralAgentsOfAnAdoptedTableIsADifference() {
        router.sql.execute("ALTER TABLE agent_mappings DROP CONSTRAINT agent_mappings_room_id_key");
        try {
            router.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, room_id) VALUES ('a', 'A', '@a:s', 'p', '!x'), ('b', 'B', '@b:s', 'p', '!x')");
            String both = file(entry("a", "\"agent_name\":\"A\",\"matrix_user_id\":\"@a:s\",\"room_id\":\"!x\""), entry("b", "\"agent_name\":\"B\",\"matrix_user_id\":\"@b:s\",\"room_id\":\"!x\""));
            assertThat(router.verify(both)).contains("⚠️  1 rooms shared by several agents:\n   - !x: a, b\n");
        } finally {
            router.sql.execute("TRUNCATE agent_mappings");
            router.sql.execute("ALTER TABLE agent_mappings ADD UNIQUE (room_id) DEFERRABLE");
        }
    }

    @Test
    @Tag("V3")
    void v3_anEmptyOrMissingTableIsAReportAndNoStackTrace() {
        assertThat(router.verify(TestFile.of(3))).contains("⚠️  3 agents missing in database:\n   - Name of agent-1 (agent-1)\n");
        router.sql.execute("ALTER TABLE agent_mappings RENAME TO away");
        try {
            assertThat(router.verify(TestFile.of(3))).contains("⚠️  3 agents missing in database:\n");
            assertThat(router.sql.queryForObject("SELECT to_regclass('agent_mappings') IS NULL", Boolean.class)).isTrue();
        } finally {
            router.sql.execute("ALTER TABLE away RENAME TO agent_mappings");
        }
    }

    @Test
    @Tag("V4")
    void v4_theScheduledVerificationLogsRecordsAndHealsOncePerVersionOfTheFile(CapturedOutput output) throws Exception {
        Files.writeString(router.file, file(agent("a", "!a")));
        await().until(() -> rows() == 1);
        // the watcher itself would notice a store that forgot its syncs
        router.camel().getRouteController().stopRoute("mappings-watch");
        router.emptyStore();
        tick(router);
        await().until(() -> rows() == 1);
        await().untilAsserted(() -> assertThat(output).contains("⚠️  1 agents missing in database:"));
        assertThat(router.sql.queryForList("SELECT trigger FROM router.sync WHERE trigger = 'self-heal'")).hasSize(1);
        await().untilAsserted(() -> assertThat(router.sql.queryForList("SELECT differences FROM router.verification", Long.class)).containsExactly(1L));
        MeterRegistry meters = router.bean(MeterRegistry.class);
        await().untilAsserted(() -> assertThat(meters.get("router.verifications").tag("outcome", "different").counter().count()).isPositive());
        await().until(() -> router.http("GET", "/health", null).body().contains("\"differences\":1"));
        assertThat(meters.get("router.mapping.differences").gauge().value()).isEqualTo(1);
        // a second drift under the same version of the file is reported only
        router.sql.update("UPDATE agent_mappings SET room_id = '!elsewhere'");
        tick(router);
        await().until(() -> router.sql.queryForList("SELECT * FROM router.verification").size() == 2);
        assertThat(router.sql.queryForList("SELECT trigger FROM router.sync WHERE trigger = 'self-heal'")).hasSize(1);
        assertThat(router.sql.queryForObject("SELECT room_id FROM agent_mappings", String.class)).isEqualTo("!elsewhere");
        router.camel().getRouteController().startRoute("mappings-watch");
    }

    @Test
    @Tag("V4")
    void v4_aBadFileIsSaidByTheVerificationAndTheWatcherStillTakesItsNextEdit(CapturedOutput output) throws Exception {
        Files.writeString(router.file, "{\"a\": nothing}");
        await().until(() -> output.getOut().contains("not valid JSON"));
        tick(router);
        await().until(() -> output.getOut().split("not valid JSON", -1).length > 2);
        Files.writeString(router.file, file(agent("a", "!a")));
        await().until(() -> rows() == 1);
        assertThat(output).doesNotContain("An error of the router itself");
    }

    @Test
    @Tag("V4")
    void v4_ofTwoInstancesOneRunsATick() throws Exception {
        Files.writeString(router.file, file(agent("a", "!a")));
        await().until(() -> rows() == 1);
        try (RunningRouter other = RunningRouter.on(router.database)) {
            other.restart().awaitStore();
            Timestamp now = new Timestamp(System.currentTimeMillis() + 3_600_000);
            for (RunningRouter instance : List.of(router, other, router)) {
                instance.camel().createProducerTemplate().sendBodyAndHeader("direct:run-tick", null, "scheduledFireTime", now);
            }
        }
        assertThat(router.sql.queryForList("SELECT * FROM router.verification")).hasSize(1);
    }

    @Test
    @Tag("V8")
    void v8_remarksAndAcceptedDifferencesStandBelowTheKnownReport() {
        router.sync(file(agent("a", "!a"), agent("known-1", null), agent("gone", "!gone")), "");
        router.sql.update("UPDATE agent_mappings SET agent_name = 'Other' WHERE agent_id = 'known-1'");
        String report = router.verify(file(agent("a", "!a"), agent("known-1", null), agent("known-2", "!new")));
        assertThat(report).startsWith(IN_SYNC).contains("⚠️  1 agents only in database:\n   - Name of gone (gone)\n", "⚠️  1 agents without a room:\n   - Other (known-1)\n",
                "⚠️  2 accepted differences (MAPPINGS_ACCEPTED):\n   - Name of known-1 (known-1)\n   - Name of known-2 (known-2)\n");
    }

    /** Fires Quartz's trigger of the verification now. */
    static void tick(RunningRouter router) throws Exception {
        Scheduler scheduler = router.camel().getComponent("quartz", QuartzComponent.class).getScheduler();
        scheduler.triggerJob(scheduler.getJobKeys(GroupMatcher.anyJobGroup()).iterator().next());
    }

    private static int rows() {
        return router.sql.queryForObject("SELECT count(*) FROM agent_mappings", Integer.class);
    }
}
