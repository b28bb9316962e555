package org.matrixletta.router;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The texts that a setting names, such as user ids: separated by commas, {@code *} stands for any text. */
public final class Globs {

    private final List<Pattern> globs;

    /**
     * Reads the setting's value.
     *
     * @param value an empty one names none
     */
    public Globs(String value) {
        globs = Arrays.stream(value.split(",")).map(String::strip).filter(glob -> !glob.isEmpty())
                .map(glob -> Arrays.stream(glob.split("\\*+", -1)).map(Pattern::quote).collect(Collectors.joining(".*")))
                .map(glob -> Pattern.compile(glob, Pattern.DOTALL)).toList();
    }

    /** Whether the setting names this text; it never names null. */
    public boolean include(String text) {
        return text != null && globs.stream().anyMatch(glob -> glob.matcher(text).matches());
    }
}
