package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.SharedRouter;

/** Transactions that anybody in a room could make the homeserver send: whatever one event is, the others are answered. */
@ExtendWith(SharedRouter.class)
class HostileTransactionsTest {

    private static final int TRANSACTIONS = Integer.getInteger("transactions", 40);
    private static final String ROOM = "!hostile:test.local";
    private static final String OTHER = "!hostile-b:test.local";

    /** What stands where a text, an object or anything else is expected. */
    private static final List<String> VALUES = List.of("null", "true", "7", "-0", "1e999", "1.5e3", "[]", "{}", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"" + "x".repeat(300) + "\"", "[[[]]]", "{\"a\":{\"a\":{}}}",
            "\"" + ROOM + "\"", "\"" + OTHER + "\"", "\"" + PERSON + "\"", "\"@letta:test.local\"", "\"@agent_hostile:test.local\"", "\"m.replace\"", "\"m.thread\"", "\"m.notice\"", "\"m.image\"", "\"m.text\"", "\"m.room.message\"",
            "\"m.room.member\"", "\"m.room.redaction\"", "\"m.room.encrypted\"", "\"m.room.tombstone\"", "\"invite\"", "\"ban\"", "\"agent-hostile\"", "{\"source\":\"$x/0\",\"part\":1}", "{\"msgtype\":\"m.text\",\"body\":\"new\"}",
            "{\"rel_type\":\"m.replace\",\"event_id\":\"$none\"}", "{\"m.in_reply_to\":{\"event_id\":\"$none\"}}", "\"${body} {{env:HOME}} '; DROP TABLE agent_mappings; --\"", "nonsense", "\"\u0001\"", "[1,]");
    private static final List<String> FIELDS = List.of("event_id", "room_id", "sender", "type", "content", "state_key", "redacts", "unsigned", "origin_server_ts");
    private static final List<String> CONTENTS = List.of("msgtype", "body", "m.relates_to", "m.new_content", "membership", "org.matrixletta.source", "m.letta.from_agent_id", "m.letta_historical", "redacts", "replacement_room", "format");

    static MessagingRouter run;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    @BeforeAll
    static void share(MessagingRouter shared) {
        run = shared;
        run.map("Hostile", ROOM).map("Hostile-b", OTHER);
    }

    @Test
    @Tag("D1")
    @Tag("D2")
    @Tag("D5")
    void d1_d2_d5_everyEventIsStoredOnceAndNoneHoldsUpThoseBehindIt() {
        System.out.println("Hostile transactions: -Dseed=" + seed);
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < TRANSACTIONS; i++) {
            String name = i + "-";
            List<String> events = new ArrayList<>(IntStream.range(0, 1 + random.nextInt(4)).mapToObj(n -> hostile("$hostile-" + name + n)).toList());
            String good = RawEvent.text("$good-" + i, ROOM, PERSON, "good " + i);
            events.add(random.nextInt(events.size() + 1), good);
            byte[] body = RawEvent.transaction(events.toArray(String[]::new));
            List<String> before = stored();
            List<String> news = events.stream().distinct().filter(event -> !before.contains(event)).toList();

            for (String txnId : List.of("hostile-" + i, "again-" + i)) {
                assertThat(run.homeserver.transaction(txnId, body)).as(new String(body, StandardCharsets.UTF_8)).matches(answer -> answer.statusCode() == 200 && answer.body().equals("{}"));
            }

            assertThat(stored().stream().filter(news::contains)).as(new String(body, StandardCharsets.UTF_8)).isEqualTo(news);
            asked.add("good " + i);
        }

        run.hurryUntil(() -> assertThat(run.sql.queryForObject("SELECT count(*) FROM router.inbox WHERE event_id LIKE '$good-%' AND state = 'answered'", Integer.class)).isEqualTo(TRANSACTIONS));
        assertThat(run.letta.asked(agent("Hostile"))).containsSubsequence(asked);
        run.hurryUntil(() -> assertThat(run.sql.queryForList("SELECT event_id FROM router.inbox WHERE room_id IN (?, ?) AND state NOT IN ('answered', 'ignored', 'dead')", String.class, ROOM, OTHER)).isEmpty());
        assertThat(run.sql.queryForList("SELECT event_id FROM router.inbox WHERE state IN ('ignored', 'dead') AND reason IS NULL", String.class)).isEmpty();
        soon().untilAsserted(() -> assertThat(run.sql.queryForObject("SELECT count(*) FROM agent_mappings", Integer.class)).isEqualTo(2));
    }

    /** An event with some parts that are not as they should be, or not there, or there twice. */
    private String hostile(String eventId) {
        if (random.nextInt(8) == 0) {
            return VALUES.get(random.nextInt(VALUES.size()));
        }
        List<String> content = members(List.of("\"msgtype\":\"m.text\"", "\"body\":\"hi\""), CONTENTS);
        return "{" + String.join(",", members(List.of("\"event_id\":\"" + eventId + "\"", "\"room_id\":\"" + (random.nextBoolean() ? ROOM : OTHER) + "\"", "\"sender\":\"" + PERSON + "\"",
                "\"type\":\"m.room.message\"", "\"content\":{" + String.join(",", content) + "}"), FIELDS)) + "}";
    }

    private List<String> members(List<String> good, List<String> names) {
        List<String> members = new ArrayList<>(good);
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(4) > 0) {
                members.removeIf(member -> member.startsWith("\"" + name + "\""));
            }
            if (random.nextInt(5) > 0) {
                String value = VALUES.get(random.nextInt(VALUES.size()));
                members.add(random.nextInt(members.size() + 1), "\"" + name + "\":" + (name.equals("event_id") ? ofOneEvent(value) : value));
            }
        }
        return members;
    }

    /** A text that no other event has as its id: of two with one id, the second is the first come again. */
    private String ofOneEvent(String value) {
        return value.replaceFirst("([^\"])\"$", "$1" + random.nextInt(Integer.MAX_VALUE) + "\"");
    }

    private static List<String> stored() {
        return run.sql.query("SELECT raw FROM router.inbox ORDER BY seq", (row, n) -> new String(row.getBytes(1), StandardCharsets.UTF_8));
    }
}
