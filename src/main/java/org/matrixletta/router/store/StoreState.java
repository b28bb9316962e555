package org.matrixletta.router.store;

import java.time.Instant;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What the last look at the store showed, for /health; the log hears of it only when it changes. */
@Component("storeState")
public class StoreState {

    private static final Logger log = LoggerFactory.getLogger("store");

    /**
     * A look at the store.
     *
     * @param at when
     * @param failure one sentence, or null if the store answered
     * @param facts what store-facts.sql says; empty after a failure
     */
    public record Look(Instant at, String failure, Map<String, Object> facts) {
    }

    private final DatabaseUrl url;
    private final StoreFailure failures;
    private volatile Look last = new Look(Instant.EPOCH, "The store has not been looked at yet.", Map.of());

    StoreState(DatabaseUrl url, StoreFailure failures) {
        this.url = url;
        this.failures = failures;
    }

    /**
     * The store answered.
     *
     * @return whether it is back after it had failed
     */
    public synchronized boolean reached(@Variable("facts") Map<String, Object> facts) {
        boolean isBack = last.failure() != null && !last.at().equals(Instant.EPOCH);
        if (last.failure() != null) {
            log.info("✅ database {} is reachable, {} mappings", url.place(), facts.get("mappings"));
        }
        last = new Look(Instant.now(), null, facts);
        return isBack;
    }

    /** Something failed: the store, or, where it is not the store's fault, the router itself. */
    public synchronized void failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        if (!StoreFailure.isStoreFailure(failure)) {
            log.error("An error of the router itself", failure);
            return;
        }
        String sentence = failures.sentence(failure);
        if (!sentence.equals(last.failure())) {
            log.error("❌ {}", sentence);
        }
        last = new Look(Instant.now(), sentence, Map.of());
    }

    /** The last look. */
    public Look last() {
        return last;
    }
}
