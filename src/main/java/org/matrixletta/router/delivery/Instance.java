package org.matrixletta.router.delivery;

import java.time.Duration;
import java.util.UUID;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * This process among those that share the store. Rows that it works on carry its id; it may work on them while its lease lasts, as
 * others take over afterwards. An instance that lost its lease goes on under a new id.
 *
 * <p>Two clocks measure the lease, and the one that is further on counts: the monotonic one rests while the machine is suspended, and
 * the other can be set back.
 */
@Component("instance")
final class Instance {

    private static final Logger log = LoggerFactory.getLogger("delivery");
    /** As renew-lease.sql grants it. */
    private static final Duration LEASE = Duration.ofSeconds(20);
    /** What has to be left of the lease before a request leaves: between this look at the clock and the peer nobody else may start. */
    private static final Duration LEFT = Duration.ofSeconds(5);

    private String id = newId();
    private long askedAt = System.nanoTime();
    private long until = System.nanoTime();
    private long askedOn;
    private long untilOn;

    /** The id to renew the lease of; the lease counts from before the statement runs. */
    public synchronized String renewing() {
        askedAt = System.nanoTime();
        askedOn = System.currentTimeMillis();
        return id;
    }

    /** The statement has run. */
    public synchronized void renewed(@Header("CamelSqlUpdateCount") int rows) {
        if (rows == 1) {
            until = askedAt + LEASE.toNanos();
            untilOn = askedOn + LEASE.toMillis();
        } else {
            log.warn("This instance could not renew its lease in time; what it had under way is looked at anew.");
            id = newId();
            until = System.nanoTime();
        }
    }

    /** Whether a request may leave now. */
    public synchronized boolean holdsLease() {
        return until - System.nanoTime() > LEFT.toNanos() && untilOn - System.currentTimeMillis() > LEFT.toMillis();
    }

    /**
     * Sees to it that a request may leave for what this owner has claimed; the last thing before it does.
     *
     * @throws LeaseException if it may not
     */
    synchronized void require(String owner) {
        if (!owner.equals(id) || !holdsLease()) {
            throw new LeaseException();
        }
    }

    /** The id that rows carry. */
    synchronized String id() {
        return id;
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }
}
