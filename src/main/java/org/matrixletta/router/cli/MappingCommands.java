package org.matrixletta.router.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.matrixletta.router.cli.RouterCommand.Asking;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about mappings: each turns its arguments into a request. */
final class MappingCommands {

    private MappingCommands() {
    }

    static Request sync(Path file) {
        return Request.of("POST", "/mappings/sync", "direct:post-sync").withFile(file);
    }

    static Request verification(Path file) {
        return file == null ? Request.of("GET", "/mappings/verification", "direct:get-verification")
                : Request.of("POST", "/mappings/verification", "direct:post-verification").withFile(file);
    }

    @Command(name = "sync", description = "Applies the mapping file to the table; the file overwrites what was changed in the database.")
    static final class Sync implements Callable<Integer> {
        @Option(names = "--dry-run", description = "Show what would be done; change nothing.")
        private boolean dryRun;
        @Option(names = "--prune", description = "Delete stored agents that the file does not hold.")
        private boolean prune;
        @Option(names = "--force-prune", description = "Do so even if that is more than half of them.")
        private boolean forcePrune;
        @Option(names = "--json-file", paramLabel = "FILE", description = "This mapping file instead of MAPPINGS_FILE.")
        private Path file;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            return asking.ask(sync(file).with("dryRun", dryRun ? true : null).with("prune", prune || forcePrune ? true : null)
                    .with("forcePrune", forcePrune ? true : null));
        }
    }

    @Command(name = "verify", description = "Compares the mapping file with the table.")
    static final class Verify implements Callable<Integer> {
        @Option(names = "--live", description = "Also ask the homeserver about every room, and Letta about every agent.")
        private boolean live;
        @Option(names = "--json-file", paramLabel = "FILE", description = "This mapping file instead of MAPPINGS_FILE.")
        private Path file;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            return asking.ask(verification(file).with("live", live ? true : null));
        }
    }

    @Command(name = "list", description = "Lists the stored mappings, a line each.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            return asking.ask(Request.of("GET", "/agents/mappings", "direct:get-mappings"));
        }
    }

    @Command(name = "find", description = "Says where messages in a room go, or which mapping an agent or Matrix user has.")
    static final class Find implements Callable<Integer> {
        @ArgGroup(exclusive = true, multiplicity = "1")
        private Criterion criterion;
        @Mixin
        private Asking asking;

        static final class Criterion {
            @Option(names = "--room", paramLabel = "ROOM", description = "A Matrix room id.")
            private String room;
            @Option(names = "--agent", paramLabel = "AGENT", description = "An agent's id.")
            private String agent;
            @Option(names = "--user", paramLabel = "USER", description = "A Matrix user id.")
            private String user;
        }

        @Override
        public Integer call() throws Exception {
            return asking.ask(Request.of("GET", "/agents/mappings", "direct:get-mappings")
                    .with("room_id", criterion.room).with("agent_id", criterion.agent).with("user_id", criterion.user));
        }
    }

    @Command(name = "upsert", description = "Writes one mapping; what is not named stays as it is.")
    static final class Upsert implements Callable<Integer> {
        @Parameters(paramLabel = "AGENT", description = "The agent's id.")
        private String agent;
        @Option(names = "--name", paramLabel = "NAME", description = "The agent's name.")
        private String name;
        @Option(names = "--user", paramLabel = "USER", description = "The agent's Matrix user id; a new agent needs one.")
        private String user;
        @Option(names = "--room", paramLabel = "ROOM", description = "The agent's room id.")
        private String room;
        @Option(names = "--password-stdin", description = "Read the Matrix user's password from standard input.")
        private boolean password;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            StringWriter body = new StringWriter();
            try (JsonGenerator json = new JsonFactory().createGenerator(body)) {
                json.writeStartObject();
                write(json, "agent_name", name);
                write(json, "matrix_user_id", user);
                write(json, "room_id", room);
                write(json, "matrix_password", password ? firstLineOfInput() : null);
                json.writeEndObject();
            }
            return asking.ask(Request.of("PUT", "/agents/{agent_id}/mapping", "direct:put-mapping").with("agent_id", agent).withBody(body.toString()));
        }

        private static String firstLineOfInput() throws IOException {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        }
    }

    @Command(name = "set-room", description = "Gives a stored agent another room.")
    static final class SetRoom implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "AGENT", description = "The agent's id.")
        private String agent;
        @Parameters(index = "1", paramLabel = "ROOM", description = "The room's id, or none.")
        private String room;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            StringWriter body = new StringWriter();
            try (JsonGenerator json = new JsonFactory().createGenerator(body)) {
                json.writeStartObject();
                json.writeStringField("room_id", room.equals("none") ? null : room);
                json.writeEndObject();
            }
            return asking.ask(Request.of("PUT", "/agents/{agent_id}/mapping", "direct:put-mapping").with("agent_id", agent).withBody(body.toString()).ifPresent());
        }
    }

    @Command(name = "export", description = "Writes the table as a mapping file, passwords included, readable by its owner only.")
    static final class Export implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "The file to write.")
        private Path file;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            // Always in this process: no request makes the service write a file or say a password.
            return asking.askHere(Request.of("", "", "direct:export-mappings").with("exportFile", file.toAbsolutePath()));
        }
    }

    @Command(name = "history", description = "Lists the newest syncs and changes.")
    static final class History implements Callable<Integer> {
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            return asking.ask(Request.of("GET", "/mappings/history", "direct:get-history"));
        }
    }

    @Command(name = "restore", description = "Takes back what one sync or change did, but for rows changed since.")
    static final class Restore implements Callable<Integer> {
        @Parameters(paramLabel = "ID", description = "The sync's number, as history shows it.")
        private long id;
        @Option(names = "--dry-run", description = "Show what would be done; change nothing.")
        private boolean dryRun;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            return asking.ask(Request.of("POST", "/mappings/history/{sync_id}/restore", "direct:post-restore").with("sync_id", id).with("dryRun", dryRun ? true : null));
        }
    }

    private static void write(JsonGenerator json, String field, String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }
}
