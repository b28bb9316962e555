package org.matrixletta.router.store;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.util.PSQLException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.util.StreamUtils;

/** Turns what the driver says when the store fails into one sentence that names host and database, and never a credential. */
@Component("storeFailure")
public class StoreFailure {

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    // PostgreSQL documentation, appendix A: connection, integrity, credentials, catalog, rollback, resources, operator, system; read-only; and single states.
    private static final Set<String> STORE_STATES = Set.of("08", "23", "28", "3D", "40", "53", "57", "58", "25006", LOCK_NOT_AVAILABLE, "42501", "42P01", "3F000", "42883", "P0001");

    private final DatabaseUrl url;
    private final JdbcTemplate jdbc;

    StoreFailure(DatabaseUrl url, JdbcTemplate jdbc) {
        this.url = url;
        this.jdbc = jdbc;
    }

    /** What is wrong, where, and what to check. */
    public String sentence(Throwable failure) {
        SQLException cause = sqlCause(failure);
        if (cause == null && isCausedBy(failure, FlywayException.class)) {
            return "The router's tables in the database " + url.place() + " were made by another version; run that version, or the newest one.";
        }
        if (cause == null) {
            return "The database " + url.place() + " did not answer within 5 s; check that it runs and is reachable from here.";
        }
        String state = cause.getSQLState() == null ? "" : cause.getSQLState();
        if (state.equals(LOCK_NOT_AVAILABLE)) {
            return "The table agent_mappings is locked by " + holders() + "; nothing was changed, end that transaction and the sync succeeds.";
        }
        if (state.equals("42P01") || state.equals("3F000") || state.equals("42883")) {
            return "The database " + url.place() + " lacks the table agent_mappings or the router's own tables; rename it back, or, in a new database, run `sync`, which makes them.";
        }
        if (state.equals("P0001") && cause instanceof PSQLException raised && raised.getServerErrorMessage() != null) {
            return "In the database " + url.place() + " " + raised.getServerErrorMessage().getMessage() + ".";
        }
        if (state.equals("23505") && isCausedBy(failure, FlywayException.class)) {
            return "The database " + url.place() + " is being set up by another process just now; try again.";
        }
        if (state.startsWith("23") && cause instanceof PSQLException refused && refused.getServerErrorMessage() != null) {
            // The message names column and constraint; the row itself would be in the detail.
            return "In the database " + url.place() + " a constraint of the table's own forbids what was to be written: " + refused.getServerErrorMessage().getMessage()
                    + "; nothing was changed, give that column a default, or drop the constraint.";
        }
        return "The database " + url.place() + " " + switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "28" -> "refused user \"" + url.user() + "\"; check user and password in DATABASE_URL.";
            case "3D" -> "does not exist; create it, or correct its name in DATABASE_URL.";
            case "40" -> "let another transaction go first (SQLSTATE " + state + "); what was to be done is done again.";
            case "42" -> "does not let user \"" + url.user() + "\" do this (SQLSTATE " + state + "); grant it the rights on agent_mappings and invitation_status, and CREATE on the database and on their schema.";
            case "53" -> "is out of resources (SQLSTATE " + state + "); check its disk, memory and connections.";
            default -> isCausedBy(failure, UnknownHostException.class)
                    ? "has an unknown host name; check the host in DATABASE_URL."
                    : "is not reachable" + (state.isEmpty() ? "" : " (SQLSTATE " + state + ")") + "; check that PostgreSQL runs, and host and port in DATABASE_URL.";
        };
    }

    /** Whether the store is why this failed: away, locked, full, forbidden or without our tables, or it gave no connection. Any other SQL error is our own. */
    public static boolean isStoreFailure(Throwable failure) {
        SQLException cause = sqlCause(failure);
        if (cause != null && !isCausedBy(failure, SQLTransientConnectionException.class)) {
            return STORE_STATES.stream().anyMatch(cause.getSQLState()::startsWith);
        }
        return Stream.of(SQLException.class, DataAccessException.class, TransactionException.class, FlywayException.class).anyMatch(kind -> isCausedBy(failure, kind));
    }

    private String holders() {
        try {
            String sql = StreamUtils.copyToString(getClass().getResourceAsStream("/sql/lock-holders.sql"), StandardCharsets.UTF_8);
            String holders = jdbc.queryForObject(sql, String.class);
            return holders == null ? "a transaction that has just ended" : holders;
        } catch (IOException | DataAccessException e) {
            return "a transaction that could not be named";
        }
    }

    private static boolean isCausedBy(Throwable failure, Class<? extends Throwable> kind) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).anyMatch(kind::isInstance);
    }

    private static SQLException sqlCause(Throwable failure) {
        SQLException found = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                found = sql;
            }
        }
        return found;
    }
}
