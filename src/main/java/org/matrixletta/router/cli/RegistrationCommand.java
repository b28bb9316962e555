package org.matrixletta.router.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.concurrent.Callable;
import org.matrixletta.router.OneSentence;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.SettingsReader;
import org.matrixletta.router.matrix.Registration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the registration for the homeserver. Always in this process: no request makes the service say a token. */
@Command(name = "registration", description = "Prints the registration that your homeserver loads, both tokens included.")
final class RegistrationCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Settings settings = settings();
        List<String> faults = settings.faultsOfRegistration();
        if (!faults.isEmpty()) {
            throw new CommandException(2, String.join(System.lineSeparator(), faults));
        }
        Registration registration = new Registration(settings, storedUsers(settings));
        spec.commandLine().getOut().print(registration.yaml());
        spec.commandLine().getOut().flush();
        if (!registration.others().isEmpty()) {
            remark("It also names these users of the table: " + Printable.line(String.join(", ", registration.others())) + ".");
        }
        remark("It holds both tokens: keep it where only the homeserver reads it.");
        return CommandLine.ExitCode.OK;
    }

    private static Settings settings() {
        try {
            return SettingsReader.read();
        } catch (RuntimeException e) {
            List<String> sentences = OneSentence.sentences(e);
            if (sentences.isEmpty()) {
                throw e;
            }
            throw new CommandException(2, String.join(System.lineSeparator(), sentences));
        }
    }

    /** The users of the table; none where it cannot be asked yet, for a homeserver may well be set up before the database. */
    private List<String> storedUsers(Settings settings) throws Exception {
        String why = "DATABASE_URL is not set.";
        if (!settings.databaseUrl().isEmpty()) {
            Answer answer = Standalone.ask(Request.of("GET", "/agents/mappings", "direct:get-mappings"), true);
            JsonNode content = new ObjectMapper().readTree(answer.content());
            if (answer.exitCode() == CommandLine.ExitCode.OK) {
                return content.path("mappings").findValuesAsText("matrix_user_id");
            }
            why = content.path("detail").asText();
        }
        remark(why + " So only users that begin with @" + settings.matrixAgentPrefix() + " are in it; print it anew when the table holds others.");
        return List.of();
    }

    private void remark(String sentence) {
        spec.commandLine().getErr().println(sentence);
    }
}
