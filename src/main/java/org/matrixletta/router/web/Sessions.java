package org.matrixletta.router.web;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Who is logged in at the page; in memory only, so that a restart logs everybody out. */
@Component
class Sessions {

    /** How long a session lasts. */
    static final Duration DURATION = Duration.ofHours(12);
    private static final int MOST = 100;
    private static final int ID_BYTES = 32;

    /**
     * A session.
     *
     * @param right what its key opens
     * @param until when it ends
     */
    record Session(Keys.Right right, Instant until) {
    }

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    /** In the order in which they were opened: of too many, the oldest ends. */
    private final Map<String, Session> sessions = new LinkedHashMap<>();

    Sessions() {
        this(InstantSource.system());
    }

    Sessions(InstantSource clock) {
        this.clock = clock;
    }

    /** The time by which sessions end. */
    Instant now() {
        return clock.instant();
    }

    /**
     * Opens a session for whoever has shown a key.
     *
     * @return its id, 256 random bits in hexadecimal
     */
    synchronized String open(Keys.Right right) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        sessions.values().removeIf(session -> now().isAfter(session.until()));
        if (sessions.size() == MOST) {
            sessions.remove(sessions.keySet().iterator().next());
        }
        sessions.put(HexFormat.of().formatHex(id), new Session(right, now().plus(DURATION)));
        return HexFormat.of().formatHex(id);
    }

    /** The session of this id; null if there is none, or none any more. */
    synchronized Session find(String id) {
        Session session = sessions.get(id);
        return session == null || now().isAfter(session.until()) ? null : session;
    }

    /** Ends the session of this id, if there is one. */
    synchronized void close(String id) {
        sessions.remove(id);
    }
}
