package org.matrixletta.router.mapping;

import static org.matrixletta.router.Mutations.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.Mutations;
import org.matrixletta.router.Settings;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Damaged mapping files: either every entry is there, judged, in a form that the table takes, or the file as a whole is refused in a sentence. */
class MappingFilePropertyTest {

    private static final Settings SETTINGS = new Binder(new MapConfigurationPropertySource(Map.of("router.matrix-server-name", "test.local", "router.matrix-bot-localpart", "letta")))
            .bind("router", Settings.class).get();
    private static final ObjectMapper JACKSON = new ObjectMapper();
    private static final Pattern REFUSAL = Pattern.compile("the file, (near )?line [1-9][0-9]*(, column [0-9]+)?: \\P{Cntrl}+\\.|the file is empty; a file without mappings is written \\{}\\.");
    private static final int COLUMNS = 12;

    @Test
    @Tag("S9")
    @Tag("S17")
    void s9_s17_whateverAFileHoldsEachEntryIsJudgedOrTheFileIsRefusedInASentence() {
        Mutations.of("fuzz/mappings", 60_000, MappingFilePropertyTest::fuzzerTestOneInput);
    }

    /** What holds for every file; {@code fuzz/run mappings} calls this. */
    public static void fuzzerTestOneInput(byte[] file) {
        List<MappingEntry> entries = new ArrayList<>();
        Remarks remarks = new Remarks();
        try {
            long read = new MappingFileReader(SETTINGS, remarks).read(new ByteArrayInputStream(file), "the file", false, entries::add);
            check(read == entries.size(), "an entry that was not handed on");
        } catch (MappingFileException refusal) {
            check(REFUSAL.matcher(refusal.getMessage()).matches(), refusal.getMessage());
            return;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        JsonNode tree = tree(file);
        EntryRow row = new EntryRow(sha256());
        int line = 1;
        for (int i = 0; i < entries.size(); i++) {
            MappingEntry entry = entries.get(i);
            check(entry.ord() == i && entry.line() >= line, "an entry at another place");
            line = entry.line();
            check(isRow(row.of(entry).toString()), "a row that the table does not take: " + row.of(entry));
            if (entry.fault() == null && hasOnly(entries, entry.agentId())) {
                check(isAsJacksonReads(entry, tree.path(entry.agentId())), "another entry than Jackson reads: " + entry);
            }
        }
        check(tree.isObject() && entries.size() >= tree.size(), "fewer entries than Jackson reads");
        check(remarks.lines().stream().allMatch(remark -> remark.chars().noneMatch(Character::isISOControl)), "a remark that is no line");
    }

    private static boolean isAsJacksonReads(MappingEntry entry, JsonNode read) {
        JsonNode room = read.has("room_id") ? read.get("room_id") : read.path("matrix_room_id");
        return entry.matrixUserId().equals(read.path("matrix_user_id").textValue())
                && String.valueOf(entry.agentName()).equals(stated(read.path("agent_name")))
                && String.valueOf(entry.matrixPassword()).equals(stated(read.path("matrix_password")))
                && String.valueOf(entry.roomId()).equals(stated(room))
                && entry.statesRoom() == !room.isMissingNode()
                && String.valueOf(entry.roomCreated()).equals(read.path("room_created").asText("null"));
    }

    private static String stated(JsonNode text) {
        return text.isTextual() && !text.textValue().isEmpty() ? text.textValue() : "null";
    }

    private static boolean hasOnly(List<MappingEntry> entries, String agentId) {
        return entries.stream().filter(entry -> entry.agentId().equals(agentId)).count() == 1;
    }

    /** Whether PostgreSQL takes it as one row of COPY's text format. */
    private static boolean isRow(String row) {
        return row.indexOf(0) < 0 && row.indexOf('\r') < 0 && row.indexOf('\n') == row.length() - 1 && row.split("\t", -1).length == COLUMNS;
    }

    private static JsonNode tree(byte[] file) {
        try {
            return JACKSON.readTree(new String(file, StandardCharsets.UTF_8).replaceFirst("^\uFEFF", ""));
        } catch (IOException e) {
            throw new AssertionError("entries of what is no JSON", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
