package org.matrixletta.router.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.LoggerFactory;

/** A real PostgreSQL of this process's own. */
public final class Postgres {

    private Postgres() {
    }

    /** Starts one that ends with this process. */
    public static EmbeddedPostgres start(boolean fsync) {
        ((Logger) LoggerFactory.getLogger("io.zonky")).setLevel(Level.WARN);
        try {
            EmbeddedPostgres postgres = EmbeddedPostgres.builder().setServerConfig("fsync", fsync ? "on" : "off").start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(postgres)));
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded PostgreSQL does not start", e);
        }
    }

    private static void close(EmbeddedPostgres postgres) {
        try {
            postgres.close();
        } catch (IOException e) {
            System.err.println("The embedded PostgreSQL did not stop: " + e.getMessage());
        }
    }
}
