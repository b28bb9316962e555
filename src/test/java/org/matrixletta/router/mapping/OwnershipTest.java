package org.matrixletta.router.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.mapping.TestFile.agent;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.SharedRouter;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Who keeps a room or a Matrix user when entries, rows and the last applied file disagree. */
@ExtendWith({SharedRouter.class, OutputCaptureExtension.class})
class OwnershipTest {

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
    @Tag("S13")
    void s13_ofSeveralClaimantsThePresentOwnerKeepsTheRoom() {
        router.sync(file(agent("a", "!a"), agent("b", "!b"), agent("c", "!c")), "");
        String report = router.sync(file(agent("a", "!b"), agent("b", "!b"), agent("c", "!b")), "");
        assertThat(report).contains("❌ Errors:  2", "❌ Rejected Name of a (a), line 2: room !b ", "❌ Rejected Name of c (c), line 4: room !b ");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!a", "b", "!b", "c", "!c"));
    }

    @Test
    @Tag("S13")
    void s13_withoutAPresentOwnerTheFirstInTheFileGetsItAndAllClaimantsAreNamed() {
        String report = router.sync(file(agent("z", "!x"), agent("a", "!x"), agent("m", "!x")), "");
        assertThat(report).contains("room !x is claimed by z, a, m and stays with z; leave it to one of them", "❌ Errors:  2");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("z", "!x"));
    }

    @Test
    @Tag("S13")
    void s13_theSameForOneMatrixUser() {
        String report = router.sync(file(entry("a", "\"agent_name\":\"A\",\"matrix_user_id\":\"@x:test.local\""), entry("b", "\"agent_name\":\"B\",\"matrix_user_id\":\"@x:test.local\"")), "");
        assertThat(report).contains("❌ Rejected B (b), line 3: Matrix user @x:test.local is claimed by a, b and stays with a");
        assertThat(rooms()).containsOnlyKeys("a");
    }

    @Test
    @Tag("S13")
    void s13_aTypoNeverHandsAStoredRoomToAnotherAgent() {
        router.sync(file(agent("a", "!a"), agent("b", "!b")), "");
        String report = router.sync(file(agent("a", "!a").replace("@a:test.local", "a:test.local"), agent("b", "!a")), "");
        assertThat(report).contains("❌ Errors:  2");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!a", "b", "!b"));
    }

    @Test
    @Tag("S13")
    void s13_aRejectedNewClaimantStillKeepsLaterOnesOut() {
        String report = router.sync(file(agent("a", "!x").replace("@a:test.local", "nobody"), agent("b", "!x")), "");
        assertThat(report).contains("❌ Errors:  2");
        assertThat(rooms()).isEmpty();
    }

    @Test
    @Tag("S13")
    void s13_rejectionsCascadeToTheEndAndNameBoth() {
        router.sync(file(agent("a", "!a"), agent("b", "!b"), agent("c", "!c"), agent("d", "!d")), "");
        // d is faulty and keeps !d; so c cannot have !d and keeps !c; so b cannot have !c; a is not concerned.
        String report = router.sync(file(agent("a", "!new"), agent("b", "!c"), agent("c", "!d"), entry("d", "\"matrix_user_id\":7")), "");
        assertThat(report).contains("❌ Errors:  3", "room !d is claimed by c, d and stays with d", "room !c stays with c, whose own entry is rejected");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!new", "b", "!b", "c", "!c", "d", "!d"));
    }

    @Test
    @Tag("S13")
    void s13_anOwnerWhoseEntryIsUnchangedIsNamedAmongTheClaimantsAndAsTheKeeper() {
        router.sync(file(agent("a", "!a"), agent("b", "!b"), agent("c", "!c")), "");
        assertThat(router.sync(file(agent("a", "!b"), agent("b", "!b"), agent("c", "!b")), ""))
                .contains("❌ Rejected Name of a (a), line 2: room !b is claimed by a, b, c and stays with b", "❌ Rejected Name of c (c), line 4: room !b is claimed by a, b, c and stays with b");
    }

    @Test
    @Tag("S13")
    void s13_aUserThatAllEntriesShareNamesTwentyOfThemInEachReason() {
        String[] all = IntStream.range(0, 3_000).mapToObj(n -> entry("agent-" + n, "\"agent_name\": \"N\", \"matrix_user_id\": \"@same:test.local\"")).toArray(String[]::new);
        assertThat(router.sync(file(all), "")).contains("agent-18, agent-19 … and 2980 more and stays with agent-0; leave it", "❌ Errors:  2999");
    }

    @Test
    @Tag("S14")
    void s14_ofARoomThatRowsShareNobodyIsTakenOutByASyncThatMovesNobody() {
        router.sql.execute("ALTER TABLE agent_mappings DROP CONSTRAINT agent_mappings_room_id_key");
        try {
            insert("a", "!x");
            insert("b", "!x");
            String renamed = agent("a", "!x").replace("Name of", "New name of");
            assertThat(router.sync(file(renamed), "")).contains("🔄 Updated: 1", "❌ Errors:  0").doesNotContain("Taking the room");
            assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!x", "b", "!x"));
            String both = file(renamed, agent("b", "!x"));
            assertThat(router.sync(both, "")).isEqualTo(router.sync(both, "")).contains("❌ Errors:  0", "⚠️  1 rooms shared by several agents:\n   - !x: a, b\n");
        } finally {
            router.sql.execute("TRUNCATE agent_mappings");
            router.sql.execute("ALTER TABLE agent_mappings ADD UNIQUE (room_id) DEFERRABLE");
        }
    }

    @Test
    @Tag("S14")
    void s14_roomsAndUsersSwapAndTurnInARing() {
        router.sync(file(agent("a", "!a"), agent("b", "!b"), agent("c", "!c"), agent("d", "!d"), agent("e", "!e")), "");
        String report = router.sync(file(agent("a", "!b"), agent("b", "!c"), agent("c", "!a"),
                agent("d", "!d").replace("@d:", "@e:"), agent("e", "!e").replace("@e:", "@d:")), "");
        assertThat(report).contains("🔄 Updated: 5", "❌ Errors:  0", "✅ All mappings are in sync!");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!b", "b", "!c", "c", "!a", "d", "!d", "e", "!e"));
    }

    @Test
    @Tag("S14")
    void s14_anAgentThatLeftTheFileGivesUpItsRoomAndIsReported() {
        router.sync(file(agent("old", "!x"), agent("b", "!b")), "");
        String report = router.sync(file(agent("b", "!x")), "");
        assertThat(report).contains("🔄 Taking the room from Name of old (old): its room goes to b", "❌ Errors:  0");
        assertThat(rooms()).containsEntry("old", null).containsEntry("b", "!x");
    }

    @Test
    @Tag("S14")
    void s14_aRowThatNoSyncWroteGivesUpNothing() {
        insert("manual", "!x");
        String report = router.sync(file(agent("b", "!x")), "");
        assertThat(report).contains("room !x stays with manual, which the file does not hold and no sync gave that room");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("manual", "!x"));
    }

    @Test
    @Tag("S29")
    void s29_anAgentMadeAnewUnderAnotherIdIsRejectedUntilTheStaleOneIsPruned() {
        router.sync(file(agent("old", "!x"), agent("b", "!b"), agent("c", "!c")), "");
        String anew = file(agent("new", "!x").replace("@new:", "@old:"), agent("b", "!b"), agent("c", "!c"));
        assertThat(router.sync(anew, "")).contains("❌ Rejected Name of new (new), line 2:", "Matrix user @old:test.local stays with old", "sync --prune");
        assertThat(router.sync(anew, "?prune=true")).contains("🗑️  Deleting Name of old (old)", "✨ Created: 1", "❌ Errors:  0");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("new", "!x", "b", "!b", "c", "!c"));
    }

    @Test
    @Tag("S31")
    void s31_whatWasChangedInTheStoreStaysWhileItsEntryDoesUntilASyncByHand() {
        String all = file(agent("a", "!a"), agent("b", "!b"), agent("c", "!c"));
        router.sync(all, "");
        router.sql.update("UPDATE agent_mappings SET room_id = '!moved' WHERE agent_id = 'a'");
        router.sql.update("DELETE FROM agent_mappings WHERE agent_id = 'b'");
        String left = automatic(all);
        assertThat(left).contains("⚠️  Left as it is in database: Name of a (a), changed; `sync` by hand takes the file's values\n   room_id: !moved → !a\n",
                "⚠️  Left as it is in database: Name of b (b), deleted;", "⏭️  Skipped: 3");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!moved", "c", "!c"));
        assertThat(router.sync(all, "")).contains("   room_id: !moved → !a\n", "✨ Created: 1", "🔄 Updated: 1");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!a", "b", "!b", "c", "!c"));
    }

    @Test
    @Tag("S31")
    void s31_anEntryThatWantsTheRoomOfAChangedRowIsRejectedNamingBoth() {
        router.sync(file(agent("a", "!a"), agent("b", "!b")), "");
        router.sql.update("UPDATE agent_mappings SET room_id = '!free' WHERE agent_id = 'a'");
        assertThat(automatic(file(agent("a", "!a"), agent("b", "!free")))).contains("❌ Rejected Name of b (b), line 3: room !free stays with a, whose row was changed in the database");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!free", "b", "!b"));
    }

    @Test
    @Tag("S31")
    void s31_anEntryThatChangedIsApplied() {
        router.sync(file(agent("a", "!a")), "");
        router.sql.update("UPDATE agent_mappings SET room_id = '!moved' WHERE agent_id = 'a'");
        assertThat(automatic(file(agent("a", "!other")))).contains("🔄 Updated: 1", "   room_id: !moved → !other\n");
    }

    @Test
    @Tag("S31")
    void s31_anAgentThatComesBackIntoTheFileIsMadeAgain() {
        router.sync(file(agent("a", "!a"), agent("b", "!b")), "");
        router.sync(file(agent("a", "!a")), "");
        router.sql.update("DELETE FROM agent_mappings WHERE agent_id = 'b'");
        assertThat(automatic(file(agent("a", "!a"), agent("b", "!b")))).contains("✨ Created: 1");
    }

    @Test
    @Tag("S34")
    void s34_aRoomOrUserThatChangesHandsIsWarnedOfAndCounted(CapturedOutput output) {
        router.sync(file(agent("a", "!a"), agent("b", "!b")), "");
        router.sync(file(agent("a", "!b"), agent("b", "!a").replace("@b:", "@new:")), "");
        assertThat(output).contains("🔀 Room !b changes hands: b → a", "🔀 Room !a changes hands: a → b", "🔀 The Matrix user of b changes hands: @b:test.local → @new:test.local");
        assertThat(router.bean(MeterRegistry.class).get("router.mapping.moves").tag("kind", "room").counter().count()).isGreaterThanOrEqualTo(2);
        assertThat(router.sql.queryForObject("SELECT old ->> 'room_id' FROM router.change WHERE agent_id = 'a' ORDER BY sync_id DESC LIMIT 1", String.class)).isEqualTo("!a");
    }

    @Test
    @Tag("S28")
    @Tag("S32")
    void s28_s32_aSyncIsRecordedAndTakenBackButForRowsChangedSince() {
        router.sync(file(agent("a", "!a"), agent("b", "!b"), agent("c", "!c")), "");
        router.sync(file(agent("a", "!a2").replace("secret-of-a", "other-secret"), agent("b", "!b2"), agent("c", "!c"), agent("d", "!d"), agent("e", "nowhere")), "");
        long id = router.sql.queryForObject("SELECT max(id) FROM router.sync", Long.class);
        assertThat(router.http("GET", "/mappings/history", null).body()).contains("\"created\":1", "\"updated\":2", "\"agent_id\": \"e\"", "\"restorable\":true").doesNotContain("secret");
        router.sql.update("UPDATE agent_mappings SET room_id = '!since' WHERE agent_id = 'b'");
        Map<String, String> before = rooms();
        String planned = router.http("POST", "/mappings/history/" + id + "/restore?dryRun=true", null, "Accept", "text/plain").body();
        assertThat(planned).contains("🔄 Would UPDATE Name of a (a)\n   room_id: !a2 → !a\n   matrix_password: changed\n",
                "❌ Left as it is: Name of b (b): its row was changed since that sync", "🗑️  Would DELETE Name of d (d)").doesNotContain("secret");
        assertThat(rooms()).isEqualTo(before);
        router.http("POST", "/mappings/history/" + id + "/restore", null);
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!a", "b", "!since", "c", "!c"));
        assertThat(router.sql.queryForObject("SELECT matrix_password FROM agent_mappings WHERE agent_id = 'a'", String.class)).isEqualTo("secret-of-a");
        assertThat(router.http("POST", "/mappings/history/" + id + "/restore", null, "Accept", "text/plain").body()).contains("❌ Left as it is: Name of a (a)");
    }

    @Test
    @Tag("T2")
    void t2_aChangeThroughTheApiCountsAtOnceIsListedAndProtected() {
        String all = file(agent("a", "!a"), agent("b", "!b"));
        router.sync(all, "");
        assertThat(router.http("PATCH", "/agents/a/mapping", "{\"room_id\": \"!moved\"}").body()).contains("\"room_id\":\"!moved\"");
        assertThat(router.http("GET", "/agents/a/room", null).body()).contains("\"room_id\":\"!moved\"");
        assertThat(router.verify(all)).contains("⚠️  1 of these agents were changed in database since the last sync:\n   - Name of a (a)\n");
        assertThat(automatic(all)).contains("⚠️  Left as it is in database: Name of a (a), changed");
        assertThat(rooms()).containsEntry("a", "!moved");
    }

    @Test
    @Tag("S32")
    void s32_aRowThatCannotGoBackToARoomIsNamedAndAllOthersAreTakenBack() {
        router.sync(file(agent("a", "!a"), agent("b", "!b"), agent("c", "!c")), "");
        router.sync(file(agent("a", "!b"), agent("b", "!a"), agent("c", "!c2")), "");
        router.sql.update("UPDATE agent_mappings SET agent_name = 'since' WHERE agent_id = 'b'");
        insert("new", "!c");
        String expected = "❌ Left as it is: Name of a (a): room !a stays with b, whose row stays as it is; take it away there first\n"
                + "❌ Left as it is: Name of b (b): its row was changed since that sync\n"
                + "❌ Left as it is: Name of c (c): room !c stays with new, who has it already; take it away there first\n";
        assertThat(restore("?dryRun=true")).startsWith(expected);
        assertThat(restore("")).startsWith(expected);
        router.http("DELETE", "/agents/new/mapping", null);
        router.sql.update("UPDATE agent_mappings SET agent_name = 'Name of b' WHERE agent_id = 'b'");
        assertThat(router.http("POST", "/mappings/history/" + (lastSync() - 2) + "/restore", null, "Accept", "text/plain").body()).doesNotContain("❌");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!a", "b", "!b", "c", "!c"));
    }

    @ParameterizedTest
    @Tag("S32")
    @ValueSource(strings = {"true", "True", "TRUE"})
    void s32_aTrialOfARestoreChangesNothingHoweverItIsWritten(String dryRun) {
        router.sync(file(agent("a", "!a")), "");
        router.sync(file(agent("a", "!b")), "");
        assertThat(restore("?dryRun=" + dryRun)).contains("🔍 DRY RUN");
        assertThat(rooms()).containsEntry("a", "!b");
    }

    @Test
    @Tag("S32")
    @Tag("S25")
    void s32_invitationsAreTakenBackToo() {
        String invited = agent("a", "!a").replace("}", ", \"invitation_status\": {\"@you:test.local\": \"joined\"}}");
        router.sync(file(agent("a", "!a")), "");
        router.sync(file(invited), "");
        restore("");
        assertThat(invitees()).isEmpty();
        restore("");
        assertThat(invitees()).containsExactly("@you:test.local");
        router.http("DELETE", "/agents/a/mapping", null);
        assertThat(invitees()).isEmpty();
        assertThat(restore("")).contains("✨ Creating Name of a (a)");
        assertThat(invitees()).containsExactly("@you:test.local");
        router.sync(file(agent("a", "!b")), "");
        router.sql.update("INSERT INTO invitation_status VALUES ('a', '@since:test.local', 'joined')");
        restore("");
        assertThat(invitees()).containsExactly("@since:test.local", "@you:test.local");
    }

    @Test
    @Tag("S32")
    void s32_prunedAgentsAndRoomsThatWereGivenUpComeBack() {
        router.sync(file(agent("a", "!a"), agent("b", "!b"), agent("c", "!c")), "");
        router.sync(file(agent("a", "!a"), agent("c", "!b")), "");
        assertThat(restore("")).contains("🔄 Updating Name of b (b)\n   room_id: none → !b\n").doesNotContain("❌");
        router.sync(file(agent("a", "!b"), agent("c", "!c")), "?prune=true");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!b", "c", "!c"));
        assertThat(restore("")).contains("✨ Creating Name of b (b)").doesNotContain("❌");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "!a", "b", "!b", "c", "!c"));
    }

    @Test
    @Tag("T1")
    void t1_rowsOfTheOldSystemStayUntilOneSyncByHand() {
        insert("same", "!same");
        insert("newer", "!newer");
        String old = file(agent("same", "!same"), agent("newer", "!older"), agent("fresh", "!fresh"), agent("thief", "!newer"));
        String first = automatic(old);
        assertThat(first).contains("✨ Created: 1", "Left as it is in database: Name of newer (newer), never synced", "❌ Rejected Name of thief (thief), line 5: room !newer stays with newer");
        assertThat(rooms()).containsExactlyInAnyOrderEntriesOf(Map.of("same", "!same", "newer", "!newer", "fresh", "!fresh"));
        assertThat(router.sql.queryForObject("SELECT kept FROM router.sync ORDER BY id DESC LIMIT 1", Long.class)).isEqualTo(1);
        assertThat(router.sync(old, "")).contains("   room_id: !newer → !older\n");
    }

    /** A sync as the watcher runs it, of this content. */
    private static String automatic(String json) {
        return router.camel().createProducerTemplate().request("direct:sync-mappings", exchange -> {
            exchange.setVariable("sync", SyncRequest.automatic("watch"));
            exchange.getMessage().setBody(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        }).getMessage().getBody(SyncReport.class).text();
    }

    /** Takes back the newest sync. */
    private static String restore(String query) {
        return router.http("POST", "/mappings/history/" + lastSync() + "/restore" + query, null, "Accept", "text/plain").body();
    }

    private static long lastSync() {
        return router.sql.queryForObject("SELECT max(id) FROM router.sync", Long.class);
    }

    private static List<String> invitees() {
        return router.sql.queryForList("SELECT invitee FROM invitation_status ORDER BY invitee", String.class);
    }

    private static void insert(String id, String room) {
        router.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, room_id) VALUES (?, ?, ?, ?, ?)",
                id, "Name of " + id, "@" + id + ":test.local", "secret-of-" + id, room);
    }

    private static Map<String, String> rooms() {
        Map<String, String> rooms = new TreeMap<>();
        router.sql.query("SELECT agent_id, room_id FROM agent_mappings", row -> {
            rooms.put(row.getString(1), row.getString(2));
        });
        return rooms;
    }
}
