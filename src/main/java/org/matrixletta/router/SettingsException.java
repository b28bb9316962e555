package org.matrixletta.router;

import java.util.List;

/** Settings that are missing or impossible: the router does not start. */
final class SettingsException extends RuntimeException {

    private final List<String> faults;

    SettingsException(List<String> faults) {
        super(String.join(" ", faults));
        this.faults = faults;
    }

    /** One sentence per setting. */
    List<String> faults() {
        return faults;
    }
}
