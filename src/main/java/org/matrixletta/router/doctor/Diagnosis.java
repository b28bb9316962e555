package org.matrixletta.router.doctor;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import org.matrixletta.router.Printable;

/**
 * How one thing is that an examination looked at.
 *
 * @param check what was looked at, in a word that stays
 * @param state how it is
 * @param sentence what was found and, where it is not well, what to do
 */
record Diagnosis(String check, @JsonIgnore State state, @JsonProperty("says") String sentence) {

    /** How something is. */
    enum State {
        WELL("✅"), FAULTY("❌"), UNKNOWN("⚠️ ");

        private final String sign;

        State(String sign) {
            this.sign = sign;
        }
    }

    @JsonProperty("state")
    String stateName() {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** One line for a person. */
    String line() {
        return state.sign + " " + Printable.line(sentence) + "\n";
    }
}
