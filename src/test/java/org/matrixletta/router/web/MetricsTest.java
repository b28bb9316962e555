package org.matrixletta.router.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.soon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path ALERTS = Path.of("monitoring/alerts.yaml");
    private static final Path README = Path.of("README.md");
    /** A series of the router's own in an expression of PromQL: its name, and the labels that it is chosen by. */
    private static final Pattern SERIES = Pattern.compile("\\b((?:router|hikaricp|jvm|process)_[a-z_]+)(?:\\{([^}]*)})?");

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

        soon().untilAsserted(() -> assertThat(metrics(RunningRouter.KEY).body()).contains("router_store_up 1.0", "router_agent_waiting{agent=\"agent-slow\"} 1.0",
                "router_agent_oldest_seconds{agent=\"agent-slow\"} ", "router_messages_oldest_seconds ").containsPattern("router_messages_waiting [1-9]").containsPattern("router_agents_paused [1-9]"));
    }

    @Test
    void everySeriesOfTheAlertRulesAndOfTheDashboardIsThere() throws IOException {
        oneMessageIsAnsweredAndOneWaits("Watched");
        Set<String> expressions = new TreeSet<>(YAML.readTree(ALERTS.toFile()).findValuesAsText("expr"));
        expressions.addAll(JSON.readTree(Path.of("monitoring/dashboard.json").toFile()).findValuesAsText("expr"));

        // Then each series that they select is in a scrape
        List<MatchResult> selected = expressions.stream().flatMap(expression -> SERIES.matcher(expression).results()).toList();
        assertThat(selected).hasSizeGreaterThan(60);
        soon().untilAsserted(() -> {
            List<String> scraped = metrics(RunningRouter.READ_KEY).body().lines().toList();
            assertThat(selected).allSatisfy(series -> assertThat(scraped).as(series.group()).anyMatch(line -> line.matches(series.group(1) + "[{ ].*")
                    && Stream.of(String.valueOf(series.group(2)).split(",")).allMatch(label -> label.equals("null") || line.contains(label))));
        });
    }

    @Test
    void theReadmeNamesEveryMetricOfTheRoutersOwnAndNoOther() throws IOException {
        Set<String> named = found(Pattern.compile("`(router_\\w+)`"), Files.readString(README));
        oneMessageIsAnsweredAndOneWaits("Named");

        soon().untilAsserted(() -> assertThat(found(Pattern.compile("(?m)^# TYPE (router_\\w+?(?<!_max)) "), metrics(RunningRouter.READ_KEY).body())).isEqualTo(named));
    }

    @Test
    void everyAlertHasACaseInItsTestAndARowInTheReadme() throws IOException {
        Set<String> alerts = new TreeSet<>(YAML.readTree(ALERTS.toFile()).findValuesAsText("alert"));

        assertThat(found(Pattern.compile("alertname=\"(\\w+)\""), Files.readString(Path.of("monitoring/alerts-test.yaml")))).isEqualTo(alerts);
        assertThat(found(Pattern.compile("(?m)^\\| `(Router[A-Z]\\w+)` "), Files.readString(README))).isEqualTo(alerts);
        assertThat(YAML.readTree(ALERTS.toFile()).findValues("annotations")).hasSameSizeAs(alerts).allSatisfy(says -> assertThat(says.path("action").asText()).endsWith("."));
    }

    @Test
    void theDashboardIsOneThatGrafanaCanShow() throws IOException {
        List<JsonNode> panels = StreamSupport.stream(JSON.readTree(Path.of("monitoring/dashboard.json").toFile()).path("panels").spliterator(), false).toList();

        assertThat(panels).extracting(panel -> panel.path("id").asInt()).doesNotHaveDuplicates().doesNotContain(0);
        assertThat(panels).filteredOn(panel -> panel.path("type").asText().equals("row")).extracting(panel -> panel.path("title").asText())
                .containsExactly("Does every message find its agent?", "How long?", "Peers and store", "Mappings");
        // No two panels lie on one another, and none leaves the grid of 24 columns
        Set<String> cells = new HashSet<>();
        assertThat(panels).allSatisfy(panel -> {
            JsonNode at = panel.path("gridPos");
            assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = at.path("x").asInt(); x < at.path("x").asInt() + at.path("w").asInt(); x++) {
                for (int y = at.path("y").asInt(); y < at.path("y").asInt() + at.path("h").asInt(); y++) {
                    assertThat(cells.add(x + " " + y)).as(panel.path("title").asText()).isTrue();
                }
            }
        });
        assertThat(panels).filteredOn(panel -> !panel.path("type").asText().equals("row")).allSatisfy(panel -> {
            assertThat(panel.path("title").asText()).isNotEmpty();
            assertThat(panel.path("type").asText()).isIn("stat", "timeseries", "table");
            assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            assertThat(panel.path("targets")).isNotEmpty().allSatisfy(target -> assertThat(target.path("refId").asText()).matches("[A-Z]"));
        });
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

    private static void oneMessageIsAnsweredAndOneWaits(String agent) {
        String room = "!" + agent.toLowerCase() + ":test.local";
        run.map(agent, room);
        run.await(run.homeserver.say(room, PERSON, "hi"), "answered");
        run.sql.update("INSERT INTO router.peer (name, down_since, paused_until) VALUES (?, now(), now() + interval '1 minute')", "agent:" + MessagingRouter.agent(agent));
        run.homeserver.say(room, PERSON, "and?");
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).collect(Collectors.toCollection(TreeSet::new));
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
