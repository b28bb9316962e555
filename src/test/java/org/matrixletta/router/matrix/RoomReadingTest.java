package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.matrix.TestEvent.READER;

import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one run over a room asks, takes and keeps, whatever the homeserver says. */
@Tag("D6")
class RoomReadingTest {

    private static final String AGENT = "@agent_bmo:test.local";
    private static final String BOT = "@letta:test.local";
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @Test
    void d6_aRoomThatIsReadReadsOnFromItsPositionUntilThereIsNoFurtherPage() {
        RoomReading reading = begin("t1", null);
        assertThat(reading.next().query()).isEqualTo("user_id=%40agent_bmo%3Atest.local&dir=f&limit=100&from=t1");

        answer(reading, page("t2", event("$a", NOW)));
        assertThat(reading.eventIds()).containsExactly("$a");
        assertThat(reading.next().query()).endsWith("&from=t2");
        assertThat(reading.isComplete()).isFalse();

        answer(reading, page(null));
        assertThat(reading.isOpen()).isFalse();
        assertThat(reading.position()).isEqualTo("t2");
        assertThat(reading.isComplete()).isTrue();
        assertThat(reading.delay()).isNull();
    }

    @Test
    void d6_whereNothingIsNewThePositionStays() {
        RoomReading reading = begin("t1", null);
        answer(reading, page(null));

        assertThat(reading.position()).isNull();
        assertThat(reading.isComplete()).isTrue();
    }

    @Test
    void d6_aServerThatAlwaysNamesAnEndIsNotReadForEver() {
        RoomReading reading = begin("t1", null);
        answer(reading, page("t1"));

        assertThat(reading.isOpen()).isFalse();
        assertThat(reading.isComplete()).isTrue();
    }

    @Test
    void d6_aRoomThatIsSeenForTheFirstTimeStandsBehindItsNewestEventAndTakesNone() {
        RoomReading reading = begin(null, null);
        assertThat(reading.next().query()).endsWith("&dir=b&limit=1");
        answer(reading, page("t8", event("$new", NOW)));
        assertThat(reading.next().query()).endsWith("&dir=f&limit=1&from=t8");
        answer(reading, page("t9", event("$new", NOW)));

        assertThat(reading.hasEvents()).isFalse();
        assertThat(reading.position()).isEqualTo("t9");
        assertThat(reading.isComplete()).isTrue();
    }

    @Test
    void d6_whatIsTooOldOrFromATimeBeforeTheReaderWasInTheRoomIsLeft() {
        RoomReading reading = begin("t1", null);
        answer(reading, page("t2", event("$old", NOW.minus(Duration.ofHours(25))), event("$before", NOW, "leave"), event("$invited", NOW, "invite"), event("$joined", NOW, "join"),
                event("$undated", null), event("$a", NOW)));

        assertThat(reading.eventIds()).containsExactly("$joined", "$a");
    }

    @Test
    void d6_noEventIsFromTheFuture() {
        RoomReading reading = begin("t1", null);
        answer(reading, page("t2", event("$future", Instant.ofEpochMilli(Long.MAX_VALUE))));

        assertThat(reading.events()).singleElement().satisfies(found -> assertThat(found.sentAt()).isBeforeOrEqualTo(Instant.now()));
    }

