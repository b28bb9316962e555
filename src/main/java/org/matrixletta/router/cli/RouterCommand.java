package org.matrixletta.router.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.matrixletta.router.OneSentence;
import org.matrixletta.router.mapping.MappingFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The launcher's commands. The flags of the old script stand for sync and verify. */
@Command(name = "router", mixinStandardHelpOptions = true, version = "matrix-letta-router 0.1.0", sortOptions = false,
        description = "Routes Matrix rooms to Letta agents by a PostgreSQL table. Without arguments it serves.",
        subcommands = {MappingCommands.Sync.class, MappingCommands.Verify.class, MappingCommands.ListAll.class, MappingCommands.Find.class,
                MappingCommands.Upsert.class, MappingCommands.SetRoom.class, MappingCommands.Export.class, MappingCommands.History.class,
                MappingCommands.Restore.class, MessageCommands.Messages.class, MessageCommands.DeadLetters.class, ProvisionCommand.class, RoutesCommand.class, DoctorCommand.class,
                RegistrationCommand.class, InitCommand.class, CommandLine.HelpCommand.class},
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:fine, in sync", "1:differences, rejected entries, nothing found", "2:bad input or usage", "3:store unavailable"})
public final class RouterCommand implements Callable<Integer> {

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--dry-run", description = "As the old script: plan a sync, change nothing.")
    private boolean dryRun;

    @Option(names = "--verify", description = "As the old script: compare file and table.")
    private boolean verify;

    @Option(names = "--json-file", paramLabel = "FILE", description = "As the old script: this mapping file; alone it means sync.")
    private Path file;

    @Mixin
    private Asking asking;

    private RouterCommand() {
    }

    /**
     * Runs one command.
     *
     * @return its exit code: 0 fine, 1 differences or rejected entries, 2 bad input or usage, 3 store unavailable
     */
    public static int run(String[] arguments) {
        PrintStream output = utf8(FileDescriptor.out);
        PrintStream errors = utf8(FileDescriptor.err);
        System.setErr(errors);
        // What the routes log in this process is not the command's answer.
        System.setOut(errors);
        return run(arguments, output, errors);
    }

    /** As {@link #run(String[])}, printing to these. */
    static int run(String[] arguments, PrintStream output, PrintStream errors) {
        CommandLine commands = new CommandLine(new RouterCommand());
        commands.setOut(new PrintWriter(output, true, StandardCharsets.UTF_8));
        commands.setErr(new PrintWriter(errors, true, StandardCharsets.UTF_8));
        commands.setExecutionExceptionHandler((failure, command, parsed) -> exitCode(failure, errors));
        int exitCode = commands.execute(arguments);
        output.flush();
        return exitCode;
    }

    @Override
    public Integer call() throws Exception {
        if (verify) {
            return asking.ask(MappingCommands.verification(file));
        }
        if (!dryRun && file == null) {
            throw new ParameterException(spec.commandLine(), "Name a command; without arguments the router serves.");
        }
        return asking.ask(MappingCommands.sync(file).with("dryRun", dryRun ? true : null));
    }

    private static int exitCode(Exception failure, PrintStream errors) throws Exception {
        if (failure instanceof CommandException refused) {
            errors.println(refused.getMessage());
            return refused.exitCode();
        }
        if (failure instanceof MappingFileException unreadable) {
            errors.println(unreadable.getMessage());
            return 2;
        }
        if (failure instanceof IOException) {
            errors.println("The service stopped answering before it was done; look at its log, then at `history`, to see what became of this.");
            return 3;
        }
        if (OneSentence.sentences(failure).isEmpty()) {
            throw failure;
        }
        // Spring has printed them already.
        return 2;
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }

    /** How a command gets its answer, the same for all of them. */
    static final class Asking {

        @Spec(Spec.Target.MIXEE)
        private CommandLine.Model.CommandSpec spec;

        @Option(names = "--output", paramLabel = "FORMAT", description = "text (default) or json.", defaultValue = "text")
        private Format output;

        @Option(names = "--standalone", description = "Work in this process, even if the service runs.")
        private boolean standalone;

        enum Format { text, json }

        /** An answer without any work; null if there is none. */
        interface Shortcut {
            Answer answer(boolean json) throws Exception;
        }

        /** Asks the running service, or this process where none runs, and prints the answer. */
        int ask(Request request) throws Exception {
            return ask(request, asJson -> null);
        }

        /** As {@link #ask(Request)}; where no service runs, {@code first} may have the answer without the work. */
        int ask(Request request, Shortcut first) throws Exception {
            boolean json = output == Format.json;
            if (!standalone) {
                Service service = new Service(CommandSettings.read());
                if (service.isOurs(remark -> spec.commandLine().getErr().println(remark))) {
                    return print(service.ask(request, json));
                }
            }
            Answer early = first.answer(json);
            return print(early == null ? Standalone.ask(request, json) : early);
        }

        /** As {@link #ask}, for what only the running service can do. */
        int askService(Request request) throws Exception {
            Service service = new Service(CommandSettings.read());
            if (!service.isOurs(remark -> spec.commandLine().getErr().println(remark))) {
                throw new CommandException(2, "No router with this ROUTER_API_KEY runs on API_PORT; routes live in the running service only.");
            }
            return print(service.ask(request, output == Format.json));
        }

        /** As {@link #ask}, for what is never asked of the service. */
        int askHere(Request request) throws Exception {
            return print(Standalone.ask(request, output == Format.json));
        }

        private int print(Answer answer) {
            PrintWriter printed = answer.exitCode() < 2 || answer.isReport() ? spec.commandLine().getOut() : spec.commandLine().getErr();
            printed.print(answer.content());
            if (!answer.content().endsWith("\n")) {
                printed.println();
            }
            printed.flush();
            return answer.exitCode();
        }
    }
}
