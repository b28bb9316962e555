package org.matrixletta.router.mapping;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Header;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Writes the table as a mapping file that the old client and script read as well. */
@Component("mappingExport")
class MappingExport {

    private static final int ROWS_AT_ONCE = 1_000;

    private final JdbcTemplate jdbc;
    private final ObjectMapper mapper;

    MappingExport(JdbcTemplate jdbc, ObjectMapper mapper) {
        this.jdbc = new JdbcTemplate(jdbc.getDataSource());
        this.jdbc.setFetchSize(ROWS_AT_ONCE);
        this.mapper = mapper;
    }

    /**
     * Streams the rows of export-mappings.sql into the file, which takes its place by rename: nobody ever sees half of it.
     *
     * @throws RefusedException if the file cannot be written
     */
    Report write(@Header("exportFile") String name) throws IOException {
        Path file = Path.of(name);
        String rows = new ClassPathResource("sql/export-mappings.sql").getContentAsString(StandardCharsets.UTF_8);
        AtomicLong count = new AtomicLong();
        Path draft;
        try {
            draft = Files.createTempFile(file.getParent(), ".export-", ".json", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw new RefusedException(422, "The folder " + file.getParent() + " cannot be written to; name a file in a folder that can.");
        }
        try {
            try (OutputStream bytes = Files.newOutputStream(draft); JsonGenerator json = mapper.createGenerator(bytes).useDefaultPrettyPrinter()) {
                json.writeStartObject();
                jdbc.query(rows, row -> {
                    write(json, row);
                    count.incrementAndGet();
                });
                json.writeEndObject();
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
        return new Mappings.Answer(Map.of("success", true, "file", name, "mappings", count.get()),
                "✅ Wrote " + count.get() + " mappings to " + file + ", passwords included\n");
    }

    private static void write(JsonGenerator json, ResultSet row) throws SQLException {
        try {
            json.writeObjectFieldStart(row.getString("agent_id"));
            json.writeStringField("agent_id", row.getString("agent_id"));
            json.writeStringField("agent_name", row.getString("agent_name"));
            json.writeStringField("matrix_user_id", row.getString("matrix_user_id"));
            json.writeStringField("matrix_password", row.getString("matrix_password"));
            json.writeBooleanField("created", true);
            json.writeStringField("room_id", row.getString("room_id"));
            json.writeBooleanField("room_created", row.getBoolean("room_created"));
            json.writeFieldName("invitation_status");
            json.writeRawValue(row.getString("invitation_status"));
            json.writeEndObject();
        } catch (IOException e) {
            throw new SQLException("the export could not be written", e);
        }
    }
}
