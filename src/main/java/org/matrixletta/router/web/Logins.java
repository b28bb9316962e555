package org.matrixletta.router.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;

/**
 * Exchanges a key for a session of the page. Of wrong keys there may be five a minute, whoever sends them: behind a proxy all have one
 * address, and whoever is logged in, or shows the key itself, does not log in.
 */
@Component("logins")
class Logins {

    /** The header that gives a browser its cookie. */
    static final String SET_COOKIE = "Set-Cookie";
    private static final int FAILURES = 5;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Keys keys;
    private final Sessions sessions;
    private final ObjectMapper json;
    private final Deque<Instant> failures = new ArrayDeque<>();

    Logins(Keys keys, Sessions sessions, ObjectMapper json) {
        this.keys = keys;
        this.sessions = sessions;
        this.json = json;
    }

    /**
     * Opens a session.
     *
     * @param body {@code {"key": …}}
     * @return its id
     * @throws RefusedException if there is no key, or a wrong one, or too many were wrong
     */
    synchronized String open(@Body String body) {
        String key = key(body);
        failures.removeIf(failure -> failure.isBefore(sessions.now().minus(MINUTE)));
        if (failures.size() == FAILURES) {
            throw new RefusedException(429, "Five wrong keys came within a minute; wait a minute, then log in.");
        }
        Keys.Right right = keys.rightOf(key);
        if (right == Keys.Right.NOTHING) {
            failures.add(sessions.now());
            throw new RefusedException(401, "This is neither ROUTER_API_KEY nor ROUTER_READ_KEY.");
        }
        return sessions.open(right);
    }

    /**
     * Says what a session may do and when it ends.
     *
     * @throws RefusedException if there is none, as for a request that shows a key
     */
    Report show(@Variable("session") String id) {
        Sessions.Session session = sessions.find(String.valueOf(id));
        if (session == null) {
            throw new RefusedException(404, "This request belongs to no session of the page.");
        }
        return new SessionReport(session);
    }

    /** The id of the session whose cookie a request shows. */
    String id(@Header("Cookie") String cookies) {
        for (String cookie : String.valueOf(cookies).split("; *")) {
            if (cookie.startsWith(BrowserAccess.COOKIE + "=")) {
                return cookie.substring(BrowserAccess.COOKIE.length() + 1);
            }
        }
        return null;
    }

    /** Ends a session. */
    void close(@Variable("session") String id) {
        sessions.close(String.valueOf(id));
    }

    /** The cookie that holds the session's id (RFC 6265, section 4.1), sent back over TLS only where it went out so. */
    String cookie(@Variable("session") String id, @Header("Origin") String origin) {
        return cookie(id, origin, Sessions.DURATION);
    }

    /** The cookie that takes the other one away. */
    String noCookie(@Header("Origin") String origin) {
        return cookie("", origin, Duration.ZERO);
    }

    private static String cookie(String value, String origin, Duration age) {
        // The filter has seen that the origin is our own.
        boolean isSecure = origin != null && origin.startsWith("https://");
        return ResponseCookie.from(BrowserAccess.COOKIE, value).httpOnly(true).sameSite("Strict").secure(isSecure).path("/").maxAge(age).build().toString();
    }

    private String key(String body) {
        try {
            JsonNode key = json.readTree(String.valueOf(body)).path("key");
            if (key.isTextual()) {
                return key.textValue();
            }
        } catch (JsonProcessingException e) {
            // It states no key either.
        }
        throw new RefusedException(422, "The body states no key; send {\"key\": \"…\"}.");
    }

    private record SessionReport(Sessions.Session session) implements Report {

        @Override
        public String text() {
            return (session.right() == Keys.Right.CHANGE ? "Reads and changes" : "Reads only") + " until " + session.until() + "\n";
        }

        @Override
        public Object json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("success", true);
            json.put("may_change", session.right() == Keys.Right.CHANGE);
            json.put("until", session.until().toString());
            return json;
        }

        @Override
        public int exitCode() {
            return 0;
        }
    }
}
