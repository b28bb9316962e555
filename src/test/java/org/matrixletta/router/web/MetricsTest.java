package org.matrixletta.router.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.soon;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.SharedRouter;

/** What Prometheus reads. */
@ExtendWith(SharedRouter.class)
class MetricsTest {

    static MessagingRouter run;

    @BeforeAll
    static void share(MessagingRouter shared) {
        run = shared;
    }

    @Test
    void eachStepOfAMessageIsCountedAndTimed() {
        run.map("Metric", "!metric:test.local");
        run.await(run.homeserver.say("!metric:test.local", PERSON, "hi"), "answered");

        soon().untilAsserted(() -> assertThat(metrics(RunningRouter.READ_KEY).body()).containsPattern("router_events_stored_total\\{rule=\"none\",state=\"waiting\"} [1-9]")
                .containsPattern("router_lookups_total\\{outcome=\"found\"} [1-9]").containsPattern("router_wait_seconds_bucket\\{le=\"0.1\"}")
                .containsPattern("router_turn_seconds_count\\{outcome=\"answered\",step=\"ask\"} [1-9]").containsPattern("router_post_seconds_count\\{outcome=\"sent\"} [1-9]"));
    }

    @Test
    void whatWaitsIsReadFromTheStore() {
        run.map("Slow", "!slow:test.local");
        run.sql.update("INSERT INTO router.peer (name, down_since, paused_until) VALUES ('agent:agent-slow', now(), now() + interval '1 minute')");
        run.homeserver.say("!slow:test.local", PERSON, "hi");

        soon().untilAsserted(() -> assertThat(metrics(RunningRouter.KEY).body()).contains("router_messages_waiting 1.0", "router_store_up 1.0", "router_dead_letters 0.0").contains("router_messages_oldest_seconds "));
    }

    @Test
    void everyMetricOfTheAlertRulesIsThere() throws IOException {
        run.router.camel().createProducerTemplate().sendBody("direct:look-at-store", null);
        run.router.bean(MeterRegistry.class).counter("router.lookups", "outcome", "unavailable");
        Set<String> named = Pattern.compile("expr: .*").matcher(Files.readString(Path.of("monitoring/alerts.yaml"))).results()
                .flatMap(rule -> Pattern.compile("router_\\w+").matcher(rule.group()).results()).map(MatchResult::group).collect(Collectors.toSet());

        String metrics = metrics(RunningRouter.READ_KEY).body();
        assertThat(named).hasSizeGreaterThan(4).allSatisfy(name -> assertThat(metrics).contains("\n" + name));
    }

    @Test
    @Tag("H5")
    void h5_nobodyReadsThemWithoutAKeyAndNothingElseOfTheKindIsThere() throws Exception {
        assertThat(metrics(null).statusCode()).isEqualTo(401);
        assertThat(metrics(MessagingRouter.HS_TOKEN).statusCode()).isEqualTo(403);
        assertThat(metrics(RunningRouter.READ_KEY).headers().firstValue("Content-Type")).hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        for (String path : new String[] {"/actuator", "/actuator/prometheus", "/prometheus", "/env", "/beans", "/metrics/jvm.info", "/shutdown", "/"}) {
            assertThat(get(path, RunningRouter.KEY).statusCode()).as(path).isEqualTo(404);
        }
    }

    private static HttpResponse<String> metrics(String key) {
        try {
            return get("/metrics", key);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + run.router.port + path));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
