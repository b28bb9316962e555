package org.matrixletta.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Camel does not tell before a message is lost in it: the form of every file in routes/, and what they may never hold. */
class RoutesTest {

    private static final Set<String> ROUTES = Set.of(
            "mappings-watch", "mappings-sync", "mappings-dry-run", "mappings-lock", "mappings-load", "mappings-plan", "mappings-match", "mappings-apply",
            "mappings-verify", "mappings-tick", "mappings-heal", "mappings-compare", "mappings-live", "live-peers", "live-agents", "live-mapping", "live-room", "live-agent", "mappings-differences", "trial-open", "trial-close", "report-log",
            "api-get-mappings", "api-get-room", "api-put-mapping", "api-patch-mapping", "api-delete-mapping", "api-post-sync", "api-post-verification", "api-get-verification",
            "api-get-history", "api-post-restore", "api-new-agent", "api-get-health", "api-get-live", "api-get-ready", "api-get-routes", "api-post-route", "api-export-mappings",
            "api-get-messages", "api-get-message", "api-delete-messages", "api-get-dead-letters", "api-post-replay", "api-delete-dead-letter",
            "catch-up-pulse", "catch-up-tick", "catch-up-expect", "catch-up-wake", "catch-up", "catch-up-room", "catch-up-page", "catch-up-store",
            "matrix-put-transaction", "matrix-ping", "matrix-get-user", "matrix-get-alias", "matrix-acknowledge",
            "message-trial", "instance-lease", "message-tick", "message-wake", "message-claim", "message-begin", "message-turn", "message-write", "message-look", "message-look-at-turn", "message-absence", "message-outage", "rooms-wake", "rooms-read", "rooms-tick", "room-tasks", "room-task", "room-visit", "room-move",
            "reply-wake", "reply-claim", "reply-send", "reply-post", "reply-recall", "reply-prepare", "typing-tick", "letta-ask", "letta-read", "letta-pulse", "homeserver-ask", "peer-pause", "peer-resume",
            "peers-check", "peers-check-letta", "peers-check-homeserver", "letta-look", "letta-look-at-default", "homeserver-look", "homeserver-ping", "homeserver-greet", "letta-need", "homeserver-need",
            "api-get-doctor", "doctor-store", "doctor-file", "doctor-homeserver", "doctor-ping", "doctor-letta", "doctor-users", "doctor-user", "doctor-mappings",
            "api-post-provision", "provision-agent", "provision-user", "provision-find-room", "provision-make-room", "provision-search-rooms", "provision-write-room", "provision-invite",
            "page-document", "page-style", "page-script", "page-login", "page-session", "page-logout", "page-show-session", "page-watch", "page-tell", "api-get-overview",
            "mappings-edit", "mappings-remove", "mappings-restore", "mappings-export", "store-check", "store-look", "store-tables", "store-retention", "store-forget");
    /** Steps that take an endpoint out of a message, and languages in which a message could be a program. */
    private static final Set<String> FORBIDDEN = Set.of("toD", "recipientList", "routingSlip", "dynamicRouter", "enrich", "pollEnrich", "poll",
            "script", "groovy", "js", "javascript", "joor", "java", "mvel", "ognl", "spel", "python", "jq", "datasonnet", "hl7terser");
    private static final int ROUTE_LINES = 45;
    private static final int EXPRESSION_CHARACTERS = 120;
    private static final Pattern SECRET = Pattern.compile("\\{\\{[^}]*(key|token|password|secret|url)[^}]*}}|bean:settings|[0-9a-f]{32}", Pattern.CASE_INSENSITIVE);
    private static final Pattern TARGET = Pattern.compile("(?:direct|seda):[a-z-]+");
    private static final Pattern SQL_IN_ROUTE = Pattern.compile("classpath:((?:sql|db/migration)/[\\w-]+\\.sql)");
    private static final Pattern SQL_IN_CLASS = Pattern.compile("\"/?(sql/[\\w-]+\\.sql)\"");

