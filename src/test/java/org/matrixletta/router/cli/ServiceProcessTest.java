package org.matrixletta.router.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.soon;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.peers.FakeHomeserver;
import org.matrixletta.router.peers.FakeLetta;
import org.springframework.jdbc.core.JdbcTemplate;

/** The service as a process of its own, with a management port that asks for a password, and a log in JSON that holds all that can be logged. */
class ServiceProcessTest {

    private static final String JMX_PASSWORD = "secret-of-jmx";
    private static final String ROOM = "!jmx:test.local";
    private static final String TEXT = "words that nobody else may read";

    @TempDir
    static Path folder;

    static final String database = RunningRouter.newDatabase();
    static final JdbcTemplate sql = RunningRouter.sql(database);
    static final FakeHomeserver homeserver = new FakeHomeserver(0, "test.local", MessagingRouter.AS_TOKEN, MessagingRouter.HS_TOKEN);
    static final FakeLetta letta = new FakeLetta(0).token("secret-of-letta");
    static final int port = RunningRouter.freePort();
    static final int jmxPort = RunningRouter.freePort();
    static Process service;

    @BeforeAll
    static void start() throws IOException {
        homeserver.service("http://127.0.0.1:" + port);
        Files.createDirectory(folder.resolve("mappings"));
        writeRoom(ROOM);
        ownersOnly("jmx.password", "router " + JMX_PASSWORD + "\n");
        ownersOnly("jmx.access", "router readwrite\n");
        service = Command.start(folder, environment("JDK_JAVA_OPTIONS", jmx() + " -Dcom.sun.management.jmxremote.password.file=" + folder.resolve("jmx.password")
                + " -Dcom.sun.management.jmxremote.access.file=" + folder.resolve("jmx.access")));
        await().atMost(Duration.ofMinutes(3)).until(() -> lines().stream().anyMatch(line -> line.contains("The homeserver reached us")));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        service.destroy();
        service.waitFor();
        homeserver.close();
        letta.close();
    }

