package org.matrixletta.router.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.SharedRouter;

/** Syncs by hand, each through HTTP into the real table. */
@ExtendWith(SharedRouter.class)
class SyncTest {

    static RunningRouter router;

    @BeforeAll
    static void start(RunningRouter shared) {
        router = shared;
    }

    @BeforeEach
    void emptyStore() {
        router.emptyStore();
    }

    @Test
    @Tag("S1")
    void s1_aFileOfGoodEntriesIsCreatedAndVerified() {
        HttpResponse<String> answer = router.http("POST", "/mappings/sync", TestFile.of(56), "Accept", "text/plain");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Router-Exit-Code")).contains("0");
        assertThat(answer.body()).startsWith("📋 Found 56 mappings in JSON\n📋 Found 0 mappings in database\n✨ Creating Name of agent-1 (agent-1)\n").endsWith("""
                ============================================================
                SYNC SUMMARY
                ============================================================
                ✨ Created: 56
                🔄 Updated: 0
                ⏭️  Skipped: 0
                ❌ Errors:  0
                ============================================================
                ✅ Database sync complete!
                🔍 Running verification...
                🔍 VERIFICATION REPORT
                ============================================================
                ✅ All mappings are in sync!
                ============================================================
                """);
        assertThat(count()).isEqualTo(56);
    }

    @Test
    @Tag("S2")
    void s2_theSameFileAgainChangesNothing() {
        router.sync(TestFile.of(56), "");
        List<?> before = rows("updated_at");
        assertThat(router.sync(TestFile.of(56), "")).contains("✨ Created: 0", "🔄 Updated: 0", "⏭️  Skipped: 56");
        assertThat(rows("updated_at")).isEqualTo(before);
    }

    @Test
    @Tag("S3")
    void s3_aDryRunShowsThePlanOfTheRealRunAndChangesNothing() {
        router.sync(file(agent("a", "!a:test.local"), agent("b", "!b:test.local")), "");
        List<?> before = everything();
        String changed = file(agent("a", "!new:test.local"), agent("b", "!b:test.local"), agent("c", "!c:test.local"), agent("d", "not a room"));
        String planned = router.sync(changed, "?dryRun=true");
        assertThat(everything()).isEqualTo(before);
        assertThat(planned).contains("✨ Would CREATE Name of c (c)\n", "🔄 Would UPDATE Name of a (a)\n   room_id: !a:test.local → !new:test.local\n",
                "❌ Rejected Name of d (d), line 5:", "✨ Created: 1\n🔄 Updated: 1\n⏭️  Skipped: 1\n❌ Errors:  1\n")
                .endsWith("🔍 DRY RUN - No changes were made to the database\n");
        assertThat(router.sync(changed, "")).contains("✨ Created: 1\n🔄 Updated: 1\n⏭️  Skipped: 1\n❌ Errors:  1\n");
    }

    @ParameterizedTest
    @Tag("S4")
    @ValueSource(strings = {"agent_name", "matrix_user_id", "room_id", "matrix_password", "room_created"})
    void s4_oneChangedFieldUpdatesExactlyThatRow(String field) {
        Map<String, String> values = Map.of("agent_name", "\"New\"", "matrix_user_id", "\"@new:test.local\"", "room_id", "\"!new:test.local\"",
                "matrix_password", "\"other-secret\"", "room_created", "true");
        router.sync(TestFile.of(3), "");
        Map<String, Object> others = router.sql.queryForMap("SELECT count(*), max(updated_at) FROM agent_mappings WHERE agent_id <> 'agent-2'");
        String changed = "\"" + field + "\": " + values.get(field);
        String second = agent("agent-2", "!room-2:test.local").replaceFirst("(\"" + field + "\": (\"[^\"]*\"))|}$", field.equals("room_created") ? ", " + changed + "}" : changed);
        String report = router.sync(file(agent("agent-1", "!room-1:test.local"), second, agent("agent-3", "!room-3:test.local")), "");
        assertThat(report).contains("✨ Created: 0\n🔄 Updated: 1\n⏭️  Skipped: 2").doesNotContain("secret");
        assertThat(report).contains(field.equals("matrix_password") ? "   matrix_password: changed\n" : "   " + field + ": ");
        assertThat(row("agent-2").get(field).toString()).isEqualTo(values.get(field).replace("\"", ""));
        assertThat(router.sql.queryForMap("SELECT count(*), max(updated_at) FROM agent_mappings WHERE agent_id <> 'agent-2'")).isEqualTo(others);
    }

