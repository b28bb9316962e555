package org.matrixletta.router.delivery;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/** The rows that this process works on right now; a row that is marked as its own and not among them was left behind by an error. */
final class UnderWay {

    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    /** Takes a claimed row on. */
    void begin(String key) {
        keys.add(key);
    }

    /** Lets the row go when the exchange is done, however it ends. */
    void endWith(Exchange exchange, String key) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                keys.remove(key);
            }

            /** Whom this exchange wakes is another message's, and may be dropped because somebody is awake already. */
            @Override
            public boolean allowHandover() {
                return false;
            }
        });
    }

    int size() {
        return keys.size();
    }

    String[] keys() {
        return keys.toArray(String[]::new);
    }
}
