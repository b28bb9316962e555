package org.matrixletta.router.peer;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Ordered;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.matrixletta.router.Settings;
import org.springframework.boot.autoconfigure.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.support.ExecutorServiceAdapter;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** The connections to Letta and the homeserver, and the threads that wait for their answers. */
@Configuration(proxyBeanMethods = false)
class PeerConfiguration {

    private static final int CONNECT_MILLISECONDS = 10_000;
    /** Looks, sends and what else is asked beside the turns. */
    private static final int OTHER_REQUESTS = 100;

    private static final int A_FEW = 16;
    /** A homeserver works at one history at a time; a page can hold megabytes. */
    private static final int HISTORIES = 4;

    /**
     * Both schemes, http and https. Threads are claimed by the turn, so a request never waits for a connection.
     *
     * <p>The last customizer of all: Camel's starter has one of the same order, which sets everything to its defaults.
     */
    @Bean
    ComponentCustomizer peerConnections(Settings settings) {
        return ComponentCustomizer.builder(HttpComponent.class).withOrder(Ordered.LOWEST).build(http -> {
            http.setConnectionsPerRoute(settings.lettaMaxTurns() + OTHER_REQUESTS);
            http.setMaxTotalConnections(2 * (settings.lettaMaxTurns() + OTHER_REQUESTS));
            http.setConnectTimeout(CONNECT_MILLISECONDS);
            http.setConnectionRequestTimeout(CONNECT_MILLISECONDS);
            http.setSoTimeout(0);
            http.setSkipRequestHeaders(true);
            http.setCopyHeaders(false);
        });
    }

    @Bean
    HttpClientConfigurer lettaClient(Settings settings) {
        // Without this header Letta loads every relation of every agent that it lists.
        return new PeerClient(settings.lettaToken(), Map.of("X-Stainless-Package-Version", "1.12.1"));
    }

    @Bean
    HttpClientConfigurer homeserverClient(Settings settings) {
        return new PeerClient(settings.matrixAsToken(), Map.of());
    }

    /** For what has no claim to limit it: a long list of questions is asked a few at a time. */
    @Bean(destroyMethod = "shutdownNow")
    ExecutorService aFewPeerRequests() {
        return few(A_FEW, "peer-few-");
    }

    /** For rooms that are read back. */
    @Bean(destroyMethod = "shutdownNow")
    ExecutorService readingRooms() {
        return few(HISTORIES, "peer-rooms-");
    }

    private static ExecutorService few(int count, String name) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(count, count, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), new CustomizableThreadFactory(name));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** As many threads as there are requests under way: how many that may be is decided where they are claimed. A stop does not wait for them, nor end them. */
    @Bean(destroyMethod = "")
    ExecutorService waitingForPeers(Environment environment) {
        if (Threading.VIRTUAL.isActive(environment)) {
            SimpleAsyncTaskExecutor threads = new SimpleAsyncTaskExecutor("peer-");
            threads.setVirtualThreads(true);
            return new ExecutorServiceAdapter(threads);
        }
        // A stop does not wait for turns of minutes: whoever takes over looks at them.
        CustomizableThreadFactory threads = new CustomizableThreadFactory("peer-");
        threads.setDaemon(true);
        return Executors.newCachedThreadPool(threads);
    }
}