    @Test
    void aPortWithoutAPasswordStopsTheStart() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Command refused = Command.run(other, environment("JDK_JAVA_OPTIONS", jmx().replace("" + jmxPort, "" + RunningRouter.freePort()) + " -Dcom.sun.management.jmxremote.authenticate=false"));

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err().lines().filter(line -> !line.startsWith("NOTE: Picked up"))).singleElement().asString().startsWith("JMX port ").contains("is open without a password");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void whoHasThePasswordListsTheRoutesAndStopsAndStartsOne() throws Exception {
        assertThatThrownBy(() -> JMXConnectorFactory.connect(address())).isInstanceOf(SecurityException.class);
        assertThatThrownBy(() -> connect("secret-of-somebody")).isInstanceOf(SecurityException.class);

        try (JMXConnector connector = connect(JMX_PASSWORD)) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            assertThat(beans.queryNames(new ObjectName("org.apache.camel:context=router,type=routes,name=*"), null)).extracting(route -> ObjectName.unquote(route.getKeyProperty("name")))
                    .contains("mappings-watch", "message-turn", "reply-send");
            ObjectName watcher = new ObjectName("org.apache.camel:context=router,type=routes,name=\"mappings-watch\"");

            // When the watcher is stopped and a file dropped, then nothing is applied, for longer than a watcher would take
            beans.invoke(watcher, "stop", null, null);
            assertThat(beans.getAttribute(watcher, "State")).isEqualTo("Stopped");
            writeRoom("!moved:test.local");
            await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(10)).until(ServiceProcessTest::storedRoom, ROOM::equals);

            // When it is started again, then it is
            beans.invoke(watcher, "start", null, null);
            soon().until(ServiceProcessTest::storedRoom, "!moved:test.local"::equals);
            writeRoom(ROOM);
            soon().until(ServiceProcessTest::storedRoom, ROOM::equals);
        }
    }

    @Test
    @Tag("S24")
    void everyStepOfAMessageIsALineOfJsonThatNamesIt() throws IOException {
        soon().until(ServiceProcessTest::storedRoom, ROOM::equals);
        String event = homeserver.say(ROOM, PERSON, TEXT);
        soon().until(() -> logged(event).stream().anyMatch(line -> line.path("message").asText().contains(" posted as ")));

        assertThat(logged(event)).filteredOn(line -> line.path("level").asText().equals("INFO")).extracting(line -> line.path("message").asText()).satisfiesExactly(
                received -> assertThat(received).isEqualTo("Event " + event + " in room " + ROOM + ": received from " + PERSON),
                claimed -> assertThat(claimed).isEqualTo("AGENT ROUTING: Room " + ROOM + " -> Agent agent-jmx (A\\u001B[2J)"),
                asked -> assertThat(asked).matches("Event .* in room .*: asked of agent-jmx after \\d+ ms"),
                answered -> assertThat(answered).matches("Event .* in room .*: answered by agent-jmx in \\d+ ms, 1 part"),
                posted -> assertThat(posted).matches("Event .* in room .*: part 1 posted as @agent_jmx:test.local in \\d+ ms, \\S+"));
        assertThat(logged(event)).allSatisfy(line -> assertThat(line.path("room_id").asText()).isEqualTo(ROOM));
        assertThat(logged(event)).filteredOn(line -> line.path("message").asText().matches(".*(ROUTING|asked|answered).*")).allSatisfy(line -> assertThat(line.path("agent_id").asText()).isEqualTo("agent-jmx"));

        // Nothing that is no step of it carries it on
        assertThat(json()).filteredOn(line -> !line.path("thread_name").asText().startsWith("peer-") && line.path("message").asText().startsWith("📋")).isNotEmpty()
                .allSatisfy(line -> assertThat(line.has("event_id")).isFalse());
    }

    @Test
    @Tag("S23")
    void s23_noLineOfJsonHoldsASecretAndOnlyDebugTheTextOfAMessage() throws IOException {
        soon().until(ServiceProcessTest::storedRoom, ROOM::equals);
        String event = homeserver.say(ROOM, PERSON, TEXT);
        soon().until(() -> logged(event).stream().anyMatch(line -> line.path("message").asText().contains(" posted as ")));

        assertThat(json()).allSatisfy(line -> assertThat(line.toString()).doesNotContain("secret-of-", RunningRouter.KEY, JMX_PASSWORD));
        assertThat(json()).filteredOn(line -> !line.path("level").asText().matches("DEBUG|TRACE")).allSatisfy(line -> assertThat(line.toString()).doesNotContain(TEXT));
    }

    private static List<JsonNode> logged(String event) throws IOException {
        return json().stream().filter(line -> line.path("event_id").asText().equals(event)).toList();
    }

    /** What the service has logged so far; each line is an object. */
    private static List<JsonNode> json() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (String line : lines()) {
            all.add(new ObjectMapper().readTree(line));
        }
        return all;
    }

    /** The whole lines that were written so far. */
    private static List<String> lines() throws IOException {
        String all = Files.readString(folder.resolve("out"));
        return all.substring(0, all.lastIndexOf('\n') + 1).lines().toList();
    }

    private static JMXConnector connect(String password) throws IOException {
        return JMXConnectorFactory.connect(address(), Map.of(JMXConnector.CREDENTIALS, new String[] {"router", password}));
    }

    private static JMXServiceURL address() throws IOException {
        return new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi");
    }

    private static String jmx() {
        return "-Dcom.sun.management.jmxremote.port=" + jmxPort + " -Dcom.sun.management.jmxremote.rmi.port=" + jmxPort
                + " -Dcom.sun.management.jmxremote.host=127.0.0.1 -Djava.rmi.server.hostname=127.0.0.1 -Dcom.sun.management.jmxremote.ssl=false";
    }

    private static void ownersOnly(String name, String content) throws IOException {
        Files.createFile(folder.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(folder.resolve(name), content);
    }

    private static void writeRoom(String room) throws IOException {
        Files.writeString(folder.resolve("mappings/file.json"), file(entry("agent-jmx",
                "\"agent_name\": \"A\\u001b[2J\", \"matrix_user_id\": \"@agent_jmx:test.local\", \"matrix_password\": \"secret-of-agent\", \"room_id\": \"" + room + "\"")));
    }

    private static String storedRoom() {
        return sql.query("SELECT room_id FROM agent_mappings", row -> row.next() ? row.getString(1) : null);
    }

    private static Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("DATABASE_URL", RunningRouter.url(database), "ROUTER_API_KEY", RunningRouter.KEY, "API_PORT", "" + port,
                "MATRIX_HOMESERVER_URL", homeserver.http.uri().toString(), "MATRIX_SERVER_NAME", "test.local", "MATRIX_AS_TOKEN", MessagingRouter.AS_TOKEN, "MATRIX_HS_TOKEN", MessagingRouter.HS_TOKEN));
        environment.putAll(Map.of("LETTA_API_URL", letta.http.uri().toString(), "LETTA_TOKEN", "secret-of-letta", "MAPPINGS_FILE", folder.resolve("mappings/file.json").toString(), "LOG_FORMAT", "json", "LOG_LEVEL", "DEBUG"));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }
}
