package org.matrixletta.router.cli;

/** Why a command ends without an answer: one sentence, and the exit code. */
final class CommandException extends RuntimeException {

    private final int exitCode;

    CommandException(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
