package org.matrixletta.router.peer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/** Who answers: what the checks found, and to whom nothing was sent when the store was last looked at. */
@Component("peers")
public class Peers {

    /** The subjects of the checks; ping is the way from the homeserver back to the router. */
    private static final List<String> SUBJECTS = List.of("letta", "default-agent", "homeserver", "ping");
    private static final String REACHABLE = "reachable";

    private final PeerChecks checks;
    private volatile List<Map<String, Object>> pauses = List.of();

    Peers(PeerChecks checks, MeterRegistry registry) {
        this.checks = checks;
        SUBJECTS.forEach(subject -> registry.gauge("router.peer.up", Tags.of("peer", subject), this, peers -> peers.up(subject)));
        registry.gauge("router.agents.paused", this, peers -> peers.pauses.stream().filter(pause -> pause.get(REACHABLE) != null && !SUBJECTS.contains(name(pause))).count());
    }

    /** The rows of list-pauses.sql. */
    public void looked(@Variable("pauses") List<Map<String, Object>> rows) {
        pauses = rows;
    }

    /** Of each peer, and of each agent that is not asked for now: whether it is reachable (null: not known), and if not, since when and why; of the latest 100. */
    public Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (String subject : SUBJECTS) {
            Map<String, Object> peer = new LinkedHashMap<>();
            String fault = checks.fault(subject);
            peer.put(REACHABLE, fault == null ? null : fault.isEmpty());
            if (fault != null && !fault.isEmpty()) {
                peer.put("reason", fault);
            }
            all.put(subject, peer);
        }
        for (Map<String, Object> pause : pauses) {
            Map<String, Object> peer = new LinkedHashMap<>();
            peer.put(REACHABLE, pause.get(REACHABLE));
            peer.put("since", pause.get("since"));
            peer.put("paused_until", pause.get("until"));
            peer.put("reason", pause.get("reason"));
            all.put(name(pause), peer);
        }
        return all;
    }

    /** 1, or 0, or not a number where it is not known. */
    private double up(String subject) {
        return all().get(subject) instanceof Map<?, ?> peer && peer.get(REACHABLE) instanceof Boolean isReachable ? isReachable ? 1 : 0 : Double.NaN;
    }

    private static String name(Map<String, Object> pause) {
        return (String) pause.get("name");
    }
}