    @Test
    void d6_afterSoManyPagesTheRestIsLeftToTheNextRun() {
        RoomReading reading = begin("t0", null);
        for (int read = 1; read <= RoomReading.PAGES; read++) {
            assertThat(reading.isOpen()).isTrue();
            answer(reading, page("t" + read, event("$" + read, NOW)));
        }

        assertThat(reading.isOpen()).isFalse();
        assertThat(reading.hasRest()).isTrue();
        assertThat(reading.isComplete()).isFalse();
        assertThat(reading.position()).isEqualTo("t" + RoomReading.PAGES);
        assertThat(reading.delay()).isEqualTo(60_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404})
    void d6_whereTheAgentIsNotInTheRoomTheBotReads(int status) {
        RoomReading reading = begin("t1", null);
        reading.answered(status, null, bytes("{\"errcode\":\"M_FORBIDDEN\",\"error\":\"User not in room\"}"), READER);
        assertThat(reading.next().query()).isEqualTo("user_id=%40letta%3Atest.local&dir=f&limit=100&from=t1");

        reading.answered(status, null, bytes("{\"errcode\":\"M_FORBIDDEN\",\"error\":\"User not in room\"}"), READER);
        assertThat(reading.isOpen()).isFalse();
        assertThat(reading.fault()).contains(String.valueOf(status)).contains("M_FORBIDDEN");
        assertThat(reading.isNews()).isTrue();
        assertThat(reading.position()).isNull();
        assertThat(reading.isComplete()).isFalse();
    }

    @Test
    void d6_aFaultThatIsKnownIsNoNews() {
        Map<String, Object> row = row("t1", null);
        row.put("fault", "The homeserver answered 403 M_FORBIDDEN");
        RoomReading reading = new RoomReading(row, List.of(BOT));
        reading.answered(403, null, bytes("{\"errcode\":\"M_FORBIDDEN\"}"), READER);
        assertThat(reading.isNews()).isFalse();

        reading = new RoomReading(row, List.of(BOT));
        reading.answered(502, null, null, READER);
        assertThat(reading.isNews()).as("an outage says nothing of the room").isFalse();

        reading = new RoomReading(row, List.of(BOT));
        answer(reading, page(null));
        assertThat(reading.isNews()).isTrue();
        assertThat(reading.fault()).isNull();
    }

    @Test
    void d6_whoeverIsAskedToWaitWaits() {
        RoomReading reading = begin("t1", null);
        answer(reading, page("t2", event("$a", NOW)));
        reading.answered(429, "120", bytes("{\"errcode\":\"M_LIMIT_EXCEEDED\"}"), READER);

        assertThat(reading.isOpen()).isFalse();
        assertThat(reading.hasEvents()).as("nothing is stored twice").isFalse();
        assertThat(reading.position()).as("what was read is read").isEqualTo("t2");
        assertThat(reading.delay()).isEqualTo(120_000);
        assertThat(reading.fault()).isNull();
    }

    @Test
    void d6_whoeverIsAskedToWaitNoTimeAtAllDoesNotAskWithoutAPause() {
        RoomReading reading = begin("t1", null);
        reading.answered(429, "0", bytes("{\"errcode\":\"M_LIMIT_EXCEEDED\"}"), READER);

        assertThat(reading.delay()).isEqualTo(10_000);
    }

    @Test
    void d6_anOutageIsNoFaultOfTheRoom() {
        RoomReading broken = begin("t1", null);
        broken.failed();
        RoomReading error = begin("t1", null);
        error.answered(500, null, bytes("oops"), READER);

        assertThat(List.of(broken, error)).allSatisfy(reading -> {
            assertThat(reading.isOpen()).isFalse();
            assertThat(reading.delay()).isBetween(10_000L, 60_000L);
            assertThat(reading.fault()).isNull();
            assertThat(reading.position()).isNull();
        });
    }

    @Test
    void d6_anAnswerThatIsNoPageIsAFault() {
        RoomReading reading = begin("t1", null);
        reading.answered(200, null, bytes("<html>"), READER);

        assertThat(reading.fault()).isEqualTo("The homeserver's answer is no page of events");
    }

