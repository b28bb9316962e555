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

/** Writes a first .env with secrets of its own. */
@Command(name = "init", description = "Writes .env here, with a random ROUTER_API_KEY, readable by its owner only; never overwrites one.")
final class InitCommand implements Callable<Integer> {

    private static final int SECRET_BYTES = 32;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path file = Path.of(".env").toAbsolutePath();
        String content = """
                # Settings of matrix-letta-router; README.md lists all of them.
                # Your PostgreSQL: replace USER, PASSWORD, HOST and DATABASE.
                DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE
                ROUTER_API_KEY=%s
                """.formatted(HexFormat.of().formatHex(secret()));
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(2, file + " exists and is left as it is; remove it first if you want a new one.");
        }
        Files.writeString(file, content);
        spec.commandLine().getOut().println("✅ Wrote " + file + "; set DATABASE_URL in it, then start the router with these variables.");
        return CommandLine.ExitCode.OK;
    }

    private static byte[] secret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return secret;
    }
}
