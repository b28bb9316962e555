package org.matrixletta.router.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.mapping.TestFile.entry;
import static org.matrixletta.router.mapping.TestFile.file;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.RunningRouter;

/**
 * Random histories of syncs and changes by SQL, with few agents, rooms and users so that they meet, against the rules of ownership
 * written down a second time, as plainly as they are told.
 */
class PlanPropertyTest {

    /** A few for every build; {@code -Dhistories=200} for a hunt, with {@code -Dseed} to see one again. */
    private static final int HISTORIES = Integer.getInteger("histories", 3);
    private static final int STEPS = 5;
    private static final List<String> AGENTS = List.of("a", "b", "c", "d", "e");

    static RunningRouter router;

    private final Map<String, Row> stored = new TreeMap<>();
    private final Map<String, Applied> applied = new TreeMap<>();
    private Random random;
    private boolean roomsAreShared;

    /** A row of the table; a room may be null. */
    private record Row(String name, String user, String room) {
    }

    /** What the last applied file said of an agent: null if it did not hold it; and the room that a sync saw or wrote. */
    private record Applied(String json, String room) {
    }

    /** An entry: a user of null is malformed, a room of null is JSON's, {@code "-"} is not stated, {@code "?"} malformed. */
    private record Entry(String agent, String name, String user, String room) {

        String json() {
            return entry(agent, "\"agent_name\": \"" + name + "\", \"matrix_user_id\": \"" + (user == null ? "nobody" : user) + "\""
                    + (Objects.equals(room, "-") ? "" : ", \"room_id\": " + (room == null ? "null" : "\"" + room + "\"")));
        }

        boolean isFaulty() {
            return user == null || Objects.equals(room, "?");
        }
    }

    @BeforeAll
    static void start() {
        router = RunningRouter.start();
    }

    @AfterAll
    static void stop() {
        router.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Tag("S3")
    @Tag("S13")
    @Tag("S14")
    @Tag("S29")
    @Tag("S31")
    void s3_s13_s14_s29_s31_whateverCameBeforeASyncDoesWhatTheRulesSay(boolean unique) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("PlanPropertyTest: -Dseed=" + seed);
        random = new Random(seed);
        roomsAreShared = !unique;
        if (roomsAreShared) {
            router.sql.execute("ALTER TABLE agent_mappings DROP CONSTRAINT agent_mappings_room_id_key");
        }
        for (int history = 0; history < HISTORIES; history++) {
            router.emptyStore();
            stored.clear();
            applied.clear();
            List<String> told = new ArrayList<>();
            for (int step = 0; step < STEPS; step++) {
                told.add(changeBySql());
                List<Entry> entries = randomFile();
                boolean byHand = random.nextBoolean();
                boolean prune = byHand && random.nextInt(4) == 0;
                told.add((byHand ? "by hand" : "watch") + (prune ? ", pruning" : "") + " " + entries);
                sync(entries, byHand, prune, "seed " + seed + ", history " + history + ": " + told);
            }
        }
    }

    private void sync(List<Entry> entries, boolean byHand, boolean prune, String story) {
        String json = file(entries.stream().map(Entry::json).toArray(String[]::new));
        Map<String, String> verdicts = judge(entries, byHand, prune);
        List<?> before = table();
        SyncReport planned = run(json, byHand, prune, true);
        assertThat(table()).as(story).isEqualTo(before);
        SyncReport done = run(json, byHand, prune, false);
        assertThat(done.lines()).as("the plan of the dry run: " + story).isEqualTo(planned.lines());
        assertThat(done.counts()).as("the counts of the dry run: " + story).isEqualTo(planned.counts());
        Map<String, String> actions = done.lines().stream().collect(Collectors.toMap(PlanLine::agentId, PlanLine::action, (one, other) -> one, TreeMap::new));
        assertThat(actions).as(story).isEqualTo(verdicts.entrySet().stream().filter(verdict -> !verdict.getValue().equals("unchanged"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, TreeMap::new)));
        apply(entries, verdicts);
        assertThat(table()).as(story).isEqualTo(expected());
        namesAllClaimants(entries, done, story);
        boolean isClean = !verdicts.containsValue("rejected") && !verdicts.containsValue("kept");
        if (isClean) {
            assertThat(run(json, byHand, prune, false).lines()).as("the same again: " + story).allMatch(line -> line.action().equals("absent"));
            assertThat(done.verification().differences()).as(story).isEqualTo(shared());
        } else {
            assertThat(done.verification().differences()).as(story).isPositive();
        }
        Map<String, String> again = judge(entries, byHand, prune);
        run(json, byHand, prune, false);
        apply(entries, again);
        assertThat(table()).as("the same again: " + story).isEqualTo(expected());
    }

