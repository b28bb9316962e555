package org.matrixletta.router.delivery;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.RouteController;
import org.matrixletta.router.bench.Statements;
import org.matrixletta.router.letta.Outcome;
import org.matrixletta.router.matrix.SendOutcome;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** The floor of the message benchmark: the statements that carry a message, one after the other, without routes and without HTTP. */
public final class MessageFloor {

    private static final int TRANSACTION = 100;
    private static final int WRITERS = 8;

    private static final List<String> CLAIMING = List.of("message-tick", "message-claim", "reply-claim");

    private final Statements statements;
    private final ApplicationContext router;

    public MessageFloor(ApplicationContext router) {
        this.router = router;
        this.statements = new Statements(router.getBean(JdbcTemplate.class));
    }

    /** Carries so many messages of so many rooms, and says how many that were in a second; the router's own claims rest meanwhile. */
    public double messagesPerSecond(int messages, int rooms) throws Exception {
        RouteController routes = router.getBean(CamelContext.class).getRouteController();
        for (String route : CLAIMING) {
            routes.stopRoute(route);
        }
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        long start = System.nanoTime();
        for (int first = 0; first < messages; first += TRANSACTION) {
            push(first, rooms);
        }
        for (int posted = 0; posted < messages;) {
            Turns turns = router.getBean(Turns.class);
            List<Map<String, Object>> claimed = statements.query("claim-messages.sql", Map.of("claim", turns.claim()));
            write(writers, claimed.stream().map(this::settling).toList());
            List<Map<String, Object>> replies = statements.query("claim-replies.sql", Map.of("claim", router.getBean(Replies.class).claim()));
            write(writers, replies.stream().map(this::sending).toList());
            posted += replies.size();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        writers.shutdown();
        for (String route : CLAIMING) {
            routes.startRoute(route);
        }
        return messages / seconds;
    }

    private void push(int first, int rooms) throws Exception {
        String events = IntStream.range(first, first + TRANSACTION).mapToObj(number -> ("{\"type\":\"m.room.message\",\"event_id\":\"$floor-%d\",\"room_id\":\"!room%d:test.local\","
                + "\"sender\":\"@person:test.local\",\"content\":{\"msgtype\":\"m.text\",\"body\":\"question\"}}").formatted(number, number % rooms)).collect(Collectors.joining(","));
        statements.query("store-events.sql", values("pushedEvents", InputStream.class, new ByteArrayInputStream(("{\"events\":[" + events + "]}").getBytes(StandardCharsets.UTF_8))));
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> values(String bean, Class<?> type, Object input) throws ReflectiveOperationException {
        Method read = router.getBean(bean).getClass().getMethod("read", type);
        read.setAccessible(true);
        return (Map<String, Object>) read.invoke(router.getBean(bean), input);
    }

    private Callable<Object> settling(Map<String, Object> row) {
        Outcome answer = new Outcome(Outcome.Certainty.HAPPENED, Outcome.Remedy.NONE, null, null, List.of("answer"), List.of(), null);
        return () -> statements.query("settle-turn.sql", router.getBean(Settlements.class).of(Turn.of(row), answer, null, 200, null).values());
    }

    private Callable<Object> sending(Map<String, Object> row) {
        SendOutcome sent = new SendOutcome(SendOutcome.Kind.SENT, "$posted", null, null);
        return () -> {
            statements.update("settle-reply.sql", router.getBean(Postings.class).settle(Reply.of(row), sent, null).values());
            return null;
        };
    }

    private static void write(ExecutorService writers, List<Callable<Object>> writes) throws Exception {
        for (Future<Object> written : writers.invokeAll(writes)) {
            written.get();
        }
    }
}