    @Test
    @Tag("S5")
    void s5_whatAnEntryDoesNotStateStays() {
        router.sync(file(entry("a", "\"agent_name\":\"A\",\"matrix_user_id\":\"@a:test.local\",\"matrix_password\":\"p\",\"room_id\":\"!a:test.local\",\"room_created\":true")), "");
        Map<String, Object> before = row("a");
        assertThat(router.sync(file(entry("a", "\"matrix_user_id\":\"@a:test.local\",\"matrix_password\":\"\"")), "")).contains("⏭️  Skipped: 1");
        assertThat(row("a")).isEqualTo(before);
        router.sync(file(entry("a", "\"matrix_user_id\":\"@a:test.local\",\"room_id\":null")), "");
        assertThat(row("a")).containsEntry("room_id", null).containsEntry("matrix_password", "p").containsEntry("agent_name", "A");
    }

    @Test
    @Tag("S6")
    void s6_aNewEntryWithoutPasswordIsAcceptedWithAWarningAndNoneIsInvented() {
        String report = router.sync(file(entry("a", "\"agent_name\":\"A\",\"matrix_user_id\":\"@a:test.local\"")), "");
        assertThat(report).contains("✨ Created: 1", "⚠️  1 agents without a password, as whom only an application service can write:\n   - A (a)\n");
        assertThat(row("a")).containsEntry("matrix_password", "");
    }

    @Test
    @Tag("S7")
    @Tag("S12")
    void s7_s12_theKeyIsTheAgentIdAndAMissingNameIsUnknown() {
        String report = router.sync(file(entry("a", "\"matrix_user_id\":\"@a:test.local\"")), "");
        assertThat(report).contains("⚠️  1 entry without agent_name (a new one is named Unknown): a\n", "✨ Creating Unknown (a)");
        assertThat(row("a")).containsEntry("agent_name", "Unknown");
    }

    @Test
    @Tag("S8")
    void s8_keyAndInnerIdThatDifferAreRejectedAndNamed() {
        String report = router.sync(file(entry("a", "\"agent_id\":\"b\",\"matrix_user_id\":\"@a:test.local\"")), "");
        assertThat(report).contains("line 2: its key and its agent_id differ: a and b", "❌ Errors:  1");
        assertThat(count()).isZero();
    }

    @ParameterizedTest
    @Tag("S9")
    @ValueSource(strings = {
        "\"bad\": {\"agent_name\":\"A\"}", "\"bad\": {\"matrix_user_id\":\"a:test.local\"}", "\"bad\": {\"matrix_user_id\":\"@a\"}",
        "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"room_id\":\"#alias:test.local\"}", "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"room_id\":\"! x\"}",
        "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"room_id\":\"!a\\u0007b\"}", "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"room_id\":7}",
        "\"bad id\": {\"matrix_user_id\":\"@a:test.local\"}", "\"\": {\"matrix_user_id\":\"@a:test.local\"}", "\"../x\": {\"matrix_user_id\":\"@a:test.local\"}",
        "\"bad\": null", "\"bad\": []", "\"bad\": 3", "\"bad\": \"text\"", "\"bad\": true", "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"agent_name\":{}}",
        "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"room_created\":\"yes\"}", "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"invitation_status\":[]}",
        "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"agent_name\":\"\\u0000\"}", "\"bad\": {\"matrix_user_id\":\"@a:test.local\",\"agent_name\":\"\\ud800\"}",
        "\"bad\\u0000\": {\"agent_id\":\"bad\",\"matrix_user_id\":\"@a:test.local\"}"})
    void s9_aWrongEntryIsRejectedInOneLineAndTheOthersAreApplied(String wrong) {
        String report = router.sync(file(agent("good-1", "!1:test.local"), wrong, agent("good-2", "!2:test.local")), "");
        assertThat(report).contains("✨ Created: 2", "❌ Errors:  1").containsPattern("❌ Rejected [^\n]+, line 3: [^\n]+\n");
        assertThat(router.sql.queryForList("SELECT agent_id FROM agent_mappings ORDER BY 1", String.class)).containsExactly("good-1", "good-2");
    }