    /** What each agent meets, by the rules as they are told. */
    private Map<String, String> judge(List<Entry> entries, boolean byHand, boolean prune) {
        Map<String, Entry> inFile = new LinkedHashMap<>();
        entries.forEach(entry -> inFile.put(entry.agent(), entry));
        Map<String, String> verdicts = new TreeMap<>();
        stored.keySet().stream().filter(agent -> !inFile.containsKey(agent)).forEach(agent -> verdicts.put(agent, prune ? "delete" : "absent"));
        Set<Entry> losers = new HashSet<>(losers(entries, this::room, Row::room));
        losers.addAll(losers(entries, this::user, Row::user));
        for (Entry entry : entries) {
            Row row = stored.get(entry.agent());
            Applied last = applied.get(entry.agent());
            boolean isLeft = row != null && last == null || last != null && entry.json().equals(last.json());
            verdicts.put(entry.agent(), entry.isFaulty() || losers.contains(entry) ? "rejected" : wanted(entry).equals(row) ? "unchanged"
                    : isLeft && !byHand ? "kept" : row == null ? "create" : "update");
        }
        for (boolean isFixpoint = false; !isFixpoint;) {
            isFixpoint = true;
            for (Entry entry : entries) {
                if (isWriting(verdicts.get(entry.agent())) && (isKept(entry, inFile, verdicts, this::room, Row::room, true) || isKept(entry, inFile, verdicts, this::user, Row::user, false))) {
                    verdicts.put(entry.agent(), "rejected");
                    isFixpoint = false;
                }
            }
        }
        for (Entry entry : entries) {
            Row row = stored.get(entry.agent());
            String room = room(entry);
            if (isWriting(verdicts.get(entry.agent())) && room != null && (row == null || !room.equals(row.room()))) {
                verdicts.replaceAll((agent, verdict) -> verdict.equals("absent") && room.equals(stored.get(agent).room()) ? "release" : verdict);
            }
        }
        return verdicts;
    }

    private Collection<Entry> losers(List<Entry> entries, Function<Entry, String> claim, Function<Row, String> held) {
        Map<String, List<Entry>> claimants = entries.stream().filter(entry -> claim.apply(entry) != null).collect(Collectors.groupingBy(claim));
        List<Entry> losers = new ArrayList<>();
        claimants.forEach((value, rivals) -> {
            List<Entry> owners = rivals.stream().filter(entry -> stored.containsKey(entry.agent()) && value.equals(held.apply(stored.get(entry.agent())))).toList();
            List<Entry> keepers = owners.isEmpty() ? rivals.subList(0, 1) : owners;
            rivals.stream().filter(entry -> !keepers.contains(entry)).forEach(losers::add);
        });
        return losers;
    }

    /** Whether what the entry newly wants stays with another row. */
    private boolean isKept(Entry entry, Map<String, Entry> inFile, Map<String, String> verdicts, Function<Entry, String> claim, Function<Row, String> held, boolean canBeGivenUp) {
        String value = claim.apply(entry);
        Row own = stored.get(entry.agent());
        if (value == null || own != null && value.equals(held.apply(own))) {
            return false;
        }
        return stored.entrySet().stream().filter(other -> !other.getKey().equals(entry.agent()) && value.equals(held.apply(other.getValue()))).anyMatch(other -> {
            Applied last = applied.get(other.getKey());
            return !switch (verdicts.get(other.getKey())) {
                case "delete" -> true;
                case "absent" -> canBeGivenUp && last != null && value.equals(last.room());
                case "update" -> !value.equals(claim.apply(inFile.get(other.getKey())));
                default -> false;
            };
        });
    }

    private void apply(List<Entry> entries, Map<String, String> verdicts) {
        verdicts.forEach((agent, verdict) -> {
            switch (verdict) {
                case "delete" -> {
                    stored.remove(agent);
                    applied.remove(agent);
                }
                case "release" -> stored.computeIfPresent(agent, (same, row) -> new Row(row.name(), row.user(), null));
                default -> { }
            }
        });
        Set<String> inFile = new HashSet<>();
        for (Entry entry : entries) {
            inFile.add(entry.agent());
            String verdict = verdicts.get(entry.agent());
            if (isWriting(verdict) || verdict.equals("unchanged")) {
                stored.put(entry.agent(), wanted(entry));
                applied.put(entry.agent(), new Applied(entry.json(), room(entry) == null ? null : stored.get(entry.agent()).room()));
            }
        }
        applied.replaceAll((agent, last) -> inFile.contains(agent) ? last : new Applied(null, "release".equals(verdicts.get(agent)) ? null : last.room()));
    }

