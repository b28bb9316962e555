package org.matrixletta.router.mapping;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;
import org.matrixletta.router.Settings;
import org.matrixletta.router.store.StoreFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The watcher's memory: which version of the file it has seen to its end. A version counts as seen only while the store still
 * remembers the sync it led to, so a database that was made anew or restored from a backup is told again.
 */
@Component("watchedFile")
public class WatchedFile extends ServiceSupport implements IdempotentRepository {

    /** The length of a file that holds no entry: {@code {}} and a line break. */
    private static final int NO_ENTRIES = 4;

    /** A version of the file with the sync that it led to, or whether it counts as seen without any, and when that was, as System.nanoTime says. */
    private record Seen(String version, Map<String, Object> sync, boolean isFinal, long at) {
    }

    private static final Logger log = LoggerFactory.getLogger("mappings");

    private final JdbcTemplate jdbc;
    private final Path path;
    private final Duration pause;
    private volatile Seen seen;
    private volatile String fault;
    private boolean isMissing;

    /** @param pauseMilliseconds how long a version that the store did not take is left alone */
    WatchedFile(JdbcTemplate jdbc, Settings settings, @Value("${router.file-pause-milliseconds:5000}") long pauseMilliseconds) {
        this.jdbc = jdbc;
        this.path = settings.mappingsFile().toAbsolutePath().normalize();
        this.pause = Duration.ofMillis(pauseMilliseconds);
    }

    /** Says once that there is no file, until there is one. */
    public synchronized void look() {
        boolean wasMissing = isMissing;
        isMissing = Files.notExists(path);
        if (isMissing && !wasMissing) {
            log.warn("⚠️ There is no mapping file {}, so the table stays as it is; put one there, or set MAPPINGS_FILE. Where `provision` makes the mappings, none is needed.", path);
        }
    }

    /** The route has applied this version. */
    public void applied(@Variable("version") String version, @Variable("record") Map<String, Object> sync) {
        seen = new Seen(version, sync, false, System.nanoTime());
        fault = null;
    }

    /** The route has found this version unusable; it is not read again until it changes. */
    public void unusable(@Variable("version") String version, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) MappingFileException failure) {
        seen = new Seen(version, null, true, System.nanoTime());
        fault = failure.getMessage();
    }

    /** Why the file as it is now cannot be applied, in one sentence; null if it was. */
    public String fault() {
        return fault;
    }

    /** The route has failed: because of the store, it tries again soon; because of a fault of its own, it waits for the next edit. */
    public void failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure, @Variable("version") String version) {
        seen = new Seen(String.valueOf(version), null, !StoreFailure.isStoreFailure(failure), System.nanoTime());
    }

    /** Whatever the file's size and time say, the next look reads it. */
    public void forget() {
        seen = null;
    }

    /** Whether the file has entries, so that a table without any is no answer. */
    public boolean holdsEntries(File file) {
        return file.isFile() && file.length() > NO_ENTRIES;
    }

    /** A text that differs for each version of a file, as far as its length and time tell. */
    public String version(File file) {
        return file.length() + "-" + file.lastModified();
    }

    /** Whether the file as it is now is yet to be applied, or found unusable; until then any room may be one of its rooms. */
    public boolean isUnread(File file) {
        Seen last = seen;
        return file.isFile() && (last == null || !last.version().equals(version(file))
                || (last.sync() == null ? !last.isFinal() : !isStored(last.sync())));
    }

    @Override
    public boolean contains(String version) {
        Seen last = seen;
        return last != null && last.version().equals(version) && (last.sync() != null ? isStored(last.sync()) : last.isFinal() || System.nanoTime() - last.at() < pause.toNanos());
    }

    /** Says whether the version is new; only the route knows when it has been seen to its end. */
    @Override
    public boolean add(String version) {
        return !contains(version);
    }

    @Override
    public boolean remove(String version) {
        forget();
        return true;
    }

    @Override
    public boolean confirm(String version) {
        return true;
    }

    @Override
    public void clear() {
        forget();
    }

    private boolean isStored(Map<String, Object> sync) {
        try {
            return Boolean.TRUE.equals(jdbc.queryForObject("SELECT EXISTS (SELECT FROM router.sync WHERE id = ? AND at = ?)", Boolean.class,
                    sync.get("id"), sync.get("at")));
        } catch (BadSqlGrammarException e) {
            // There is no such table: this database was made anew.
            return false;
        }
    }
}
