package org.matrixletta.router.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.matrixletta.router.RouterApplication;
import org.matrixletta.router.peers.FakeHomeserver;
import org.matrixletta.router.peers.FakeLetta;

/**
 * The router itself, on an embedded PostgreSQL and a copy of a sample mapping file, between a small homeserver and a small Letta: what
 * {@code mvn spring-boot:test-run} starts.
 */
public final class DemoApplication {

    private static final String SERVER_NAME = "demo.local";
    private static final String PERSON = "@you:demo.local";
    private static final String BOT = "@letta:demo.local";
    private static final String UNMAPPED_ROOM = "!lounge:demo.local";
    private static final String DEFAULT_AGENT = "agent-00000000-0000-4000-8000-000000000000";
    private static final Duration BACK_OFF = Duration.ofSeconds(1);

    private DemoApplication() {
    }

    public static void main(String[] arguments) throws IOException {
        // Whatever the console's own idea of characters is: the card is of lines, arrows and emoji.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        EmbeddedPostgres postgres = Postgres.start(true);
        Path file = Path.of("target", "demo", "agent_user_mappings.json").toAbsolutePath();
        Files.createDirectories(file.getParent());
        try (InputStream sample = DemoApplication.class.getResourceAsStream("/sample-mappings.json")) {
            Files.write(file, sample.readAllBytes());
        }
        JsonNode mappings = JsonMapper.builder().build().readTree(file.toFile());
        String key = secret();
        String asToken = secret();
        String hsToken = secret();
        String personsToken = secret();
        int port = freePort();
        FakeLetta letta = new FakeLetta(0).agent(DEFAULT_AGENT, "Letta");
        FakeHomeserver homeserver = new FakeHomeserver(0, SERVER_NAME, asToken, hsToken).backOff(BACK_OFF).person(PERSON, personsToken).printTo(out)
                .room(UNMAPPED_ROOM, BOT, PERSON);
        mappings.fields().forEachRemaining(entry -> {
            letta.agent(entry.getKey(), entry.getValue().get("agent_name").textValue());
            homeserver.room(entry.getValue().get("room_id").textValue(), BOT, PERSON, entry.getValue().get("matrix_user_id").textValue());
        });
        homeserver.service("http://127.0.0.1:" + port);
        RouterApplication.service().run(
                "--router.database-url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--router.mappings-file=" + file,
                "--router.api-port=" + port,
                "--router.api-key=" + key,
                "--router.router-url=http://127.0.0.1:" + port,
                "--router.matrix-server-name=" + SERVER_NAME,
                "--router.matrix-homeserver-url=" + homeserver.http.uri(),
                "--router.matrix-as-token=" + asToken,
                "--router.matrix-hs-token=" + hsToken,
                "--router.letta-api-url=" + letta.http.uri(),
                "--router.letta-agent-id=" + DEFAULT_AGENT,
                "--logging.level.io.zonky=OFF");
        out.println(card(file, rooms(mappings), homeserver.http.uri() + "/_matrix/client/v3/rooms/" + segment(mappings.iterator().next().get("room_id").textValue()),
                personsToken, "http://127.0.0.1:" + port, key));
    }

    private static String card(Path file, String rooms, String room, String personsToken, String router, String key) {
        return """

                ────────────────────────────────────────────────────────────────────────
                 Ready. The router runs on an embedded PostgreSQL with a sample file,
                 between a small homeserver and a small Letta that accept anyone.

                 Mapping file   %1$s
                                edit, replace or rename over it: the table follows within 2 s
                 Rooms          %2$s

                 Write          curl -s -H 'Authorization: Bearer %4$s' -d '{"msgtype":"m.text","body":"hi"}' '%3$s/send/m.room.message'
                 Read           curl -s -H 'Authorization: Bearer %4$s' '%3$s/messages?dir=b'
                                what is said in the rooms is printed here as well

                 See the table  curl -s -H 'Authorization: Bearer %6$s' -H 'Accept: text/plain' '%5$s/agents/mappings'
                 Compare both   curl -s -H 'Authorization: Bearer %6$s' -H 'Accept: text/plain' '%5$s/mappings/verification'
                 The page       %5$s/ui
                 API key        %6$s  (of this run)
                 Stop           Ctrl+C
                ────────────────────────────────────────────────────────────────────────
                """.formatted(file, rooms, room, personsToken, router, key);
    }

    /** Each room and its agent, a line each. */
    private static String rooms(JsonNode mappings) {
        StringBuilder rooms = new StringBuilder();
        mappings.forEach(entry -> rooms.append(line(entry.get("room_id").textValue(), entry.get("agent_name").textValue(), entry.get("agent_id").textValue())));
        return rooms.append(line(UNMAPPED_ROOM, "Letta, the default agent", DEFAULT_AGENT)).toString().strip();
    }

    private static String line(String room, String name, String agent) {
        return " ".repeat(16) + String.format("%-22s %s (%s)%n", room, name, agent);
    }

    private static String segment(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8);
    }

    private static String secret() {
        return HexFormat.of().formatHex(new SecureRandom().generateSeed(24));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
