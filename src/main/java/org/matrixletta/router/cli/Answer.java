package org.matrixletta.router.cli;

/**
 * What a command prints, and how it ends.
 *
 * @param exitCode 0 fine, 1 differences or rejected entries, 2 bad input or usage, 3 store unavailable
 * @param content printed to standard output; to standard error where the exit code is 2 or 3 and it is no report
 * @param isReport whether it is what was asked for, and not why that cannot be given
 */
record Answer(int exitCode, String content, boolean isReport) {
}
