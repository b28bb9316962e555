package org.matrixletta.router.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.SharedRouter;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** S24: names are data. They come back unchanged, and no sink is steered by them. */
@Tag("S24")
@ExtendWith({SharedRouter.class, OutputCaptureExtension.class})
class NamesTest {

    /** Line break, escape sequence, right-to-left override, HTML, Markdown, an expression, a placeholder. */
    private static final String NASTY = "Ünï 🤖\n\u001B[31mred\u202Etxt <img src=x onerror=alert(1)> **bold** ${env:HOME} {{router.api-key}}\tend";
    private static final ObjectMapper JSON = new ObjectMapper();

    static RunningRouter router;

    @BeforeAll
    static void start(RunningRouter shared) {
        router = shared;
    }

    @BeforeEach
    void emptyStore() {
        router.emptyStore();
    }

    @Test
    void s24_anyNameComesBackUnchangedFromTableAndApi() throws IOException {
        String longest = "x".repeat(100_000);
        router.sync(file(named("a", NASTY), named("b", longest)), "");
        assertThat(router.sql.queryForList("SELECT agent_name FROM agent_mappings ORDER BY agent_id", String.class)).containsExactly(NASTY, longest);
        assertThat(JSON.readTree(router.http("GET", "/agents/mappings", null).body()).at("/mappings/a/agent_name").asText()).isEqualTo(NASTY);
        assertThat(router.verify(file(named("a", NASTY), named("b", longest)))).contains("✅ All mappings are in sync!");
    }

    @Test
    void s24_aNameIsNoKey() throws IOException {
        assertThat(router.sync(file(named("a", "Same"), named("b", "Same"), named("c", "Same")), "")).contains("✨ Created: 3");
        assertThat(router.http("GET", "/agents/mappings", null, "Accept", "text/plain").body()).hasLineCount(3);
    }

    @Test
    void s24_reportsAndListsShowANameOnOneLineEscapedAndCut() throws IOException {
        String report = router.sync(file(named("a", NASTY), named("b", "y".repeat(100))), "");
        assertThat(report).contains("✨ Creating Ünï 🤖\\u000A\\u001B[31mred\\u202Etxt <img src=x onerror=alert(1)> **bold** ${env:… (a)\n")
                .contains("✨ Creating " + "y".repeat(79) + "… (b)\n").doesNotContain("\u001B", "\u202E", RunningRouter.KEY);
        assertThat(router.http("GET", "/agents/mappings", null, "Accept", "text/plain").body()).hasLineCount(2).doesNotContain("\u001B", "\u202E");
    }

    @Test
    void s24_theLogShowsANameOnOneLineEscaped(CapturedOutput output) throws IOException {
        Files.writeString(router.file, file(named("logged", NASTY)));
        Awaitility.await().until(() -> output.getOut().contains("(logged)"));
        assertThat(output.getOut()).contains("\\u000A\\u001B[31mred\\u202E").doesNotContain("\u001B[31m", "\u202E");
    }

    @Test
    void s24_aRejectedEntryIsShownOnOneLineHoweverItIsNamed() throws IOException {
        String report = router.sync("{" + JSON.writeValueAsString("key\n\u001B[31m") + ": {}, \"b\": {\"agent_id\": " + JSON.writeValueAsString("x\ny") + "}}", "");
        assertThat(report).contains("(key\\u000A\\u001B[31m), line 1: ", "its key and its agent_id differ: b and x\\u000Ay").doesNotContain("\u001B");
    }

    private static String named(String id, String name) throws IOException {
        return entry(id, "\"agent_name\": " + JSON.writeValueAsString(name) + ", \"matrix_user_id\": \"@" + id + ":test.local\", \"matrix_password\": \"p\"");
    }
}
