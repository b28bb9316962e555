package org.matrixletta.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedCamelContextMBean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.store.DatabaseUrl;

/** No secret leaves the router, whatever it is asked and however it fails; the last class of a run, for it looks at what all others printed. */
@Order(Integer.MAX_VALUE)
class SecretsTest {

    /** Every password of every test begins so (see TestFile), and so do the keys and the database's password here. */
    private static final String PASSWORD = "secret-of-";
    private static final List<String> SECRETS = List.of(PASSWORD, RunningRouter.KEY, RunningRouter.READ_KEY);
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();

    static RunningRouter router;
    static String session;
    static final List<String> answers = new ArrayList<>();

    @BeforeAll
    static void work() throws Exception {
        String database = RunningRouter.newDatabase();
        RunningRouter.sql(database).execute("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'secret-of-keeper'");
        // All that the router can be made to log; but not this test's own HTTP client, which logs what it sends.
        router = RunningRouter.on(database, "--router.database-url=" + RunningRouter.url(database).replace("postgres:postgres", "keeper:secret-of-keeper"),
                "--logging.level.root=DEBUG", "--logging.level.jdk=OFF").restart().awaitStore();
        Files.writeString(router.file, file(agent("agent-1", "!one:test.local"), agent("agent-2", "!two:test.local")));
        await().until(() -> router.sql.queryForObject("SELECT count(*) FROM agent_mappings", Integer.class) == 2);

        // Changed passwords, by file and by API; reports, as text and as JSON
        String changed = file(agent("agent-1", "!two:test.local").replace("secret-of-agent-1", "secret-of-another"), agent("agent-2", "!one:test.local"));
        for (String accept : List.of("text/plain", "application/json")) {
            ask("POST", "/mappings/verification", changed, "Accept", accept);
            ask("POST", "/mappings/sync?dryRun=true", changed, "Accept", accept);
        }
        ask("POST", "/mappings/sync", changed);
        ask("PUT", "/agents/agent-3/mapping", "{\"matrix_user_id\": \"@three:test.local\", \"matrix_password\": \"secret-of-three\"}");
        ask("PATCH", "/agents/agent-3/mapping", "{\"matrix_password\": \"secret-of-three-again\"}");
        ask("POST", "/mappings/history/1/restore?dryRun=true", null);
        ask("DELETE", "/agents/agent-3/mapping", null);
        for (String path : List.of("/agents/mappings", "/agents/agent-1/room", "/mappings/verification", "/mappings/history", "/routes", "/messages", "/messages/$event", "/dead-letters", "/overview", "/ui", "/ui/page.js", "/health", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/nowhere")) {
            ask("GET", path, null);
            ask("GET", path, null, "Accept", "text/plain");
        }

        // A session of the page, whose id is as good as the key
        HttpResponse<String> login = router.anyone("POST", "/ui/session", "{\"key\":\"" + RunningRouter.KEY + "\"}", "Content-Type", "application/json", "Origin", "http://127.0.0.1:" + router.port);
        session = login.headers().firstValue("Set-Cookie").orElseThrow().split("[=;]")[1];
        answers.add(answer(login));
        for (String path : List.of("/overview", "/ui/session", "/ui/nowhere")) {
            answers.add(answer(router.anyone("GET", path, null, "Cookie", "router_session=" + session)));
        }
        answers.add(answer(router.anyone("POST", "/ui/session", "{\"key\":\"secret-of-nobody\"}", "Content-Type", "application/json", "Origin", "http://127.0.0.1:" + router.port)));

        // Bodies that are broken, of another type, or where no password belongs
        for (String broken : List.of("{\"a\": {\"matrix_password\": \"secret-of-a\"", "[\"secret-of-a\"]", "secret-of-a", file(entry("a", "\"matrix_password\": {\"x\": \"secret-of-a\"}")),
                file(entry("a", "\"matrix_password\": \"secret-of-a\", \"matrix_password\": \"secret-of-b\"")), file(entry("a", "\"matrix_password\": \"secret-of-a\\u0000\"")))) {
            ask("POST", "/mappings/sync", broken);
            ask("PUT", "/agents/agent-1/mapping", broken);
            answers.add(answer(router.anyone("POST", "/mappings/sync", broken, "Authorization", "Bearer " + RunningRouter.KEY, "Content-Type", "application/x-www-form-urlencoded")));
        }
        answers.add(answer(router.anyone("GET", "/health?access_token=" + RunningRouter.KEY, null, "Authorization", "Bearer " + RunningRouter.KEY + "x")));

        // S23: a row that the database refuses, which then shows the whole row to whoever asks the driver
        router.sql.execute("ALTER TABLE agent_mappings ADD CONSTRAINT no_poison CHECK (agent_name <> 'poison')");
        ask("POST", "/mappings/sync", file(agent("agent-4", null).replace("Name of agent-4", "poison")));
        router.sql.execute("ALTER TABLE agent_mappings DROP CONSTRAINT no_poison");
        router.sql.execute("ALTER TABLE agent_mappings RENAME TO away");
        ask("POST", "/mappings/sync", changed);
        router.sql.execute("ALTER TABLE away RENAME TO agent_mappings");
    }

    @AfterAll
    static void stop() {
        router.close();
    }

    @Test
    void noAnswerHoldsASecret() {
        assertThat(answers).hasSizeGreaterThan(40).allSatisfy(answer -> assertThat(answer).doesNotContain(SECRETS));
    }

    @Test
    void noMBeanShowsASecret() throws JMException {
        List<String> shown = new ArrayList<>();
        for (ObjectName bean : JMX.queryNames(null, null)) {
            for (MBeanAttributeInfo attribute : JMX.getMBeanInfo(bean).getAttributes()) {
                try {
                    Object value = JMX.getAttribute(bean, attribute.getName());
                    shown.add(bean + " " + attribute.getName() + ": " + (value instanceof Object[] values ? Arrays.deepToString(values) : String.valueOf(value)));
                } catch (JMException | RuntimeException e) {
                    // An attribute that cannot be read shows nothing.
                }
            }
        }
        assertThat(shown).hasSizeGreaterThan(1_000).allSatisfy(attribute -> assertThat(attribute).doesNotContain(SECRETS));
    }

    @Test
    void noRouteDumpHoldsASecret() throws Exception {
        ManagedCamelContextMBean camel = router.camel().getCamelContextExtension().getContextPlugin(ManagedCamelContext.class).getManagedCamelContext();

        assertThat(List.of(camel.dumpRoutesAsXml(true), camel.dumpRoutesAsXml(false), camel.dumpRestsAsXml(true)))
                .allSatisfy(dump -> assertThat(dump).isNotEmpty().doesNotContain(SECRETS));
    }

    @Test
    void noObjectWithASecretSaysItAsText() {
        assertThat(router.bean(Settings.class).toString()).doesNotContain(SECRETS);
        assertThat(router.bean(DatabaseUrl.class).toString()).doesNotContain(SECRETS);
    }

    @Test
    @Tag("S23")
    void s23_nothingThatThisWholeRunPrintedHoldsASecret() {
        assertThat(Printed.all()).contains("is reachable").satisfies(printed -> Stream.concat(SECRETS.stream(), Stream.of(session)).forEach(secret -> {
            int at = printed.indexOf(secret);
            assertThat(at).as(() -> "… " + printed.substring(Math.max(0, at - 300), at) + " …").isNegative();
        }));
    }

    private static void ask(String method, String path, String body, String... headers) {
        answers.add(answer(router.http(method, path, body, headers)));
    }

    private static String answer(HttpResponse<String> response) {
        return response.request().method() + " " + response.uri().getPath() + ": " + response.statusCode() + " " + response.headers().map() + " " + response.body();
    }
}
