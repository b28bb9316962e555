package org.matrixletta.router.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.matrixletta.router.demo.Postgres;
import org.springframework.jdbc.core.JdbcTemplate;

/** What {@code bench/run} starts: measures messages, syncs and commands on an embedded PostgreSQL that forces its log to disk, and prints a table. */
public final class Benchmark {

    private static final int AGENTS = 56;
    private static final int TURNS = 1_000;
    private static final int VIRTUAL_THREADS = 21;
    private static final int MOST_TURNS = 10_000;
    private static final int OTHER_FILES = 2_000;
    private static final String NO_MESSAGES = "--router.matrix-intake=none";

    private Benchmark() {
    }

    public static void main(String[] arguments) {
        try {
            run(arguments.length == 0 ? List.of("messages", "turns", "scrape", "syncs", "commands") : List.of(arguments));
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    /** @param parts which of messages, turns, scrape, syncs and commands are measured */
    private static void run(List<String> parts) throws Exception {
        Locale.setDefault(Locale.ROOT);
        EmbeddedPostgres postgres = Postgres.start(true);
        Path folder = Files.createTempDirectory("router-bench");
        try {
            Path file = folder.resolve("agent_user_mappings.json");
            Table table = new Table(System.out, machine(postgres));
            String url = postgres.getJdbcUrl("postgres", "postgres");
            if (parts.contains("messages")) {
                MessageBenchmark messages = new MessageBenchmark(TURNS);
                try (Router router = new Router(url, folder.resolve("none.json"), messages.settings())) {
                    messages.run(table, router, new JdbcTemplate(postgres.getPostgresDatabase()));
                }
            }
            if (parts.contains("turns")) {
                int agents = Runtime.version().feature() < VIRTUAL_THREADS ? TURNS : Math.min(MOST_TURNS, turnsWithinOpenFiles());
                MessageBenchmark messages = new MessageBenchmark(agents);
                try (Router router = new Router(url, folder.resolve("none.json"), messages.settings())) {
                    messages.turns(table, router, new JdbcTemplate(postgres.getPostgresDatabase()), agents);
                }
            }
            if (parts.contains("scrape")) {
                MessageBenchmark messages = new MessageBenchmark(TURNS);
                try (Router router = new Router(url, folder.resolve("none.json"), messages.settings())) {
                    messages.scrape(table, router, new JdbcTemplate(postgres.getPostgresDatabase()), TURNS);
                }
            }
            if (parts.contains("syncs")) {
                try (Router router = new Router(url, folder.resolve("none.json"), NO_MESSAGES)) {
                    router.empty();
                    SyncBenchmark.run(table, router, url);
                    router.empty();
                }
            }
            if (parts.contains("commands")) {
                write(new Entries(AGENTS, 0), file);
                try (Router router = new Router(url, file, NO_MESSAGES)) {
                    CommandBenchmark.run(table, router, folder);
                }
            }
        } finally {
            delete(folder);
        }
    }

    /** Both ends of a turn's connection are in this process. */
    private static int turnsWithinOpenFiles() {
        long files = ((com.sun.management.UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
        return (int) ((files - OTHER_FILES) / 2);
    }

    static void write(Entries entries, Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            entries.writeJson(out);
        }
    }

    private static String machine(EmbeddedPostgres postgres) throws SQLException {
        long memory = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        try (Connection connection = postgres.getPostgresDatabase().getConnection(); Statement statement = connection.createStatement();
                ResultSet version = statement.executeQuery("SHOW server_version")) {
            version.next();
            return "%d cores, %.0f GB, %s %s, Java %s, PostgreSQL %s with fsync".formatted(Runtime.getRuntime().availableProcessors(), memory / 1e9,
                    System.getProperty("os.name"), System.getProperty("os.arch"), System.getProperty("java.version"), version.getString(1));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
