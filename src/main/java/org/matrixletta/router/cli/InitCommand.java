package org.matrixletta.router.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Writes a first .env with secrets of its own, and says what comes next. */
@Command(name = "init", description = "Writes .env here, with random tokens, readable by its owner only; never overwrites one.")
final class InitCommand implements Callable<Integer> {

    private static final int SECRET_BYTES = 32;
    private static final Pattern EMPTY_SECRET = Pattern.compile("(?m)^(POSTGRES_PASSWORD|ROUTER_API_KEY|MATRIX_AS_TOKEN|MATRIX_HS_TOKEN|ROUTER_READ_KEY|GRAFANA_PASSWORD)=$");
    private static final String NEXT_STEPS = """
            Next:
            1. In containers: docker compose up -d. Else set DATABASE_URL in it, load it (set -a; . ./.env; set +a), and start the router.
               As it stands, mappings are kept and no messages carried. For messages:
            2. Set MATRIX_INTAKE=appservice, where your homeserver, the router and Letta are, and MATRIX_SERVER_NAME.
            3. `registration` prints what your homeserver has to load. For Synapse: write it to a file, name that file in homeserver.yaml under
               app_service_config_files, and restart Synapse.
            4. Start the router. `doctor` says for each setting, the database, Letta and the homeserver, and for the way back from there, ✅ or ❌ with the remedy.
            5. `provision AGENT --owner @you:your.server` gives an agent of Letta a Matrix user and a room, and invites you there.
            """;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path file = Path.of(".env").toAbsolutePath();
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(2, file + " exists and is left as it is; remove it first if you want a new one.");
        }
        Files.writeString(file, EMPTY_SECRET.matcher(example()).replaceAll(secret -> secret.group() + secret()));
        spec.commandLine().getOut().println("✅ Wrote " + file);
        spec.commandLine().getOut().print(NEXT_STEPS);
        return CommandLine.ExitCode.OK;
    }

    /** What .env.example says at the top of the project, from where it is packed into the jar. */
    private static String example() throws IOException {
        try (InputStream packed = InitCommand.class.getResourceAsStream("/.env.example")) {
            return new String(packed.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String secret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}