    @Test
    @Tag("S9")
    void s9_aRoomIdMayHave255BytesAndNeedsNoServer() {
        String longest = "!" + "é".repeat(127);
        String report = router.sync(file(agent("v12", "!9-YmM523BWULrXxDTaN6rgKZWWNGhNSOK2PGtEdA96o"), agent("longest", longest), agent("longer", longest + "x")), "");
        assertThat(report).contains("✨ Created: 2", "❌ Rejected Name of longer (longer), line 4: room_id is not a room id");
        assertThat(row("longest")).containsEntry("room_id", longest);
    }

    @Test
    @Tag("S10")
    @Tag("S11")
    void s10_s11_theRoomAliasIsReadAnEmptyRoomIsNoneAndUnknownKeysAreNamedOnce() {
        String report = router.sync(file(
                entry("a", "\"agent_name\":\"A\",\"matrix_user_id\":\"@a:test.local\",\"matrix_room_id\":\"!a:test.local\",\"colour\":[1,{\"x\":2}]"),
                entry("b", "\"agent_name\":\"B\",\"matrix_user_id\":\"@b:test.local\",\"room_id\":\"\",\"colour\":\"red\"")), "");
        assertThat(report).contains("⚠️  1 entry with matrix_room_id, which is read as room_id: a\n")
                .containsOnlyOnce("colour").contains("⚠️  2 entries with the unknown key colour, which is ignored: a, b\n");
        assertThat(row("a")).containsEntry("room_id", "!a:test.local");
        assertThat(row("b")).containsEntry("room_id", null);
    }

    @Test
    @Tag("S15")
    void s15_anAgentThatLeftTheFileIsReportedAndOnlyPrunedOnRequest() {
        router.sync(TestFile.of(3), "");
        assertThat(router.sync(TestFile.of(2), "")).contains("⚠️  Only in database: Name of agent-3 (agent-3)");
        assertThat(count()).isEqualTo(3);
        assertThat(router.sync(TestFile.of(2), "?prune=true&dryRun=true")).contains("🗑️  Would DELETE Name of agent-3 (agent-3)");
        assertThat(count()).isEqualTo(3);
        assertThat(router.sync(TestFile.of(2), "?prune=true")).contains("🗑️  Deleting Name of agent-3 (agent-3)");
        assertThat(count()).isEqualTo(2);
    }

    @Test
    @Tag("S16")
    void s16_aFileThatLacksMostAgentsWarnsLoudlyAndPruneRefuses() {
        router.sync(TestFile.of(5), "");
        assertThat(router.sync("{}", "")).contains("⚠️  THE FILE LACKS 5 OF THE 5 STORED AGENTS");
        assertThat(router.sync(TestFile.of(2), "?prune=true")).startsWith("--prune would delete 3 of 5 agents");
        assertThat(count()).isEqualTo(5);
        router.sync(TestFile.of(2), "?prune=true&forcePrune=true");
        assertThat(count()).isEqualTo(2);
    }

    @ParameterizedTest
    @Tag("S17")
    @ValueSource(strings = {"[]", "\"text\"", " ", "{\"a\":{}", "{\"a\" {}}", "{\"a\":{\"matrix_password\": hunter2}}", "{} {}",
        "{\"a\":{\"agent_name\":\"A\",\"agent_name\":\"B\"}}", "{\"a\":{\"matrix_user_id\":\"@a:test.local\"},\n\"a\":{\"matrix_user_id\":\"@b:test.local\"}}"})
    void s17_aFileThatIsNoMappingFileIsOneSentenceAndTheStoreIsUntouched(String broken) {
        router.sync(TestFile.of(2), "");
        List<?> before = everything();
        HttpResponse<String> answer = router.http("POST", "/mappings/sync?fileName=my.json", broken, "Accept", "text/plain");
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.headers().firstValue("Router-Exit-Code")).contains("2");
        assertThat(answer.body()).startsWith("my.json").endsWith(".\n").hasLineCount(1).doesNotContain("hunter2", "Exception");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    @Tag("S17")
    void s17_theSentenceNamesLineAndColumnAndADuplicateNamesBothLines() {
        assertThat(router.sync("{\n\"a\": {\n\"agent_name\" \"A\"}}", "")).contains("line 3, column 15: not valid JSON");
        assertThat(router.sync(file(agent("a", null), agent("b", null), agent("a", null)), "")).contains("the agent a stands twice, in lines 2 and 4");
    }

