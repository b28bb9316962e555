package org.matrixletta.router.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.matrixletta.router.delivery.MessageFloor;
import org.springframework.jdbc.core.JdbcTemplate;

/** Messages through a running router, from the transaction to the posted answer, between peers that answer at once. */
final class MessageBenchmark {

    static final String AS_TOKEN = "bench-as-0123456789abcdef0123456789abcdef";
    static final String HS_TOKEN = "bench-hs-0123456789abcdef0123456789abcdef";

    private static final String ANSWER = "{\"messages\":[{\"id\":\"m\",\"message_type\":\"assistant_message\",\"content\":\"answer %d!\"}],"
            + "\"stop_reason\":{\"message_type\":\"stop_reason\",\"stop_reason\":\"end_turn\"},\"usage\":{}}";
    private static final Pattern NUMBER = Pattern.compile("(?:question|answer) (\\d+)!");
    private static final int ROOMS = 100;
    private static final int TRANSACTION = 100;
    private static final int MOST = 400_000;
    private static final int SCRAPES = 50;
    private static final Duration TOO_LONG = Duration.ofMinutes(5);

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLongArray pushed = new AtomicLongArray(MOST);
    private final AtomicLongArray asked = new AtomicLongArray(MOST);
    private final AtomicLongArray answered = new AtomicLongArray(MOST);
    private final AtomicLongArray posted = new AtomicLongArray(MOST);
    private final AtomicInteger doubled = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile CountDownLatch left = new CountDownLatch(0);
    private volatile Duration turn = Duration.ZERO;
    private final AtomicInteger turnsAtOnce = new AtomicInteger();
    private volatile int mostTurnsAtOnce;
    private String service;
    private int next;

    final InstantPeer letta = new InstantPeer((method, path, body) -> {
        if (!method.equals("POST")) {
            return "{}";
        }
        int number = number(body);
        asked.set(number, System.nanoTime());
        mostTurnsAtOnce = Math.max(mostTurnsAtOnce, turnsAtOnce.incrementAndGet());
        if (!turn.isZero()) {
            TimeUnit.NANOSECONDS.sleep(turn.toNanos());
        }
        turnsAtOnce.decrementAndGet();
        answered.set(number, System.nanoTime());
        return ANSWER.formatted(number);
    }, threads);

    final InstantPeer homeserver = new InstantPeer((method, path, body) -> {
        if (!path.contains("/send/")) {
            return "{\"joined_rooms\":[]}";
        }
        int number = number(body);
        if (posted.getAndSet(number, System.nanoTime()) != 0) {
            doubled.incrementAndGet();
        }
        left.countDown();
        return "{\"event_id\":\"$posted-" + number + "\"}";
    }, threads);

    private final int turnLimit;

    /** The peers are up before the router is. */
    MessageBenchmark(int turnLimit) throws IOException {
        this.turnLimit = turnLimit;
    }

    /** What the router is started with; the limits that protect a room from people are out of the way. */
    String[] settings() {
        return new String[] {"--router.matrix-intake=appservice", "--router.matrix-homeserver-url=" + homeserver.url(), "--router.letta-api-url=" + letta.url(), "--router.matrix-as-token=" + AS_TOKEN,
                "--router.matrix-hs-token=" + HS_TOKEN, "--router.room-turns-per-hour=0", "--router.room-waiting-limit=0", "--router.letta-max-turns=" + turnLimit,
                "--router.metrics-agents=" + turnLimit};
    }

    /** Prints the rows of messages. */
    void run(Table table, Router router, JdbcTemplate sql) throws Exception {
        service = router.url();
        map(sql, ROOMS);
        throughput(40_000); // until the compiler has done its work
        double rate = throughput(20_000);
        double floor = new MessageFloor(router.context()).messagesPerSecond(5_000, ROOMS);
        table.row("messages a second, transaction to posted answer, " + ROOMS + " agents", "%,.0f".formatted(rate), "%,.0f".formatted(floor), "%.2f".formatted(floor / rate));
        table.row("the same requests with nothing between them (HTTP echo)", "%,.0f".formatted(echo(20_000)));
        latency(table, "10 messages a second", 10, 300);
        latency(table, "half of the maximum", (int) (rate / 2), (int) rate * 5);
        settled(sql, ROOMS);
        table.row("messages a second with 1,000,000 old ones in the inbox", "%,.0f".formatted(throughput(20_000)));
        latency(table, "10 messages a second, with 1,000,000 old ones", 10, 300);
        if (doubled.get() > 0) {
            throw new IllegalStateException(doubled + " answers were posted twice");
        }
    }

