package org.matrixletta.router.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.matrixletta.router.RouterApplication;
import org.matrixletta.router.mapping.SyncReport;
import org.matrixletta.router.mapping.SyncRequest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** The router under measurement, run as the service is. */
final class Router implements AutoCloseable {

    static final String KEY = "bench-key-0123456789abcdef0123456789abcdef";
    private static final String NEVER = "0 0 0 1 1 ? 2099";

    /** What a command needs to find this service, its store and its file. */
    final Map<String, String> environment;
    private final ConfigurableApplicationContext context;
    private final ProducerTemplate template;
    private final JdbcTemplate sql;

    /**
     * Starts it.
     *
     * @param more further settings
     */
    Router(String databaseUrl, Path file, String... more) throws IOException {
        environment = Map.of("DATABASE_URL", databaseUrl, "MAPPINGS_FILE", file.toString(), "API_PORT", freePort(), "ROUTER_API_KEY", KEY, "MATRIX_SERVER_NAME", "test.local");
        List<String> settings = new ArrayList<>(List.of("--router.database-url=" + databaseUrl, "--router.mappings-file=" + file, "--router.api-key=" + KEY,
                "--router.api-port=" + environment.get("API_PORT"), "--router.matrix-server-name=test.local", "--router.verify-cron=" + NEVER,
                "--logging.level.root=WARN", "--logging.level.mappings=ERROR", "--logging.level.org.matrixletta=WARN", "--logging.level.routing=WARN", "--logging.level.delivery=WARN", "--logging.level.io.zonky=OFF"));
        settings.addAll(List.of(more));
        context = RouterApplication.service().run(settings.toArray(String[]::new));
        template = context.getBean(CamelContext.class).createProducerTemplate();
        sql = context.getBean(JdbcTemplate.class);
        template.sendBody("direct:make-tables", null);
    }

    String url() {
        return "http://127.0.0.1:" + environment.get("API_PORT");
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    /** Has the router look at its store, as it does every five seconds. */
    void lookAtStore() {
        template.sendBody("direct:look-at-store", null);
    }

    /** Empties the store, as if nothing had ever been synced. */
    void empty() {
        sql.execute("TRUNCATE agent_mappings, invitation_status, router.applied, router.sync, router.change, router.verification");
    }

    /**
     * A sync by hand.
     *
     * @param changes how many rows it must create or update; anything else is not what was to be measured
     */
    void sync(byte[] json, int changes) {
        Exchange exchange = template.request("direct:sync-mappings", asked -> {
            asked.setVariable("sync", SyncRequest.byHand(false, false, false));
            asked.getMessage().setBody(new ByteArrayInputStream(json));
        });
        SyncReport report = exchange.getException() == null ? exchange.getMessage().getBody(SyncReport.class) : null;
        if (report == null || report.exitCode() != 0 || report.counts().get("created") + report.counts().get("updated") != changes) {
            throw new IllegalStateException("not the sync that was to be measured: " + report, exchange.getException());
        }
    }

    @Override
    public void close() {
        context.close();
    }

    static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return Integer.toString(socket.getLocalPort());
        }
    }
}
