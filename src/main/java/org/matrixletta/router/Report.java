package org.matrixletta.router;

import java.util.List;

/** What a command or the API answers: the same content as JSON and as the text that operators know. */
public interface Report {

    /** The report as lines for a person, each fit for a terminal; the last one ends with a line break. */
    String text();

    /** The same, a line each. */
    default List<String> printed() {
        return text().lines().toList();
    }

    /** The report as an object for a machine. */
    Object json();

    /** 0: fine, 1: differences or rejected entries. */
    int exitCode();
}
