package org.matrixletta.router.peer;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.matrixletta.router.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What was found of the peers so far; the log hears of each finding once, until it changes. */
@Component("peerChecks")
public class PeerChecks {

    private static final Logger log = LoggerFactory.getLogger("delivery");
    private static final String WELL = "";

    /** What was looked at, and what is wrong with it. */
    private final Map<String, String> found = new ConcurrentHashMap<>();

    /** Whether this was not looked at yet, or was not well then. */
    public boolean isDue(String subject) {
        return !WELL.equals(found.get(subject));
    }

    /** This may have changed: it is looked at, and spoken of, again. */
    public void forget(String subject) {
        found.remove(subject);
    }

    /** This was well, and may not be so any more: it is looked at again. */
    public void doubt(String subject) {
        found.remove(subject, WELL);
    }

    /** What is wrong with this, in one sentence: an empty text if nothing is, null if it was not looked at yet. */
    String fault(String subject) {
        return found.get(subject);
    }

    /** Notes that something is well. */
    public void passed(@Variable("subject") String subject, @Body String sentence) {
        if (!WELL.equals(found.put(subject, WELL))) {
            log.info("✅ {}", sentence);
        }
    }

    /** Notes why something is not. */
    public void failed(@Variable("subject") String subject, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        if (!(failure instanceof RefusedException)) {
            log.error("An error of the router itself", failure);
        } else if (!Objects.equals(failure.getMessage(), found.put(subject, failure.getMessage()))) {
            log.error("❌ {}", failure.getMessage());
        }
    }
}
