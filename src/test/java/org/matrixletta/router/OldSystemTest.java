package org.matrixletta.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** The way back: the old client and its script on the same two tables, after this router. */
class OldSystemTest {

    /** As the old system made them. */
    private static final String OLD_TABLES = """
            CREATE TABLE agent_mappings (agent_id VARCHAR PRIMARY KEY, agent_name VARCHAR NOT NULL, matrix_user_id VARCHAR UNIQUE NOT NULL,
              matrix_password VARCHAR NOT NULL, room_id VARCHAR UNIQUE, room_created BOOLEAN DEFAULT FALSE,
              created_at TIMESTAMP DEFAULT NOW(), updated_at TIMESTAMP DEFAULT NOW());
            CREATE INDEX idx_room_id ON agent_mappings (room_id);
            CREATE TABLE invitation_status (agent_id VARCHAR NOT NULL, invitee VARCHAR NOT NULL, status VARCHAR NOT NULL, PRIMARY KEY (agent_id, invitee));
            INSERT INTO agent_mappings VALUES ('agent-1', 'Old', '@agent-1:test.local', 'secret-of-old', '!old:test.local', true)""";
    /** As the old client writes a row. */
    private static final String OLD_UPSERT = """
            INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, room_id, room_created) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (agent_id) DO UPDATE SET agent_name = EXCLUDED.agent_name, matrix_user_id = EXCLUDED.matrix_user_id,
              matrix_password = EXCLUDED.matrix_password, room_id = EXCLUDED.room_id, room_created = EXCLUDED.room_created""";

    @Test
    @Tag("T7")
    void t7_theOldSystemRunsOnAfterTheRouter(@TempDir Path folder) throws Exception {
        // Given the old system's tables, and a router that has worked on them
        String database = RunningRouter.newDatabase();
        JdbcTemplate sql = RunningRouter.sql(database);
        sql.execute(OLD_TABLES);
        List<Map<String, Object>> before = shape(sql);
        Path export = folder.resolve("export.json");
        try (RunningRouter router = RunningRouter.on(database).restart().awaitStore()) {
            router.sync(file(agent("agent-1", "!one:test.local"), agent("agent-2", "!two:test.local")), "");
            Exchange written = router.camel().createProducerTemplate().request("direct:export-mappings", exchange -> exchange.getMessage().setHeader("exportFile", export.toString()));
            assertThat(written.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(200);
            assertThat(router.verify(Files.readString(export))).contains("All mappings are in sync!");
        }

        // Then its tables have the shape they had
        assertThat(shape(sql)).isEqualTo(before);

        // And the old client writes rows as it always did, while the router's schema is there and after it is gone
        assertThat(sql.update(OLD_UPSERT, "agent-1", "Renamed", "@agent-1:test.local", "secret-of-new", "!new:test.local", true)).isEqualTo(1);
        sql.execute("DROP SCHEMA router CASCADE");
        assertThat(sql.update(OLD_UPSERT, "agent-3", "Three", "@agent-3:test.local", "secret-of-three", "!three:test.local", true)).isEqualTo(1);
        assertThat(sql.queryForList("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$'", String.class)).containsExactly("public");
        assertThat(sql.queryForList("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v', 'm')", String.class))
                .containsExactlyInAnyOrder("agent_mappings", "invitation_status");
        assertThat(sql.queryForObject("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace", Integer.class)).isZero();

        // And a router that comes back adopts the rows, and does not let its older file overwrite them
        try (RunningRouter router = RunningRouter.on(database)) {
            Files.copy(export, router.file);
            router.restart().awaitStore();
            await().until(() -> sql.queryForObject("SELECT count(*) FROM router.sync", Integer.class) > 0);
            assertThat(sql.queryForList("SELECT agent_name FROM agent_mappings ORDER BY agent_id", String.class)).containsExactly("Renamed", "Name of agent-2", "Three");
        }
    }

    /** Columns, constraints, indexes and triggers of the operators' tables, but for whether a constraint may be judged at the end of a statement. */
    private static List<Map<String, Object>> shape(JdbcTemplate sql) {
        return sql.queryForList("""
                SELECT 'column' AS kind, attrelid::regclass::text AS of, attname::text || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' '
                  || coalesce(pg_get_expr(adbin, adrelid), '') AS is
                FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE attrelid IN ('agent_mappings'::regclass, 'invitation_status'::regclass) AND attnum > 0 AND NOT attisdropped
                UNION ALL SELECT 'constraint', conrelid::regclass::text, conname || ' ' || replace(pg_get_constraintdef(oid), ' DEFERRABLE', '')
                FROM pg_constraint WHERE conrelid IN ('agent_mappings'::regclass, 'invitation_status'::regclass)
                UNION ALL SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
                UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal
                ORDER BY 1, 2, 3""");
    }
}