    @Test
    void d6_aPositionThatIsNotKnownAnyMoreIsLookedForBackToTheLastRunAndThenReadForwards() {
        RoomReading reading = begin("t1", NOW.minus(Duration.ofMinutes(10)));
        reading.answered(400, null, bytes("{\"errcode\":\"M_UNKNOWN\",\"error\":\"'from' parameter is invalid\"}"), READER);
        assertThat(reading.next().query()).endsWith("&dir=b&limit=100");
        answer(reading, page("b1", event("$c", NOW), event("$b", NOW.minus(Duration.ofMinutes(5)))));
        assertThat(reading.next().query()).endsWith("&dir=b&limit=100&from=b1");
        answer(reading, page("b2", event("$a", NOW.minus(Duration.ofMinutes(9))), event("$known", NOW.minus(Duration.ofMinutes(11)))));
        assertThat(reading.hasEvents()).as("what is read backwards is not stored").isFalse();

        assertThat(reading.next().query()).endsWith("&dir=f&limit=100&from=b2");
        answer(reading, page("t9", event("$known", NOW.minus(Duration.ofMinutes(11))), event("$a", NOW.minus(Duration.ofMinutes(9))), event("$b", NOW.minus(Duration.ofMinutes(5))), event("$c", NOW)));
        assertThat(reading.eventIds()).containsExactly("$a", "$b", "$c");
        assertThat(reading.position()).isEqualTo("t9");
        assertThat(reading.hasLostPosition()).isTrue();
    }

    @Test
    void d6_whatLiesTooFarBackOfALostPositionIsReportedAsLost() {
        RoomReading reading = begin("t1", NOW.minus(Duration.ofHours(10)));
        reading.answered(400, null, bytes("{\"errcode\":\"M_UNKNOWN\",\"error\":\"'from' parameter is invalid\"}"), READER);
        for (int read = 1; read <= RoomReading.PAGES; read++) {
            assertThat(reading.hasGap()).isFalse();
            answer(reading, page("b" + read, event("$" + read, NOW.minus(Duration.ofMinutes(read)))));
        }

        assertThat(reading.next().query()).endsWith("&dir=f&limit=100&from=b" + RoomReading.PAGES);
        assertThat(reading.hasGap()).isTrue();
    }

    @Test
    void d6_aHomeserverThatRefusesEveryPositionIsNotAskedForEver() {
        RoomReading reading = new RoomReading(row("t1", null), List.of(BOT));
        reading.answered(400, null, bytes("{\"errcode\":\"M_UNKNOWN\"}"), READER);
        answer(reading, page("b1", event("$a", NOW.minus(Duration.ofDays(2)))));
        reading.answered(400, null, bytes("{\"errcode\":\"M_UNKNOWN\"}"), READER);

        assertThat(reading.isOpen()).isFalse();
        assertThat(reading.fault()).contains("400");
    }

    private static RoomReading begin(String position, Instant readAt) {
        return new RoomReading(row(position, readAt), List.of(AGENT, BOT));
    }

    private static Map<String, Object> row(String position, Instant readAt) {
        Map<String, Object> row = new HashMap<>(Map.of("room_id", "!one:test.local", "claimed_at", Timestamp.from(NOW), "oldest", Timestamp.from(NOW.minus(Duration.ofHours(24)))));
        row.put("position", position);
        row.put("read_at", readAt == null ? null : Timestamp.from(readAt));
        return row;
    }

    private static void answer(RoomReading reading, String page) {
        reading.answered(200, null, bytes(page), READER);
    }

    private static String page(String end, String... events) {
        return "{\"chunk\":[" + String.join(",", events) + "],\"start\":\"s\"" + (end == null ? "" : ",\"end\":\"" + end + "\"") + "}";
    }

    private static String event(String id, Instant sentAt) {
        return event(id, sentAt, null);
    }

    private static String event(String id, Instant sentAt, String membership) {
        String time = sentAt == null ? "" : ", \"origin_server_ts\": " + sentAt.toEpochMilli();
        return TestEvent.text(id, "hi").replace(", \"origin_server_ts\": 1700000000000", time).replaceFirst("}$", membership == null ? "}" : ", \"unsigned\": {\"membership\": \"" + membership + "\"}}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
