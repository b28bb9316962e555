package org.matrixletta.router.cli;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.matrixletta.router.RouterApplication;

/** A command as it ended, with no environment but what was given. */
record Command(int exitCode, String out, String err) {

    /** What stands for the environment of this process. */
    private static final String ENVIRONMENT = "router.environment";
    /** The class path of the application, without the tests' own classes. */
    private static final String CLASS_PATH = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes/")).collect(Collectors.joining(File.pathSeparator));

    /** Runs it in a process of its own, as an operator does; what it logs is in its errors. */
    static Command run(Path folder, Map<String, String> environment, String... arguments) {
        return await(start(folder, environment, arguments), folder);
    }

    /** Runs it in this process, in a fraction of the time; what it logs goes where the tests' own log goes. */
    static Command here(Map<String, String> environment, String... arguments) {
        String before = System.getProperty(ENVIRONMENT);
        System.setProperty(ENVIRONMENT, environment.entrySet().stream().map(variable -> variable.getKey() + "=" + variable.getValue()).collect(Collectors.joining("\n")));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try {
            int exitCode = RouterCommand.run(arguments, new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
            return new Command(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setProperty(ENVIRONMENT, before);
        }
    }

    /** Starts it only; its output goes to the files out and err in the folder. */
    static Process start(Path folder, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                RouterApplication.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile()).redirectError(folder.resolve("err").toFile());
        process.environment().clear();
        process.environment().put("CLASSPATH", CLASS_PATH);
        process.environment().putAll(environment);
        try {
            return process.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Command await(Process process, Path folder) {
        try {
            process.getOutputStream().close();
            int exitCode = process.waitFor();
            return new Command(exitCode, Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err"), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
