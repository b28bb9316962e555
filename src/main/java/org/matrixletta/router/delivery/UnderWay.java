package org.matrixletta.router.delivery;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The rows that this process works on right now; a row that is marked as its own and not among them was left behind by an error.
 *
 * @param <R> what the rows are read as
 */
final class UnderWay<R> {

    private final Map<String, R> rows = new ConcurrentHashMap<>();

    /** Takes a claimed row on. */
    R begin(String key, R row) {
        rows.put(key, row);
        return row;
    }

    /** Lets the row go when the exchange is done, however it ends; until then this thread's log names the message. */
    void endWith(Exchange exchange, String key, Correlation correlation) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                rows.remove(key);
                correlation.close();
            }

            /** Whom this exchange wakes is another message's, and may be dropped because somebody is awake already. */
            @Override
            public boolean allowHandover() {
                return false;
            }
        });
    }

    int size() {
        return rows.size();
    }

    String[] keys() {
        return rows.keySet().toArray(String[]::new);
    }

    Collection<R> rows() {
        return List.copyOf(rows.values());
    }
}
