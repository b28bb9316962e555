package org.matrixletta.router.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packed jar as a command: how long it takes to verify, and how little memory a large sync needs. */
final class CommandBenchmark {

    private static final int ROUNDS = 9;
    private static final List<Integer> HEAPS = List.of(48, 64, 96, 128, 192, 256);
    private static final Path PACKED = Path.of("target", "matrix-letta-router.jar").toAbsolutePath();
    private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final Table table;
    private final Router router;
    private final Path folder;
    private final String extracted;
    private final String archive;

    private CommandBenchmark(Table table, Router router, Path folder) {
        this.table = table;
        this.router = router;
        this.folder = folder;
        this.extracted = folder.resolve("extracted").resolve(PACKED.getFileName()).toString();
        this.archive = folder.resolve("router.jsa").toString();
    }

    static void run(Table table, Router router, Path folder) throws Exception {
        new CommandBenchmark(table, router, folder).run();
    }

    private void run() throws Exception {
        must(start(Map.of(), List.of("-Djarmode=tools"), PACKED.toString(), "extract", "--destination", folder.resolve("extracted").toString()));
        must(start(Map.of(), QUICK, extracted, "sync"));
        // Nothing answers on this port: the command looks there, and then does the work itself. So the archive holds the classes of both ways.
        must(start(Map.of("API_PORT", Router.freePort()), with("-XX:ArchiveClassesAtExit=" + archive), extracted, "verify"));
        verify("verify");
        verify("verify", "--standalone");
        for (int count : List.of(100_000, 1_000_000)) {
            heap(count);
        }
    }

    private void verify(String... command) throws Exception {
        String what = "`" + String.join(" ", command) + "` of 56 entries, ";
        table.row(what + "`java -jar`", median(List.of(), PACKED.toString(), command));
        table.row(what + "extracted, quick start", median(QUICK, extracted, command));
        table.row(what + "extracted, quick start, AppCDS", median(with("-XX:SharedArchiveFile=" + archive), extracted, command));
    }

    private String median(List<String> options, String jar, String... command) throws Exception {
        Clock clock = new Clock(ROUNDS);
        must(start(Map.of(), options, jar, command));
        for (int round = 0; round < ROUNDS; round++) {
            clock.time(() -> must(start(Map.of(), options, jar, command)));
        }
        return Table.milliseconds(clock.median());
    }

    private void heap(int count) throws Exception {
        Path file = folder.resolve("large.json");
        Benchmark.write(new Entries(count, 0), file);
        for (int heap : HEAPS) {
            router.empty();
            long start = System.nanoTime();
            if (start(Map.of(), with("-Xmx" + heap + "m"), extracted, "sync", "--standalone", "--json-file", file.toString()) == 0) {
                table.row("`sync --standalone` of %,d into an empty table, smallest heap that does".formatted(count),
                        "%d MB, %s".formatted(heap, Table.seconds((System.nanoTime() - start) / 1e6)));
                break;
            }
        }
        Files.delete(file);
    }

    private static List<String> with(String option) {
        List<String> options = new ArrayList<>(QUICK);
        options.add(option);
        return options;
    }

    private static void must(int exitCode) {
        if (exitCode != 0) {
            throw new IllegalStateException("a command that was to be measured ended with exit code " + exitCode);
        }
    }

    /** Secrets go by the environment: arguments are everybody's to read. */
    private int start(Map<String, String> environment, List<String> options, String jar, String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        line.addAll(options);
        line.addAll(List.of("-jar", jar));
        line.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> all = new HashMap<>(router.environment);
        all.putAll(environment);
        builder.environment().putAll(all);
        Process process = builder.start();
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return process.waitFor();
    }
}
