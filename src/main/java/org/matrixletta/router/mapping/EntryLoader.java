package org.matrixletta.router.mapping;

import org.matrixletta.router.Printable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PushbackInputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.stereotype.Component;

/** Streams a mapping file into the temporary table {@code entry} by COPY, on the connection of the running transaction. */
@Component("entryLoader")
class EntryLoader {

    private static final Logger log = LoggerFactory.getLogger(EntryLoader.class);
    private static final long LARGEST_FILE = 1L << 30;
    private static final int PROGRESS = 100_000;
    private static final int BUFFER = 1 << 16;

    private final DataSource dataSource;
    private final Settings settings;

    EntryLoader(DataSource dataSource, Settings settings) {
        this.dataSource = dataSource;
        this.settings = settings;
    }

    /**
     * Loads the file that a client sent, or, where nothing was sent, the one that the setting MAPPINGS_FILE names.
     *
     * @param name how the client calls its file; used in messages only, never opened
     */
    FileFacts load(@Body InputStream body, @Header("fileName") String name, @Variable("sync") SyncRequest sync) throws IOException, SQLException {
        PushbackInputStream sent = new PushbackInputStream(body == null ? InputStream.nullInputStream() : body);
        int first = sent.read();
        if (first >= 0) {
            sent.unread(first);
            return read(sent, name == null ? "the request's body" : Printable.line(name), sync, List.of());
        }
        Path path = settings.mappingsFile().toAbsolutePath().normalize();
        try (InputStream file = MappingFile.open(path)) {
            return read(file, path.toString(), sync, MappingFile.warnings(path));
        }
    }

    private FileFacts read(InputStream file, String name, SyncRequest sync, List<String> warnings) throws IOException, SQLException {
        Remarks remarks = new Remarks();
        DigestInputStream digested = new DigestInputStream(limited(file, name), sha256());
        PGConnection connection = DataSourceUtils.getConnection(dataSource).unwrap(PGConnection.class);
        long entries;
        try (Writer copy = new OutputStreamWriter(new PGCopyOutputStream(connection, "COPY entry FROM STDIN", BUFFER), StandardCharsets.UTF_8)) {
            EntryRow row = new EntryRow(sha256());
            entries = new MappingFileReader(settings, remarks).read(digested, name, !sync.wholeFile(), entry -> {
                copy.append(row.of(entry));
                if ((entry.ord() + 1) % PROGRESS == 0) {
                    log.info("Reading {}: {} entries", name, entry.ord() + 1);
                }
            });
        }
        List<String> all = new ArrayList<>(warnings);
        all.addAll(remarks.lines());
        return new FileFacts(name, entries, HexFormat.of().formatHex(digested.getMessageDigest().digest()), all);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static InputStream limited(InputStream file, String name) {
        return new FilterInputStream(file) {
            private long left = LARGEST_FILE;

            @Override
            public int read() throws IOException {
                int value = super.read();
                count(value < 0 ? 0 : 1);
                return value;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int read = super.read(buffer, offset, length);
                count(Math.max(read, 0));
                return read;
            }

            private void count(int read) {
                left -= read;
                if (left < 0) {
                    throw new MappingFileException(name + " is larger than 1 GiB; this is no mapping file.");
                }
            }
        };
    }
}
