package org.matrixletta.router.doctor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.matrixletta.router.Report;
import org.matrixletta.router.doctor.Diagnosis.State;

/** What an examination found, a line for each thing it looked at. */
public final class DoctorReport implements Report {

    private static final int DIFFERENCES = 1;
    private static final int BAD_INPUT = 2;
    private static final int STORE_UNAVAILABLE = 3;

    private final List<Diagnosis> found;

    /** What was found so far. */
    DoctorReport(Examination examination) {
        found = examination.found();
    }

    /** A report of settings with which nothing else can be looked at. */
    public static DoctorReport ofSettings(List<String> faults) {
        Examination examination = new Examination();
        faults.forEach(fault -> examination.faulty(Examination.SETTINGS, fault));
        examination.unknown(Examination.DATABASE, "The database, the mapping file, the homeserver and Letta are looked at as soon as these settings are right.");
        return new DoctorReport(examination);
    }

    @Override
    public String text() {
        return found.stream().map(Diagnosis::line).collect(Collectors.joining());
    }

    @Override
    public Object json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("success", true);
        json.put("healthy", exitCode() == 0);
        json.put("checks", found);
        return json;
    }

    @Override
    public int exitCode() {
        List<String> faulty = found.stream().filter(diagnosis -> diagnosis.state() == State.FAULTY).map(Diagnosis::check).toList();
        return faulty.isEmpty() ? 0 : faulty.contains(Examination.SETTINGS) ? BAD_INPUT : faulty.contains(Examination.DATABASE) ? STORE_UNAVAILABLE : DIFFERENCES;
    }
}
