package org.matrixletta.router.mapping;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.doctor.Examination;
import org.matrixletta.router.mapping.Finding.Kind;
import org.matrixletta.router.store.StoreFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Says how the mapping file is, whether the table follows it, and what the peers say of each mapping: of those at fault each by itself. */
@Component("mappingDiagnosis")
class MappingDiagnosis {

    private static final Logger log = LoggerFactory.getLogger("mappings");
    private static final String FILE = "mapping-file";
    private static final String MODES = "modes";
    private static final String SYNC = "in-sync";
    private static final String ROOMS = "rooms";
    private static final String AGENTS = "agents";
    private static final int LISTED = 1_000;

    private final Settings settings;

    MappingDiagnosis(Settings settings) {
        this.settings = settings;
    }

    /** Whether there is a mapping file. */
    public boolean hasFile() {
        return Files.exists(settings.mappingsFile());
    }

    /** Reads the file to its end, and looks at who may write it. */
    public void file(@Variable("examination") Examination examination) throws IOException {
        Path path = settings.mappingsFile().toAbsolutePath().normalize();
        if (!hasFile()) {
            examination.unknown(FILE, "There is no mapping file " + path + ", so the table stays as it is; put one there, or set MAPPINGS_FILE. Where `provision` makes the mappings, none is needed.");
            return;
        }
        List<MappingEntry> wrong = new ArrayList<>();
        try (InputStream file = MappingFile.open(path)) {
            long entries = new MappingFileReader(settings, new Remarks()).read(file, path.toString(), false, entry -> {
                if (entry.fault() != null) {
                    wrong.add(entry);
                }
            });
            if (wrong.isEmpty()) {
                examination.well(FILE, "The mapping file " + path + " holds " + entries + " entries, and can be read to its end");
            }
        } catch (MappingFileException e) {
            examination.faulty(FILE, e.getMessage());
        }
        wrong.stream().limit(LISTED).forEach(entry -> examination.faulty(FILE, "In " + path + ", line " + entry.line() + ", the entry of " + Printable.name(entry.agentId()) + " is wrong: " + entry.fault() + "."));
        List<String> open = MappingFile.warnings(path);
        open.forEach(warning -> examination.unknown(MODES, warning + "."));
        if (open.isEmpty()) {
            examination.well(MODES, "Only their owner may write the mapping file and its folder");
        }
        examination.well("folder", "The folder " + path.getParent() + (Files.isWritable(path.getParent()) ? " can be written, which only a phase that exports needs" : " cannot be written, which only a phase that exports needs"));
    }

    /** File and table were compared. */
    public void compared(@Variable("examination") Examination examination, @Body VerificationReport report) {
        if (report.differences() == 0) {
            examination.well(SYNC, "File and table are in sync");
        } else {
            examination.faulty(SYNC, "File and table differ in " + report.differences() + " ways; `router verify` lists them, `router sync` takes the file's side.");
        }
    }

    /** File and table could not be compared: because of the file, of which {@link #file} has told, or of the database. */
    public void notCompared(@Variable("examination") Examination examination, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        if (!(failure instanceof MappingFileException) && !StoreFailure.isStoreFailure(failure)) {
            log.error("An error of the router itself", failure);
        }
        examination.unknown(SYNC, "Whether file and table are in sync is not known, as one of them cannot be read.");
    }

    /** A check of those peers that were found well. */
    public LiveCheck begin(@Variable("examination") Examination examination) {
        return new LiveCheck(examination.isWell(Examination.HOMESERVER) ? null : "the homeserver is not as it should be, see above",
                examination.isWell(Examination.LETTA) ? null : "Letta is not as it should be, see above");
    }

    /** The peers were asked. */
    public void asked(@Variable("examination") Examination examination, @Variable("live") LiveCheck live) {
        tell(examination, ROOMS, live.joined().length, "agents' users are in their rooms", "room of", live);
        tell(examination, AGENTS, live.present().length, "mapped agents are there in Letta", "agent", live);
    }

    /** There is no table to take the agents from. */
    public void notAsked(@Variable("examination") Examination examination) {
        examination.unknown(ROOMS, "Whether each agent is in Letta, and its user in its room, is not known, as no mappings can be read.");
    }

    private static void tell(Examination examination, String check, int well, String what, String which, LiveCheck live) {
        if (well > 0) {
            examination.well(check, well + " " + what);
        }
        List<Finding> found = live.findings().stream().filter(finding -> check.equals(checkOf(finding.kind()))).toList();
        found.stream().filter(finding -> !finding.kind().isUnknown()).limit(LISTED).forEach(finding -> examination.faulty(check, sentence(finding)));
        Map<String, List<Finding>> unknown = found.stream().filter(finding -> finding.kind().isUnknown()).collect(Collectors.groupingBy(Finding::said, TreeMap::new, Collectors.toList()));
        unknown.forEach((reason, findings) -> examination.unknown(check, (findings.size() == 1 ? "The " + which + " " + name(findings.get(0)) + " is" : findings.size() + " " + check + " are") + " unknown: " + reason + "."));
    }

    private static String checkOf(Kind kind) {
        return switch (kind) {
            case NOT_JOINED, ROOM_GONE, ROOM_UNKNOWN -> ROOMS;
            case AGENT_GONE, AGENT_UNKNOWN -> AGENTS;
            default -> null;
        };
    }

    private static String sentence(Finding finding) {
        String id = Printable.line(finding.subject());
        return name(finding) + switch (finding.kind()) {
            case NOT_JOINED -> " cannot write as " + finding.said() + "; invite that user there, as a sender that MATRIX_ALLOWED_SENDERS allows, and it joins.";
            case ROOM_GONE -> " has the room " + finding.said() + ", which does not exist; `router set-room " + id + " none`, then `router provision " + id + " --owner USER`, gives it one.";
            default -> " is not in Letta; correct the mapping, or make the agent anew.";
        };
    }

    private static String name(Finding finding) {
        return Printable.agent(finding.detail(), finding.subject());
    }
}
