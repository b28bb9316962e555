package org.matrixletta.router.doctor;

import java.util.ArrayList;
import java.util.List;
import org.matrixletta.router.doctor.Diagnosis.State;

/** One look at everything the router needs: what was found so far, in order. */
public final class Examination {

    /** The settings, whose faults are bad input. */
    static final String SETTINGS = "settings";
    /** Whether the database answers as it has to. */
    public static final String DATABASE = "database";
    /** Whether the homeserver answers and knows us. */
    public static final String HOMESERVER = "homeserver";
    /** Whether Letta answers and takes our token. */
    public static final String LETTA = "letta";

    private final List<Diagnosis> found = new ArrayList<>();

    /** This is as it should be. */
    public void well(String check, String sentence) {
        found.add(new Diagnosis(check, State.WELL, sentence));
    }

    /** This is not; the sentence says what to do. */
    public void faulty(String check, String sentence) {
        found.add(new Diagnosis(check, State.FAULTY, sentence));
    }

    /** This could not be found out, or is for the operator to judge. */
    public void unknown(String check, String sentence) {
        found.add(new Diagnosis(check, State.UNKNOWN, sentence));
    }

    /** Whether this was found to be well. */
    public boolean isWell(String check) {
        return found.stream().anyMatch(diagnosis -> diagnosis.check().equals(check) && diagnosis.state() == State.WELL);
    }

    /** Whether this was found to be at fault. */
    public boolean isFaulty(String check) {
        return found.stream().anyMatch(diagnosis -> diagnosis.check().equals(check) && diagnosis.state() == State.FAULTY);
    }

    List<Diagnosis> found() {
        return List.copyOf(found);
    }
}
