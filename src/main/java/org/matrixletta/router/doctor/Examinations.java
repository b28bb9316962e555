package org.matrixletta.router.doctor;

import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Begins an examination, takes in what the looks at the peers find, and reports. */
@Component("examinations")
class Examinations {

    private static final Logger log = LoggerFactory.getLogger("api");

    private final Settings settings;

    Examinations(Settings settings) {
        this.settings = settings;
    }

    /** An examination that has looked at the settings only. */
    public Examination begin() {
        Examination examination = new Examination();
        List<String> faults = settings.faultsOfService();
        faults.forEach(fault -> examination.faulty(Examination.SETTINGS, fault));
        if (faults.isEmpty()) {
            examination.well(Examination.SETTINGS, "All settings that are needed are there, and possible");
        }
        return examination;
    }

    /** The look has found this well, and says so. */
    public void well(@Variable("examination") Examination examination, @Variable("subject") String subject, @Body String sentence) {
        examination.well(subject, sentence);
    }

    /** The look has not found out whether this is well, and says so. */
    public void unknown(@Variable("examination") Examination examination, @Variable("subject") String subject, @Body String sentence) {
        examination.unknown(subject, sentence);
    }

    /** The look has failed. */
    public void faulty(@Variable("examination") Examination examination, @Variable("subject") String subject, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        if (!(failure instanceof RefusedException)) {
            log.error("An error of the router itself", failure);
        }
        examination.faulty(subject, failure instanceof RefusedException ? failure.getMessage() : "An error of the router itself; its log says more.");
    }

    /** Nothing listens in this process, which the homeserver could reach. */
    public void unreachable(@Variable("examination") Examination examination, @Variable("subject") String subject) {
        examination.unknown(subject, "Whether the homeserver reaches us, and shows MATRIX_HS_TOKEN, is not known; start the router to have this checked.");
    }

    /** Nobody is to be asked. */
    public void carriesNothing(@Variable("examination") Examination examination) {
        examination.well("intake", "MATRIX_INTAKE is none: no messages are carried, so neither the homeserver nor Letta is asked");
    }

    /** What was found. */
    public DoctorReport report(@Variable("examination") Examination examination) {
        return new DoctorReport(examination);
    }
}
