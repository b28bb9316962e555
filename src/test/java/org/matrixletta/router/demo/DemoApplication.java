package org.matrixletta.router.demo;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.matrixletta.router.RouterApplication;

/** The router itself, on an embedded PostgreSQL and a copy of a sample mapping file: what {@code mvn spring-boot:test-run} starts. */
public final class DemoApplication {

    private DemoApplication() {
    }

    public static void main(String[] arguments) throws IOException {
        EmbeddedPostgres postgres = Postgres.start(true);
        Path file = Path.of("target", "demo", "agent_user_mappings.json").toAbsolutePath();
        Files.createDirectories(file.getParent());
        try (InputStream sample = DemoApplication.class.getResourceAsStream("/sample-mappings.json")) {
            Files.write(file, sample.readAllBytes());
        }
        String key = HexFormat.of().formatHex(new SecureRandom().generateSeed(24));
        int port = freePort();
        RouterApplication.service().run(
                "--router.database-url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--router.mappings-file=" + file,
                "--router.api-port=" + port,
                "--router.api-key=" + key,
                "--router.matrix-server-name=demo.local",
                "--logging.level.io.zonky=OFF");
        System.out.println(card(file, port, key));
    }

    private static String card(Path file, int port, String key) {
        return """

                ────────────────────────────────────────────────────────────────────────
                 Ready. The router runs on an embedded PostgreSQL with a sample file.

                 Mapping file   %1$s
                                edit, replace or rename over it: the table follows within 2 s

                 See the table  curl -s -H 'Authorization: Bearer %3$s' -H 'Accept: text/plain' 'http://127.0.0.1:%2$d/agents/mappings'
                 Compare both   curl -s -H 'Authorization: Bearer %3$s' -H 'Accept: text/plain' 'http://127.0.0.1:%2$d/mappings/verification'
                 API key        %3$s  (of this run)
                 Stop           Ctrl+C
                ────────────────────────────────────────────────────────────────────────
                """.formatted(file, port, key);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