    @Test
    @Tag("S17")
    void s17_aByteOrderMarkIsAccepted() {
        assertThat(router.sync("\uFEFF" + TestFile.of(1), "")).contains("✨ Created: 1");
    }

    @Test
    @Tag("S17")
    void s17_nestingBeyondAllUseIsRefusedWithoutBuildingIt() {
        assertThat(router.sync("{\"a\":" + "[".repeat(2_000_000), "")).contains("nested or long beyond all use");
    }

    @Test
    @Tag("S3")
    @Tag("S16")
    void s3_s16_aTrialOfAPruneSaysThatTheRealOneIsRefused() {
        router.sync(TestFile.of(4), "");
        assertThat(router.sync(TestFile.of(1), "?prune=true&dryRun=true")).contains("⚠️  Without --force-prune this will be refused", "🗑️  Deleted: 3").doesNotContain("nothing is deleted");
        assertThat(router.sync(TestFile.of(1), "?prune=true")).contains("--prune would delete 3 of 4 agents");
        assertThat(router.sync(TestFile.of(1), "?prune=true&forcePrune=true&dryRun=true")).contains("THE FILE LACKS 3 OF THE 4").doesNotContain("refused");
    }

    @Test
    @Tag("S25")
    void s25_invitationsAreKeptGivenBackAndNullIsEmpty() {
        String fields = "\"agent_name\":\"A\",\"matrix_user_id\":\"@a:test.local\",\"invitation_status\":";
        router.sync(file(entry("a", fields + "{\"@you:test.local\":\"invited\",\"@me:test.local\":\"joined\"}")), "");
        assertThat(router.http("GET", "/agents/mappings", null).body()).contains("\"invitation_status\":{\"@me:test.local\": \"joined\", \"@you:test.local\": \"invited\"}");
        router.sync(file(entry("a", fields + "{\"@you:test.local\":\"joined\"}")), "");
        assertThat(router.sql.queryForList("SELECT invitee || '=' || status FROM invitation_status", String.class)).containsExactly("@you:test.local=joined");
        assertThat(router.sync(file(entry("a", fields + "null")), "")).contains("🔄 Updated: 1");
        assertThat(router.sql.queryForList("SELECT * FROM invitation_status")).isEmpty();
    }

    @Test
    @Tag("S33")
    void s33_theBotIsRejectedAndAUserOfAnotherServerWarned() {
        String report = router.sync(file(entry("a", "\"agent_name\":\"A\",\"matrix_user_id\":\"@letta:test.local\""),
                entry("b", "\"agent_name\":\"B\",\"matrix_user_id\":\"@b:other.server\"")), "");
        assertThat(report).contains("❌ Rejected A (a), line 2: matrix_user_id @letta:test.local is the router's own bot",
                "⚠️  1 entry with a Matrix user of another server than test.local, as whom the router cannot write: b\n", "✨ Created: 1");
    }

    private static int count() {
        return router.sql.queryForObject("SELECT count(*) FROM agent_mappings", Integer.class);
    }

    private static Map<String, Object> row(String agentId) {
        return router.sql.queryForMap("SELECT * FROM agent_mappings WHERE agent_id = ?", agentId);
    }

    private static List<?> rows(String column) {
        return router.sql.queryForList("SELECT agent_id, " + column + " FROM agent_mappings ORDER BY agent_id");
    }

    /** All that a sync could change, timestamps included. */
    private static List<?> everything() {
        return List.of(router.sql.queryForList("SELECT * FROM agent_mappings ORDER BY agent_id"), router.sql.queryForList("SELECT * FROM router.applied ORDER BY agent_id"),
                router.sql.queryForList("SELECT * FROM router.sync ORDER BY id"), router.sql.queryForList("SELECT * FROM router.change ORDER BY sync_id, agent_id"),
                router.sql.queryForList("SELECT * FROM invitation_status"));
    }
}