    private void namesAllClaimants(List<Entry> entries, SyncReport done, String story) {
        for (PlanLine line : done.lines()) {
            if (line.action().equals("rejected") && line.reason().contains(" is claimed by ")) {
                assertThat(line.reason().split("; leave it to one of them")).as(story).filteredOn(reason -> reason.contains(" is claimed by ")).allSatisfy(reason -> {
                    String value = reason.replaceFirst("(?s).*(?:room|Matrix user) (\\S+) is claimed by .*", "$1");
                    String claimants = entries.stream().filter(entry -> value.equals(room(entry)) || value.equals(user(entry))).map(Entry::agent).collect(Collectors.joining(", "));
                    assertThat(reason).contains(" is claimed by " + claimants + " and stays with ");
                });
            }
        }
    }

    private Row wanted(Entry entry) {
        return new Row(entry.name(), user(entry), room(entry));
    }

    private String user(Entry entry) {
        Row row = stored.get(entry.agent());
        return entry.user() != null || row == null ? entry.user() : row.user();
    }

    private String room(Entry entry) {
        Row row = stored.get(entry.agent());
        return switch (String.valueOf(entry.room())) {
            case "?" -> null;
            case "-" -> row == null ? null : row.room();
            default -> entry.room();
        };
    }

    private static boolean isWriting(String verdict) {
        return verdict.equals("create") || verdict.equals("update");
    }

    /** A few changes behind the router's back, none of which breaks what the table itself forbids. */
    private String changeBySql() {
        StringBuilder told = new StringBuilder("by SQL");
        for (int change = random.nextInt(3); change > 0; change--) {
            String agent = pick(AGENTS);
            Row row = new Row(pick(List.of("n1", "n2")), "@" + random.nextInt(7) + ":test.local", random.nextInt(4) == 0 ? null : "!" + random.nextInt(5));
            boolean isFree = stored.entrySet().stream().filter(other -> !other.getKey().equals(agent))
                    .noneMatch(other -> other.getValue().user().equals(row.user()) || !roomsAreShared && row.room() != null && row.room().equals(other.getValue().room()));
            if (random.nextInt(4) == 0) {
                stored.remove(agent);
                told.append(" -").append(agent);
            } else if (isFree) {
                stored.put(agent, row);
                told.append(' ').append(agent).append('=').append(row);
            }
        }
        router.sql.execute("TRUNCATE agent_mappings");
        stored.forEach((agent, row) -> router.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, room_id) VALUES (?, ?, ?, '', ?)",
                agent, row.name(), row.user(), row.room()));
        return told.toString();
    }

    private List<Entry> randomFile() {
        List<String> agents = new ArrayList<>(AGENTS);
        Collections.shuffle(agents, random);
        return IntStream.range(0, 1 + random.nextInt(AGENTS.size())).mapToObj(agents::get).map(agent -> {
            Row row = stored.get(agent);
            if (row != null && random.nextInt(2) == 0) {
                return new Entry(agent, pick(List.of("n1", "n2")), row.user(), random.nextInt(4) == 0 ? "-" : row.room());
            }
            String room = switch (random.nextInt(12)) {
                case 0 -> null;
                case 1 -> "-";
                case 2 -> "?";
                default -> "!" + random.nextInt(5);
            };
            return new Entry(agent, pick(List.of("n1", "n2")), random.nextInt(12) == 0 ? null : "@" + random.nextInt(7) + ":test.local", room);
        }).toList();
    }

    private <T> T pick(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    private static SyncReport run(String json, boolean byHand, boolean prune, boolean dryRun) {
        Exchange exchange = router.camel().createProducerTemplate().request(dryRun ? "direct:dry-run-mappings" : "direct:sync-mappings", request -> {
            request.setVariable("sync", new SyncRequest("test", byHand, true, dryRun, prune, prune));
            request.getMessage().setBody(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        });
        assertThat(exchange.getException()).isNull();
        return exchange.getMessage().getBody(SyncReport.class);
    }

    private static List<?> table() {
        return router.sql.queryForList("SELECT agent_id || ' ' || agent_name || ' ' || matrix_user_id || ' ' || coalesce(room_id, 'none') FROM agent_mappings ORDER BY agent_id", String.class);
    }

    private List<?> expected() {
        return stored.entrySet().stream().map(row -> row.getKey() + " " + row.getValue().name() + " " + row.getValue().user() + " " + Objects.requireNonNullElse(row.getValue().room(), "none")).toList();
    }

    private static long shared() {
        return router.sql.queryForObject("SELECT count(*) FROM (SELECT FROM agent_mappings WHERE room_id IS NOT NULL GROUP BY room_id HAVING count(*) > 1) shared", Long.class);
    }
}
