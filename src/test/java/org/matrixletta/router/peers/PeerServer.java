package org.matrixletta.router.peers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What both fakes stand on: an HTTP server, on loopback unless told otherwise, that records what it is asked and fails when told to. An answer may be given
 * by any thread at any time, so that ten thousand open requests hold no thread.
 */
public final class PeerServer implements AutoCloseable {

    /** Longer than any test or measurement. */
    static final Duration NEVER = Duration.ofDays(1);

    private static final int BACKLOG = 10_000;
    private static final int THREADS = 8;
    private static final ThreadFactory DAEMONS = work -> {
        Thread thread = new Thread(work, "peer");
        thread.setDaemon(true);
        return thread;
    };

    static {
        // The JDK's server reads these once. A connection that it closed for being idle would look like a fault of the peer.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "20000");
        System.setProperty("sun.net.httpserver.idleInterval", "3600");
    }

    private record Planned(String method, String part, Fault fault) {
    }

    private final BiConsumer<RecordedRequest, Consumer<Answer>> service;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, DAEMONS);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(2, DAEMONS);
    private final List<RecordedRequest> requests = new ArrayList<>();
    private final List<Planned> faults = new ArrayList<>();
    private boolean records = true;
    private final InetAddress address;
    private int port;
    private HttpServer server;

    /** Starts on this port, or on a free one where it is 0. */
    PeerServer(int port, BiConsumer<RecordedRequest, Consumer<Answer>> service) {
        this(new InetSocketAddress(loopback(), port), service);
    }

    /** Starts on this address. */
    PeerServer(InetSocketAddress address, BiConsumer<RecordedRequest, Consumer<Answer>> service) {
        this.address = address.getAddress();
        this.port = address.getPort();
        this.service = service;
        up();
    }

    public int port() {
        return port;
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The next {@code times} requests of this method whose undecoded path contains this part meet this fault. */
    public void next(int times, String method, String part, Fault fault) {
        synchronized (faults) {
            for (int i = 0; i < times; i++) {
                faults.add(new Planned(method, part, fault));
            }
        }
    }

    /** Takes back the faults that have not come to pass. */
    public void heal() {
        synchronized (faults) {
            faults.clear();
        }
    }

    /** The requests of this method whose undecoded path contains this part, in order of receipt. */
    public List<RecordedRequest> requests(String method, String part) {
        synchronized (requests) {
            return requests.stream().filter(request -> request.method().equals(method) && request.path().contains(part)).toList();
        }
    }

    /** Forgets the recorded requests, and whether to record further ones: a measurement of a million needs none. */
    public void forgetRequests(boolean recordsMore) {
        synchronized (requests) {
            requests.clear();
            records = recordsMore;
        }
    }

    /** Does this later, unless the server goes down before. */
    void later(Duration delay, Runnable work) {
        if (delay.isZero()) {
            work.run();
        } else {
            timer.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Closes every connection and refuses new ones; what was to happen later does not. */
    void down() {
        server.stop(0);
        timer.getQueue().clear();
    }

    /** Listens again, on the same port. */
    void up() {
        try {
            server = HttpServer.create(new InetSocketAddress(address, port), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException("Port " + port + " cannot be listened on", e);
        }
        port = server.getAddress().getPort();
        server.createContext("/", this::receive);
        server.setExecutor(threads);
        server.start();
    }

    @Override
    public void close() {
        down();
        timer.shutdownNow();
        threads.shutdownNow();
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private void receive(HttpExchange exchange) throws IOException {
        RecordedRequest request = new RecordedRequest(exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange.getRequestHeaders(), exchange.getRequestBody().readAllBytes());
        synchronized (requests) {
            if (records) {
                requests.add(request);
            }
        }
        Fault fault = fault(request);
        try {
            if (fault.works()) {
                service.accept(request, answer -> later(fault.delay(), () -> send(exchange, fault.answer() == null ? answer : fault.answer())));
            } else {
                later(fault.delay(), () -> send(exchange, fault.answer()));
            }
        } catch (RuntimeException e) {
            e.printStackTrace();
            send(exchange, Answer.json(500, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"the fake itself failed\"}"));
        }
    }

    private Fault fault(RecordedRequest request) {
        synchronized (faults) {
            for (Planned planned : faults) {
                if (planned.method.equals(request.method()) && request.path().contains(planned.part)) {
                    faults.remove(planned);
                    return planned.fault;
                }
            }
        }
        return new Fault(true, null, Duration.ZERO);
    }

    private static void send(HttpExchange exchange, Answer answer) {
        try {
            if (answer != Answer.DROPPED) {
                answer.headers().forEach(exchange.getResponseHeaders()::set);
                boolean empty = answer.body().length == 0;
                exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
                if (!empty) {
                    exchange.getResponseBody().write(answer.body());
                }
            }
        } catch (IOException e) {
            // Whoever asked has hung up.
        }
        exchange.close();
    }
}
