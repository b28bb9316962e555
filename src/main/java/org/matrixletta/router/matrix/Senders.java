package org.matrixletta.router.matrix;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The Matrix users that a setting names: user ids separated by commas, in which {@code *} stands for any text. */
final class Senders {

    private final List<Pattern> globs;

    /**
     * Reads the setting's value.
     *
     * @param value an empty one names nobody
     */
    Senders(String value) {
        globs = Arrays.stream(value.split(",")).map(String::strip).filter(glob -> !glob.isEmpty())
                .map(glob -> Arrays.stream(glob.split("\\*+", -1)).map(Pattern::quote).collect(Collectors.joining(".*")))
                .map(glob -> Pattern.compile(glob, Pattern.DOTALL)).toList();
    }

    boolean include(String user) {
        return user != null && globs.stream().anyMatch(glob -> glob.matcher(user).matches());
    }
}
