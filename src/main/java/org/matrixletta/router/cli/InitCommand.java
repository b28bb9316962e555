package org.matrixletta.router.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Writes a first .env with secrets of its own, and says what comes next. */
@Command(name = "init", description = "Writes .env here, with random tokens, readable by its owner only; never overwrites one.")
final class InitCommand implements Callable<Integer> {

    private static final int SECRET_BYTES = 32;
    private static final String NEXT_STEPS = """
            Next:
            1. Set DATABASE_URL and MATRIX_SERVER_NAME in it, correct the addresses, and load it: set -a; . ./.env; set +a
            2. `registration` prints what your homeserver has to load. For Synapse: write it to a file, name that file in homeserver.yaml under
               app_service_config_files, and restart Synapse.
            3. Start the router. `doctor` says for each setting, the database, Letta and the homeserver, and for the way back from there, ✅ or ❌ with the remedy.
            4. `provision AGENT --owner @you:your.server` gives an agent of Letta a Matrix user and a room, and invites you there.
            """;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path file = Path.of(".env").toAbsolutePath();
        String content = """
                # Settings of matrix-letta-router; README.md lists all of them.

                # Your PostgreSQL: replace USER, PASSWORD, HOST and DATABASE.
                DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE

                # What operators, other services and the commands present to the router.
                ROUTER_API_KEY=%s

                # Your homeserver: where the router reaches it, and the part after the colon of its users.
                MATRIX_HOMESERVER_URL=http://127.0.0.1:8008
                MATRIX_SERVER_NAME=
                # Where the homeserver reaches the router. In a container 127.0.0.1 is the container itself.
                ROUTER_URL=http://127.0.0.1:8004
                # The tokens of the registration, which `registration` prints.
                MATRIX_AS_TOKEN=%s
                MATRIX_HS_TOKEN=%s

                # Your Letta server, the token that it asks for if it does, and the agent for rooms without a mapping if there is to be one.
                LETTA_API_URL=http://127.0.0.1:8283
                LETTA_TOKEN=
                LETTA_AGENT_ID=
                """.formatted(secret(), secret(), secret());
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(2, file + " exists and is left as it is; remove it first if you want a new one.");
        }
        Files.writeString(file, content);
        spec.commandLine().getOut().println("✅ Wrote " + file);
        spec.commandLine().getOut().print(NEXT_STEPS);
        return CommandLine.ExitCode.OK;
    }

    private static String secret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}
