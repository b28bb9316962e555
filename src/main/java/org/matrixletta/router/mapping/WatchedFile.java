package org.matrixletta.router.mapping;

import java.util.Map;
import org.apache.camel.Variable;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The watcher's memory: which version of the file it has seen to its end. A version counts as seen only while the store still
 * remembers the sync it led to, so a database that was made anew or restored from a backup is told again.
 */
@Component("watchedFile")
class WatchedFile extends ServiceSupport implements IdempotentRepository {

    private final JdbcTemplate jdbc;
    private volatile Seen seen;

    /** A version of the file, and the sync it led to; null if it could not be applied and waits for an edit. */
    private record Seen(String version, Map<String, Object> sync) {
    }

    WatchedFile(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The route has applied this version. */
    public void applied(@Variable("version") String version, @Variable("record") Map<String, Object> sync) {
        seen = new Seen(version, sync);
    }

    /**
     * The route has found this version unusable; it is not read again until it changes.
     *
     * @param version null where a verification and not the watcher has read the file
     */
    public void unusable(@Variable("version") String version) {
        if (version != null) {
            seen = new Seen(version, null);
        }
    }

    /** Whatever the file's size and time say, the next look reads it. */
    public void forget() {
        seen = null;
    }

    @Override
    public boolean contains(String version) {
        Seen last = seen;
        return last != null && last.version().equals(version) && (last.sync() == null || isStored(last.sync()));
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
