package org.matrixletta.router.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.concurrent.Callable;
import org.matrixletta.router.SettingsReader;
import org.matrixletta.router.cli.RouterCommand.Asking;
import org.matrixletta.router.doctor.DoctorReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks at everything that the router needs. */
@Command(name = "doctor", description = "Checks settings, database, mapping file, homeserver, Letta and every mapping, a line each with what to do.")
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private Asking asking;

    @Override
    public Integer call() throws Exception {
        return asking.ask(Request.of("GET", "/doctor", "direct:get-doctor"), DoctorCommand::withoutAProcess);
    }

    /** The answer where the settings do not even let this process look; null where they do. */
    private static Answer withoutAProcess(boolean json) throws Exception {
        List<String> faults = SettingsReader.faults();
        if (faults.isEmpty()) {
            return null;
        }
        DoctorReport report = DoctorReport.ofSettings(faults);
        return new Answer(report.exitCode(), json ? new ObjectMapper().writeValueAsString(report.json()) : report.text(), true);
    }
}
