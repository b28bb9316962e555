package org.matrixletta.router;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.awaitility.Awaitility;
import org.matrixletta.router.demo.Postgres;
import org.matrixletta.router.store.StoreState;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** A router as it is run: its own database on the real PostgreSQL of this test run, its own file on disk, HTTP on a free port. */
public final class RunningRouter implements AutoCloseable {

    public static final String KEY = "test-key-0123456789abcdef0123456789abcdef";
    public static final String READ_KEY = "read-key-0123456789abcdef0123456789abcdef";
    /** Never due within a test run: scheduled work is set off by hand. */
    private static final String NEVER = "--router.verify-cron=0 0 0 1 1 ? 2099";
    /** What is done every few seconds is due sooner than in service, and a stop waits less for turns that a test leaves open. */
    private static final List<String> OFTEN = List.of("--router.tick-milliseconds=250", "--router.lease-tick-milliseconds=500", "--router.store-check-milliseconds=500",
            "--router.peers-check-milliseconds=500", "--router.file-check-milliseconds=200", "--router.file-pause-milliseconds=1000", "--camel.main.shutdown-timeout=2");

    private static final EmbeddedPostgres POSTGRES = Postgres.start(false);
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public final String database;
    public final Path file;
    public final int port;
    public final JdbcTemplate sql;
    private final List<String> settings = new ArrayList<>();
    private ConfigurableApplicationContext context;

    /** Starts a router; the given settings are added to those of a test, or replace them. */
    public static RunningRouter start(String... settings) {
        return new RunningRouter(newDatabase(), settings).restart().awaitStore();
    }

    /** A router that is not started yet, on a database that may hold something already. */
    public static RunningRouter on(String database, String... settings) {
        return new RunningRouter(database, settings);
    }

    private RunningRouter(String database, String... more) {
        try {
            this.database = database;
            this.port = freePort();
            this.file = Files.createTempDirectory("router-test").resolve("agent_user_mappings.json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.sql = sql(database);
        settings.addAll(List.of("--router.database-url=" + url(database), "--router.mappings-file=" + file, "--router.api-port=" + port,
                "--router.api-key=" + KEY, "--router.read-key=" + READ_KEY, "--router.matrix-server-name=test.local", "--router.matrix-intake=none", NEVER, "--logging.level.io.zonky=OFF"));
        settings.addAll(OFTEN);
        with(more);
    }

    /** Adds or replaces settings, from the next start on. */
    public RunningRouter with(String... more) {
        for (String setting : more) {
            // Spring joins two values of one name with a comma.
            settings.removeIf(given -> given.startsWith(setting.substring(0, setting.indexOf('=') + 1)));
            settings.add(setting);
        }
        return this;
    }

    /** Starts it, again if it ran. */
    public RunningRouter restart() {
        close();
        context = RouterApplication.service().run(settings.toArray(String[]::new));
        return this;
    }

    /** Waits for the first look at the store, which makes the tables. */
    public RunningRouter awaitStore() {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> bean(StoreState.class).last().failure() == null);
        return this;
    }

    public CamelContext camel() {
        return context.getBean(CamelContext.class);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** The answer to a request with the API key. */
    public HttpResponse<String> http(String method, String path, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of("Authorization", "Bearer " + KEY, "Content-Type", "application/json"));
        all.addAll(List.of(headers));
        return anyone(method, path, body, all.toArray(String[]::new));
    }

    /** The answer to a request with just these headers. */
    public HttpResponse<String> anyone(String method, String path, String body, String... headers) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            if (headers.length > 0) {
                request.headers(headers);
            }
            request.method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The text report of a sync by hand of this content; {@code query} such as {@code ?dryRun=true}. */
    public String sync(String json, String query) {
        return http("POST", "/mappings/sync" + query, json, "Accept", "text/plain").body();
    }

    /** The text report of a comparison of this content with the table. */
    public String verify(String json) {
        return http("POST", "/mappings/verification", json, "Accept", "text/plain").body();
    }

    /** Empties the store, as if the router had never synced. */
    public void emptyStore() {
        sql.execute("TRUNCATE agent_mappings, invitation_status, router.applied, router.sync, router.change, router.verification, router.tick");
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
            context = null;
        }
    }

    public static String newDatabase() {
        String name = "test_" + DATABASES.incrementAndGet();
        sql("postgres").execute("CREATE DATABASE " + name);
        return name;
    }

    /** DATABASE_URL of one of this run's databases. */
    public static String url(String database) {
        return "postgresql://postgres:postgres@127.0.0.1:" + POSTGRES.getPort() + "/" + database;
    }

    public static int postgresPort() {
        return POSTGRES.getPort();
    }

    public static JdbcTemplate sql(String database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl("jdbc:postgresql://127.0.0.1:" + POSTGRES.getPort() + "/" + database);
        dataSource.setUser("postgres");
        dataSource.setPassword("postgres");
        return new JdbcTemplate(dataSource);
    }

    /** Not from the range in which the system gives others a port before the router listens. */
    public static int freePort() {
        while (true) {
            try (ServerSocket socket = new ServerSocket(ThreadLocalRandom.current().nextInt(20_000, 32_000))) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // Somebody has it: another one, then.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
