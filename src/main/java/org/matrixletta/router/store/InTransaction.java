package org.matrixletta.router.store;

import java.util.concurrent.Semaphore;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.TransactedPolicy;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs the rest of a route in one transaction and rolls it back if the exchange fails, before anybody handles the failure. Camel's
 * own policy commits what a handled failure left half done, and marks the exchange so that the calling route can't handle it.
 */
@Component("inTransaction")
class InTransaction implements TransactedPolicy {

    /** Fewer than the pool has connections: transactions that wait for a lock or for each other leave lookups theirs. */
    private static final int AT_ONCE = StoreConfiguration.CONNECTIONS / 2;

    private final TransactionTemplate transaction;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    InTransaction(PlatformTransactionManager manager) {
        this.transaction = new TransactionTemplate(manager);
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {
        // There is nothing to prepare.
    }

    @Override
    public Processor wrap(Route route, Processor steps) {
        return exchange -> {
            turns.acquireUninterruptibly();
            // Keeps Camel on this thread, to which the connection belongs.
            exchange.getUnitOfWork().beginTransactedBy(this);
            try {
                transaction.executeWithoutResult(status -> {
                    try {
                        steps.process(exchange);
                    } catch (Exception e) {
                        exchange.setException(e);
                    }
                    if (exchange.isFailed()) {
                        status.setRollbackOnly();
                    }
                });
            } catch (TransactionException e) {
                exchange.setException(e);
            } finally {
                exchange.getUnitOfWork().endTransactedBy(this);
                turns.release();
            }
        };
    }
}