    /** How many turns that each take a minute run at the same time. */
    void turns(Table table, Router router, JdbcTemplate sql, int agents) throws Exception {
        service = router.url();
        map(sql, agents);
        turn = Duration.ofSeconds(60);
        mostTurnsAtOnce = 0;
        long start = System.nanoTime();
        push(agents, agents);
        int connections = 0;
        long memory = 0;
        while (!left.await(5, TimeUnit.SECONDS)) {
            connections = Math.max(connections, sql.queryForObject("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'matrix-letta-router'", Integer.class));
            memory = Math.max(memory, megabytes());
        }
        turn = Duration.ZERO;
        table.row("%,d agents that each take 60 s, asked at once: at work at the same time / all answered after".formatted(agents), "%,d / %s".formatted(mostTurnsAtOnce, Table.seconds((System.nanoTime() - start) / 1e6)));
        table.row("the same: database connections / memory of router and peers, in one process", "%d / %,d MB".formatted(connections, memory));
    }

    /** How long Prometheus waits for its answer, and the router for the store's, while messages of many agents wait and many more are settled. */
    void scrape(Table table, Router router, JdbcTemplate sql, int agents) throws Exception {
        service = router.url();
        map(sql, agents);
        push(agents, agents);
        if (!left.await(TOO_LONG.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(left.getCount() + " messages were not answered");
        }
        settled(sql, agents);
        sql.update("INSERT INTO router.peer (name, down_since, paused_until) VALUES ('letta', now(), now() + interval '1 minute') ON CONFLICT (name) DO UPDATE SET down_since = now(), paused_until = now() + interval '1 minute'");
        push(10 * agents, agents);
        Clock look = new Clock(SCRAPES);
        Clock scrape = new Clock(SCRAPES);
        HttpRequest request = HttpRequest.newBuilder(URI.create(service + "/metrics")).header("Authorization", "Bearer " + Router.KEY).build();
        String metrics = "";
        for (int i = 0; i < SCRAPES; i++) {
            look.time(router::lookAtStore);
            scrape.time(() -> http.send(request, HttpResponse.BodyHandlers.ofString()));
            metrics = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
        for (String series : new String[] {"router_agent_waiting{", "router_agent_turns_total{"}) {
            if (metrics.lines().filter(line -> line.startsWith(series)).count() < agents) {
                throw new IllegalStateException("not every agent has its series " + series);
            }
        }
        table.row("scrape of /metrics with %,d agents, each with series of its own (%,d lines)".formatted(agents, metrics.lines().filter(line -> !line.startsWith("#")).count()), Table.milliseconds(scrape.median()));
        table.row("what the store is asked for them every 5 s, with %,d messages waiting and 1,000,000 old ones".formatted(10 * agents), Table.milliseconds(look.median()));
        sql.update("UPDATE router.inbox SET state = 'dropped' WHERE state = 'waiting'");
        sql.update("DELETE FROM router.peer");
    }

    private static void settled(JdbcTemplate sql, int rooms) {
        sql.execute("INSERT INTO router.inbox (event_id, room_id, sender, type, source, state, raw, settled_at, agent_id, asked_at) SELECT '$old' || n, '!room' || n % " + rooms
                + " || ':test.local', '@p:test.local', 'm.room.message', 'push', 'answered', convert_to(repeat('x', 300), 'UTF8'), now(), 'agent-' || n % " + rooms
                + ", now() - interval '2 days' FROM generate_series(1, 1000000) n ON CONFLICT (event_id) DO NOTHING");
        sql.execute("ANALYZE router.inbox");
    }

    /** What the process has in memory, of which the peers' half is not the router's. */
    private static long megabytes() throws IOException {
        String kilobytes = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow().replaceAll("\\D", "");
        return Long.parseLong(kilobytes) / 1024;
    }

    private static void map(JdbcTemplate sql, int agents) {
        sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password, room_id) SELECT 'agent-' || n, 'Agent ' || n, '@agent_' || n || ':test.local', '', '!room' || n || ':test.local' FROM generate_series(0, ?) n ON CONFLICT (agent_id) DO NOTHING", agents - 1);
    }

    private double throughput(int messages) throws Exception {
        long start = System.nanoTime();
        push(messages, ROOMS);
        if (!left.await(TOO_LONG.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(left.getCount() + " of " + messages + " messages were not answered");
        }
        return messages / ((System.nanoTime() - start) / 1e9);
    }

    private void push(int messages, int rooms) throws Exception {
        left = new CountDownLatch(messages);
        for (int first = 0; first < messages; first += TRANSACTION) {
            transaction(Math.min(TRANSACTION, messages - first), rooms);
        }
    }

    private void transaction(int events, int rooms) throws Exception {
        StringBuilder body = new StringBuilder("{\"events\":[");
        int first = next;
        for (int i = 0; i < events; i++, next++) {
            body.append(i == 0 ? "" : ",").append("{\"type\":\"m.room.message\",\"event_id\":\"$question-").append(next).append("\",\"room_id\":\"!room").append(next % rooms)
                    .append(":test.local\",\"sender\":\"@person:test.local\",\"origin_server_ts\":1,\"content\":{\"msgtype\":\"m.text\",\"body\":\"question ").append(next).append("!\"}}");
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(service + "/_matrix/app/v1/transactions/" + first)).header("Authorization", "Bearer " + HS_TOKEN)
                .header("Content-Type", "application/json").PUT(HttpRequest.BodyPublishers.ofString(body.append("]}").toString())).build();
        long now = System.nanoTime();
        for (int number = first; number < next; number++) {
            pushed.set(number, now);
        }
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("a transaction was answered with " + answer.statusCode() + " " + answer.body());
        }
    }

    private void latency(Table table, String load, int perSecond, int messages) throws Exception {
        int first = next;
        left = new CountDownLatch(messages);
        ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor();
        AtomicInteger sent = new AtomicInteger();
        int each = Math.max(1, perSecond / 100);
        ticks.scheduleAtFixedRate(() -> {
            try {
                int events = Math.min(each, messages - sent.getAndAdd(each));
                if (events > 0) {
                    transaction(events, ROOMS);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }, 0, 1_000_000L * each / perSecond, TimeUnit.MICROSECONDS);
        boolean all = left.await(TOO_LONG.toSeconds(), TimeUnit.SECONDS);
        ticks.shutdownNow();
        if (!all) {
            throw new IllegalStateException(left.getCount() + " messages were not answered");
        }
        double[] in = new double[messages];
        double[] out = new double[messages];
        for (int i = 0; i < messages; i++) {
            in[i] = (asked.get(first + i) - pushed.get(first + i)) / 1e6;
            out[i] = (posted.get(first + i) - answered.get(first + i)) / 1e6;
        }
        Arrays.sort(in);
        Arrays.sort(out);
        table.row("added at " + load + ", transaction to Letta / answer to homeserver, p50", "%.1f / %.1f ms".formatted(in[messages / 2], out[messages / 2]));
        table.row("the same, p99", "%.1f / %.1f ms".formatted(in[messages * 99 / 100], out[messages * 99 / 100]));
    }

    /** As many pairs of requests, to Letta and to the homeserver, as the machine makes without a router. */
    private double echo(int pairs) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(32);
        CountDownLatch done = new CountDownLatch(pairs);
        left = new CountDownLatch(0);
        long start = System.nanoTime();
        for (int i = 0; i < pairs; i++) {
            int number = MOST - 1 - i;
            callers.execute(() -> {
                try {
                    http.send(HttpRequest.newBuilder(URI.create(letta.url() + "/v1/agents/a/messages")).POST(HttpRequest.BodyPublishers.ofString("question " + number + "!")).build(), HttpResponse.BodyHandlers.ofString());
                    http.send(HttpRequest.newBuilder(URI.create(homeserver.url() + "/send/")).PUT(HttpRequest.BodyPublishers.ofString("answer " + number + "!")).build(), HttpResponse.BodyHandlers.ofString());
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                done.countDown();
            });
        }
        done.await();
        callers.shutdown();
        return pairs / ((System.nanoTime() - start) / 1e9);
    }

    private static int number(byte[] body) {
        Matcher number = NUMBER.matcher(new String(body, StandardCharsets.UTF_8));
        return number.find() ? Integer.parseInt(number.group(1)) : 0;
    }
}
