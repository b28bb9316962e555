package org.matrixletta.router.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** The least that brings the same rows into the same table: COPY, one upsert, one commit. It judges, records and verifies nothing. */
final class Floor {

    private static final String UPSERT = """
            INSERT INTO floor AS stored (%1$s) SELECT %1$s FROM incoming
            ON CONFLICT (agent_id) DO UPDATE SET agent_name = EXCLUDED.agent_name, matrix_user_id = EXCLUDED.matrix_user_id,
              matrix_password = EXCLUDED.matrix_password, room_id = EXCLUDED.room_id, room_created = EXCLUDED.room_created, updated_at = now()
            WHERE (stored.agent_name, stored.matrix_user_id, stored.matrix_password, stored.room_id, stored.room_created)
              IS DISTINCT FROM (EXCLUDED.agent_name, EXCLUDED.matrix_user_id, EXCLUDED.matrix_password, EXCLUDED.room_id, EXCLUDED.room_created)
            """.formatted(Entries.COLUMNS);

    private final Connection connection;

    /** Makes the table beside agent_mappings, with the same columns, constraints and indexes. */
    Floor(Connection connection) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE floor (LIKE agent_mappings INCLUDING ALL)");
        }
        connection.commit();
    }

    void empty() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE floor");
        }
        connection.commit();
    }

    void apply(byte[] copyText) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT " + Entries.COLUMNS + " FROM floor WITH NO DATA");
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY incoming FROM STDIN", new ByteArrayInputStream(copyText));
            statement.execute(UPSERT);
        }
        connection.commit();
    }
}