    /** File name → its text, and its content as YAML. */
    private static final Map<String, String> TEXTS = new TreeMap<>();
    private static final Map<String, JsonNode> FILES = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));
        for (Path file : files(Path.of("routes"))) {
            TEXTS.put(file.getFileName().toString(), Files.readString(file));
            FILES.put(file.getFileName().toString(), yaml.readTree(file.toFile()));
        }
    }

    @Test
    void everyFileIsValidAgainstCamelsOwnSchemaAndHoldsNoKeyTwice() {
        JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(getClass().getResourceAsStream("/schema/camelYamlDsl.json"));

        FILES.forEach((file, content) -> {
            assertThat(content.isArray()).as(file).isTrue();
            assertThat(schema.validate(content)).as(file).isEmpty();
        });
    }

    /** Camel reads them in the character set of the machine, which before Java 18 need not be UTF-8. */
    @Test
    void noSignIsReadDifferentlyOnAnotherMachine() {
        assertThat(TEXTS).allSatisfy((file, text) -> assertThat(StandardCharsets.US_ASCII.newEncoder().canEncode(text)).as(file).isTrue());
    }

    @Test
    void theRoutesAreThese() {
        assertThat(nodes("route").map(route -> route.path("id").asText())).containsExactlyInAnyOrderElementsOf(ROUTES);
    }

    @Test
    void everyRouteSaysInOneSentenceWhatItDoes() {
        Stream<JsonNode> verbs = nodes("rest").flatMap(rest -> Stream.of("get", "put", "post", "patch", "delete").flatMap(verb -> children(rest.path(verb))));

        assertThat(Stream.of(nodes("route"), nodes("routeConfiguration"), verbs).flatMap(each -> each)).allSatisfy(each -> {
            assertThat(each.path("id").asText()).matches("[a-z][a-z-]+");
            assertThat(each.path("description").asText()).as("description of " + each.path("id")).endsWith(".").doesNotContain("\n");
        });
    }

    @Test
    void everyTargetAndEveryRouteConfigurationExists() {
        Set<String> consumers = nodes("route").map(RoutesTest::from).filter(uri -> TARGET.matcher(uri).matches()).collect(Collectors.toSet());
        Set<String> configurations = nodes("routeConfiguration").map(configuration -> configuration.path("id").asText()).collect(Collectors.toSet());

        assertThat(found(TARGET, TEXTS.values())).isEqualTo(new TreeSet<>(consumers));
        assertThat(nodes("route").map(route -> route.path("routeConfigurationId")).filter(id -> !id.isMissingNode()).map(JsonNode::asText)).isSubsetOf(configurations);
    }

    /** java.util.Timer goes by the time of day: set back by an hour, it would rest for an hour, and with it leases, retries and checks. */
    @Test
    void noTickComesFromAClockThatCanBeSetBack() {
        assertThat(nodes("route").map(RoutesTest::from)).noneMatch(uri -> uri.startsWith("timer:"));
    }

    @Test
    void everyHelperLeavesErrorsToWhoeverCalledIt() {
        assertThat(nodes("route")).allSatisfy(route -> assertThat(route.at("/errorHandler/noErrorHandler").isObject() ^ route.has("routeConfigurationId"))
                .as("exactly one of noErrorHandler and routeConfigurationId in " + route.path("id")).isTrue());
    }

    @Test
    void everyRouteBehindHttpFirstRemovesWhatTheCallerSent() {
        Set<String> behindHttp = found(TARGET, List.of(TEXTS.get("http.camel.yaml")));

        assertThat(nodes("route").filter(route -> behindHttp.contains(from(route)))).hasSameSizeAs(behindHttp).allSatisfy(route ->
                assertThat(route.at("/from/steps/0/removeHeaders/pattern").asText()).as("first step of " + route.path("id")).isEqualTo("*"));
    }

    @Test
    void noMessageChoosesAnEndpointOrIsAProgram() {
        FILES.forEach((file, content) -> assertThat(keys(content)).as(file).doesNotContainAnyElementsOf(FORBIDDEN));
        FILES.forEach((file, content) -> assertThat(content.findValues("wireTap")).as(file).allSatisfy(tap -> assertThat(tap.path("dynamicUri").asText()).isEqualTo("false")));
    }

    @Test
    void noRouteIsLongerThanAScreenAndNoExpressionThanALine() {
        TEXTS.forEach((file, text) -> assertThat(text.split("(?m)^(?=- )")).as(file).filteredOn(route -> route.startsWith("- route:"))
                .allSatisfy(route -> assertThat(route.stripTrailing().lines().count()).as(route).isLessThanOrEqualTo(ROUTE_LINES)));
        FILES.forEach((file, content) -> assertThat(content.findValues("simple")).as(file)
                .allSatisfy(simple -> assertThat(simple.asText()).doesNotContain("\n").hasSizeLessThan(EXPRESSION_CHARACTERS)));
    }

    @Test
    void everySqlFileIsUsedAndEveryUsedOneExists() throws IOException {
        Path resources = Path.of("src/main/resources");
        List<String> classes = new ArrayList<>();
        for (Path file : files(Path.of("src/main/java"))) {
            classes.add(Files.readString(file));
        }
        Set<String> used = found(SQL_IN_ROUTE, TEXTS.values());
        used.addAll(found(SQL_IN_CLASS, classes));

        assertThat(used).allSatisfy(sql -> assertThat(resources.resolve(sql)).exists());
        assertThat(files(resources.resolve("sql"))).extracting(sql -> resources.relativize(sql).toString()).isSubsetOf(used);
    }

    @Test
    void everyStatedNumberOfParametersIsThatOfTheStatement() throws IOException {
        for (JsonNode step : FILES.values().stream().flatMap(file -> file.findValues("to").stream()).filter(to -> to.at("/parameters/parametersCount").isInt()).toList()) {
            String sql = step.path("uri").asText().replaceFirst("^sql:classpath:", "");
            assertThat(Files.readString(Path.of("src/main/resources", sql)).split(":#", -1)).as(sql).hasSize(step.at("/parameters/parametersCount").asInt() + 1);
        }
    }

    @Test
    void noRouteHoldsASecretNorThePlaceholderOfOne() {
        TEXTS.forEach((file, text) -> assertThat(SECRET.matcher(text).results().map(found -> found.group())).as(file).isEmpty());
    }

    private static Stream<JsonNode> nodes(String kind) {
        return FILES.values().stream().flatMap(RoutesTest::children).filter(item -> item.has(kind)).map(item -> item.get(kind));
    }

    private static Stream<JsonNode> children(JsonNode node) {
        List<JsonNode> children = new ArrayList<>();
        node.forEach(children::add);
        return children.stream();
    }

    private static String from(JsonNode route) {
        return route.at("/from/uri").asText();
    }

    private static Set<String> keys(JsonNode node) {
        Set<String> keys = new TreeSet<>();
        node.fieldNames().forEachRemaining(keys::add);
        node.forEach(child -> keys.addAll(keys(child)));
        return keys;
    }

    private static Set<String> found(Pattern pattern, Iterable<String> texts) {
        Set<String> found = new TreeSet<>();
        texts.forEach(text -> pattern.matcher(text).results().forEach(match -> found.add(match.group(match.groupCount()))));
        return found;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
