package org.matrixletta.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Routes as an operator sees and steers them over JMX. */
@ExtendWith(SharedRouter.class)
class RouteManagementTest {

    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private static final String ENTRY = "{\"agent-1\":{\"agent_name\":\"BMO\",\"matrix_user_id\":\"@bmo:test.local\",\"room_id\":\"%s\"}}";

    static RunningRouter router;

    @BeforeAll
    static void start(MessagingRouter shared) {
        router = shared.router;
    }

    @Test
    void everyRouteIsAnMBeanWithDescriptionStateAndCounts() throws Exception {
        // Given a request that one route has answered
        long before = (Long) JMX.getAttribute(route("api-get-history"), "ExchangesTotal");
        router.http("GET", "/mappings/history", null);

        // Then each route can be seen by its id
        Set<ObjectName> routes = JMX.queryNames(mbeans("*"), null);
        assertThat(routes).hasSize(router.camel().getRoutes().size()).allSatisfy(route -> {
            assertThat((String) JMX.getAttribute(route, "Description")).as(route.toString()).endsWith(".");
            assertThat(JMX.getAttribute(route, "State")).isEqualTo("Started");
        });
        assertThat((Long) JMX.getAttribute(route("api-get-history"), "ExchangesTotal")).isEqualTo(before + 1);
    }

    @Test
    void aStoppedWatcherAppliesNothingAndCatchesUpWhenItIsStartedAgain() throws Exception {
        // Given a watched file that is applied
        writeRoom("!one:test.local");
        await().until(this::storedRoom, "!one:test.local"::equals);

        // When the watcher is stopped and the file changes
        JMX.invoke(route("mappings-watch"), "stop", null, null);
        assertThat(JMX.getAttribute(route("mappings-watch"), "State")).isEqualTo("Stopped");
        writeRoom("!another:test.local");

        // Then the table stays as it is, for longer than a watcher would take
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(10)).until(this::storedRoom, "!one:test.local"::equals);

        // When it is started again, then it applies what it missed
        JMX.invoke(route("mappings-watch"), "start", null, null);
        await().until(this::storedRoom, "!another:test.local"::equals);
    }

    private static ObjectName route(String id) throws JMException {
        return JMX.queryNames(mbeans("\"" + id + "\""), null).iterator().next();
    }

    /** Those of this router, of those that run in this process. */
    private static ObjectName mbeans(String route) throws JMException {
        return new ObjectName("org.apache.camel:context=" + router.camel().getManagementName() + ",type=routes,name=" + route);
    }

    private static void writeRoom(String room) throws IOException {
        Files.writeString(router.file, ENTRY.formatted(room));
    }

    private String storedRoom() {
        return router.sql.query("SELECT room_id FROM agent_mappings", row -> row.next() ? row.getString(1) : null);
    }
}
