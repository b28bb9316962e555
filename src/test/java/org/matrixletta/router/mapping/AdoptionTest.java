package org.matrixletta.router.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.file;

import java.nio.file.Files;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.RunningRouter;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** The first start over tables that somebody else has made, in the shapes that they come in. */
@ExtendWith(OutputCaptureExtension.class)
class AdoptionTest {

    private static final String TABLE = """
            CREATE TABLE agent_mappings (agent_id VARCHAR PRIMARY KEY, agent_name VARCHAR NOT NULL, matrix_user_id VARCHAR UNIQUE NOT NULL, matrix_password VARCHAR NOT NULL,
              room_id VARCHAR UNIQUE, room_created BOOLEAN DEFAULT FALSE, created_at TIMESTAMP DEFAULT NOW(), updated_at TIMESTAMP DEFAULT NOW())""";

    private final String database = RunningRouter.newDatabase();
    private final JdbcTemplate sql = RunningRouter.sql(database);

    @Test
    @Tag("T1")
    @Tag("S14")
    void t1_aTableWithUniqueIndexesUnknownColumnsAndALooseInvitationTableIsAdopted() {
        sql.execute(TABLE.replace(" UNIQUE", "").replace("room_created", "removed_at TIMESTAMP, room_created"));
        sql.execute("CREATE UNIQUE INDEX ix_room ON agent_mappings (room_id); CREATE UNIQUE INDEX ix_user ON agent_mappings (matrix_user_id)");
        sql.execute("CREATE TABLE invitation_status (id SERIAL, agent_id VARCHAR REFERENCES agent_mappings, invitee VARCHAR, status VARCHAR)");
        sql.execute("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, room_id, removed_at) VALUES ('a', 'Name of a', '@a:test.local', 'p', '!a', '2020-01-01')");
        sql.execute("INSERT INTO invitation_status (agent_id, invitee, status) VALUES ('a', '@you:test.local', 'invited'), ('a', '@you:test.local', 'joined')");
        try (RunningRouter router = RunningRouter.on(database).restart().awaitStore()) {
            assertThat(router.http("GET", "/agents/mappings", null).body()).containsOnlyOnce("@you:test.local");
            router.sync(file(agent("a", "!a"), agent("b", "!b")), "");
            assertThat(router.sync(file(agent("a", "!b").replace("@a:", "@b:"), agent("b", "!a").replace("@b:", "@a:")), "")).contains("🔄 Updated: 2", "✅ All mappings are in sync!");
            assertThat(router.sync(file(agent("b", "!a").replace("@b:", "@a:")), "?prune=true")).contains("🗑️  Deleted: 1");
            assertThat(sql.queryForList("SELECT * FROM invitation_status")).isEmpty();
        }
    }

    @Test
    @Tag("T1")
    void t1_aConstraintThatAForeignKeyLeansOnStaysAsItIs() {
        sql.execute(TABLE);
        sql.execute("CREATE TABLE elsewhere (matrix_user_id VARCHAR REFERENCES agent_mappings (matrix_user_id))");
        try (RunningRouter router = RunningRouter.on(database).restart().awaitStore()) {
            router.sync(file(agent("a", "!a"), agent("b", "!b")), "");
            assertThat(router.sync(file(agent("a", "!b"), agent("b", "!a")), "")).contains("🔄 Updated: 2");
        }
    }

    @Test
    @Tag("T1")
    void t1_anotherSchemaIsWhereTheTableLies() {
        sql.execute("CREATE SCHEMA bridge");
        sql.execute(TABLE.replace("agent_mappings", "bridge.agent_mappings"));
        try (RunningRouter router = RunningRouter.on(database, "--router.database-url=" + RunningRouter.url(database) + "?currentSchema=bridge").restart().awaitStore()) {
            assertThat(router.sync(file(agent("a", "!a")), "")).contains("✨ Created: 1");
        }
        assertThat(sql.queryForList("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('bridge', 'public') ORDER BY 1", String.class))
                .containsExactly("bridge.agent_mappings", "bridge.invitation_status");
    }

    @Test
    @Tag("T1")
    void t1_aSchemaThatIsNotThereIsOneSentence(CapturedOutput output) {
        try (RunningRouter router = RunningRouter.on(database, "--router.database-url=" + RunningRouter.url(database) + "?currentSchema=nowhere").restart()) {
            await().until(() -> router.http("GET", "/health", null).body().contains("no schema of the search_path is there for this user; create one"));
        }
        assertThat(output).doesNotContain("\tat ");
    }

    @Test
    @Tag("T1")
    void t1_aTableOfAnotherRoleIsOneSentenceThatSaysWhatToGrant(CapturedOutput output) {
        String role = "adopter_of_" + database;
        sql.execute(TABLE);
        sql.execute("CREATE ROLE %1$s LOGIN PASSWORD 'secret'; GRANT CREATE ON DATABASE %2$s TO %1$s; GRANT CREATE ON SCHEMA public TO %1$s; GRANT ALL ON agent_mappings TO %1$s".formatted(role, database));
        try (RunningRouter router = RunningRouter.on(database, "--router.database-url=" + RunningRouter.url(database).replace("postgres:postgres@", role + ":secret@")).restart()) {
            await().until(() -> router.http("GET", "/health", null).body().contains("the table agent_mappings belongs to \\\"postgres\\\""));
            sql.execute("GRANT postgres TO " + role);
            router.awaitStore();
        }
        assertThat(output).contains("run GRANT \"postgres\" TO \"" + role + "\"").doesNotContain("\tat ");
    }

    @Test
    @Tag("T1")
    @Tag("S35")
    void t1_s35_anIdleReaderOfTheOldSystemIsNamedAndHoldsUpNoLookup(CapturedOutput output) throws Exception {
        sql.execute(TABLE);
        try (Connection old = sql.getDataSource().getConnection()) {
            old.setAutoCommit(false);
            old.setClientInfo("ApplicationName", "old-python");
            old.createStatement().executeQuery("SELECT * FROM agent_mappings");
            try (RunningRouter router = RunningRouter.on(database).restart()) {
                await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(output).contains("agent_mappings is locked by process ", "(old-python at 127.0.0.1, user postgres"));
                await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(20)).until(() -> {
                    sql.queryForList("SELECT * FROM agent_mappings");
                    return true;
                });
                old.rollback();
                router.awaitStore();
            }
        }
        assertThat(output).doesNotContain("\tat ");
    }

    @Test
    @Tag("T1")
    @Tag("S23")
    void t1_s23_aColumnThatTheRouterCannotFillIsOneSentenceWithoutTheRow(CapturedOutput output) throws Exception {
        sql.execute(TABLE.replace("room_created", "owner TEXT NOT NULL, room_created"));
        try (RunningRouter router = RunningRouter.on(database).restart().awaitStore()) {
            assertThat(router.sync(file(agent("a", "!a")), "")).contains("null value in column \"owner\"", "nothing was changed, give that column a default").doesNotContain("secret");
            Files.writeString(router.file, file(agent("a", "!a")));
            await().until(() -> output.getOut().contains("null value in column \"owner\""));
            sql.execute("ALTER TABLE agent_mappings ALTER owner SET DEFAULT 'nobody'");
            await().atMost(Duration.ofSeconds(20)).until(() -> sql.queryForList("SELECT * FROM agent_mappings").size() == 1);
        }
        assertThat(output).doesNotContain("\tat ", "secret-of-a");
    }
}
