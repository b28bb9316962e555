package org.matrixletta.router.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.AS_TOKEN;
import static org.matrixletta.router.MessagingRouter.HS_TOKEN;
import static org.matrixletta.router.MessagingRouter.PERSON;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RunningRouter;
import org.yaml.snakeyaml.Yaml;

/** The commands by which a homeserver comes to know the router, and an agent its room. */
class RegistrationTest {

    static MessagingRouter run;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        run = MessagingRouter.start();
        run.homeserver.strict().person(PERSON, "ann's");
        run.letta.strict().agent("agent-1", "BMO");
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @Test
    void theRegistrationHoldsTheSettingsAndEveryUserOfTheTable() {
        run.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password) VALUES ('a', 'A', '@agent_a:test.local', 'secret-of-a'), "
                + "('b', 'B', '@b.m+o''s:test.local', 'secret-of-b'), ('c', 'C', '@agent_c:other.local', 'secret-of-c')");

        Command printed = Command.run(folder, environment("DATABASE_URL", RunningRouter.url(run.router.database)), "registration");

        Map<String, Object> yaml = new Yaml().load(printed.out());
        assertThat(yaml).containsEntry("id", "letta").containsEntry("url", "http://router.test:8004").containsEntry("as_token", AS_TOKEN).containsEntry("hs_token", HS_TOKEN)
                .containsEntry("sender_localpart", "letta").containsEntry("rate_limited", false).containsEntry("receive_ephemeral", false).containsEntry("io.element.msc4190", true)
                .containsEntry("namespaces", Map.of("aliases", List.of(), "rooms", List.of(), "users", List.of(
                        Map.of("exclusive", true, "regex", "^@agent_.*:test\\.local$"), Map.of("exclusive", true, "regex", "^@b\\.m\\+o's:test\\.local$"))));
        assertThat("@b.m+o's:test.local").matches("^@b\\.m\\+o's:test\\.local$");
        assertThat(printed.exitCode()).isZero();
        assertThat(printed.err()).isEqualTo("It also names these users of the table: @b.m+o's:test.local.\nIt holds both tokens: keep it where only the homeserver reads it.\n");
    }

    @Test
    void withoutATableItHoldsThePrefixAndSaysSo() {
        Command away = registration("DATABASE_URL", "postgresql://letta:secret-of-letta@127.0.0.1:1/letta");
        assertThat(away.err()).startsWith("The database 127.0.0.1:1/letta is not reachable").contains("So only users that begin with @agent_ are in it; print it anew when the table holds others.").hasLineCount(2);
        assertThat(away.out()).contains("      regex: '^@agent_.*:test\\.local$'\n").doesNotContain("secret-of-letta");
        assertThat(away.exitCode()).isZero();

        Command unset = registration("DATABASE_URL", "");
        assertThat(unset.err()).startsWith("DATABASE_URL is not set. So only users").hasLineCount(2);
        assertThat(unset.out()).isEqualTo(away.out());
    }

    @Test
    void whatItLacksIsASentenceEachAndNothingElseIsDemanded() {
        Command nothing = Command.here(Map.of(), "registration");
        assertThat(nothing.err()).hasLineCount(4).contains("ROUTER_URL is missing; set it to where", "MATRIX_SERVER_NAME is missing; set it to", "MATRIX_AS_TOKEN is missing; set it to", "MATRIX_HS_TOKEN is missing; set it to");
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.out()).isEmpty();

        Command impossible = registration("ROUTER_URL", "router:8004", "MATRIX_SERVER_NAME", "a b", "MATRIX_AS_ID", "a|b", "MATRIX_BOT_LOCALPART", "Letta", "MATRIX_AGENT_PREFIX", "*", "MATRIX_AS_TOKEN", HS_TOKEN);
        assertThat(impossible.err()).hasLineCount(6).contains("ROUTER_URL is", "MATRIX_SERVER_NAME is", "MATRIX_AS_ID is", "MATRIX_BOT_LOCALPART is", "MATRIX_AGENT_PREFIX is", "are the same text").doesNotContain("secret-of-");
        assertThat(registration("MATRIX_AS_TOKEN", "secret-of-as with a blank, of many characters").err()).hasLineCount(1).contains("MATRIX_AS_TOKEN holds a character that no token may").doesNotContain("secret-of-");
        assertThat(registration("MATRIX_AS_TOKEN", "", "MATRIX_AS_TOKEN_FILE", "/nowhere/token").err()).hasLineCount(1).startsWith("MATRIX_AS_TOKEN_FILE names /nowhere/token");
        assertThat(registration("MATRIX_AS_TOKEN_FILE", "/nowhere/token").err()).hasLineCount(1).startsWith("MATRIX_AS_TOKEN and MATRIX_AS_TOKEN_FILE are both set;");
    }

    @Test
    void anAgentIsProvidedForBesideARunningServiceAndWithoutOne() {
        Map<String, String> beside = Map.of("DATABASE_URL", RunningRouter.url(run.router.database), "ROUTER_API_KEY", RunningRouter.KEY, "API_PORT", String.valueOf(run.router.port));
        Command made = Command.here(beside, "provision", "agent-1", "--owner", PERSON);
        assertThat(made.err()).isEmpty();
        assertThat(made.out()).matches("✅ BMO: !\\S+ -> agent-1, as @agent_1:test.local\n   new: Matrix user, room, mapping\n   @ann:test.local is invited\n");
        assertThat(made.exitCode()).isZero();

        Map<String, String> alone = new HashMap<>(Map.of("DATABASE_URL", RunningRouter.url(run.router.database), "API_PORT", String.valueOf(RunningRouter.freePort())));
        Command lacking = Command.here(alone, "provision", "agent-1", "--owner", PERSON);
        assertThat(lacking.err()).hasLineCount(4).contains("MATRIX_HOMESERVER_URL is missing", "LETTA_API_URL is missing", "MATRIX_SERVER_NAME is missing", "MATRIX_AS_TOKEN is missing");
        assertThat(lacking.exitCode()).isEqualTo(2);
        alone.putAll(Map.of("MATRIX_HOMESERVER_URL", run.homeserver.http.uri().toString(), "LETTA_API_URL", run.letta.http.uri().toString(), "MATRIX_SERVER_NAME", "test.local", "MATRIX_AS_TOKEN", AS_TOKEN));
        Command again = Command.here(alone, "provision", "agent-1", "--owner", PERSON);
        assertThat(again.out()).isEqualTo(made.out().replace("Matrix user, room, mapping", "nothing"));
        assertThat(again.err()).isEmpty();
        Command nobody = Command.here(alone, "provision", "agent-2", "--owner", PERSON);
        assertThat(nobody).isEqualTo(new Command(1, "Letta has no agent agent-2; copy the id from Letta, where it begins with agent-.\n", ""));
    }

    private static Command registration(String... more) {
        return Command.here(environment(more), "registration");
    }

    private static Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("ROUTER_URL", "http://router.test:8004", "MATRIX_SERVER_NAME", "test.local", "MATRIX_AS_TOKEN", AS_TOKEN, "MATRIX_HS_TOKEN", HS_TOKEN));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }
}
