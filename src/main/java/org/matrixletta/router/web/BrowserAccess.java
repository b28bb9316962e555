package org.matrixletta.router.web;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/**
 * What a browser may do, which sends cookies by itself and also for other pages: a session counts only under a host name that is this
 * router's (against DNS rebinding), and changes something only from the page itself (against forged requests).
 */
@Component
class BrowserAccess {

    /** The cookie that holds the id of a session. */
    static final String COOKIE = "router_session";
    /** Where sessions are opened, seen and ended. */
    static final String SESSION = "/ui/session";

    /** What everybody may read: the page without anything on it. */
    private static final Set<String> FILES = Set.of("/ui", "/ui/page.css", "/ui/page.js");
    /** Names that lead to this machine, whoever resolves them. */
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "::1");

    private final Sessions sessions;
    private final Set<String> hosts = new HashSet<>();

    BrowserAccess(Settings settings, Sessions sessions) {
        this.sessions = sessions;
        LOOPBACK.forEach(this::allow);
        allow(settings.apiHost());
        Settings.ids(settings.apiAllowedHosts()).forEach(this::allow);
        if (Settings.isAddress(settings.routerUrl())) {
            allow(URI.create(settings.routerUrl()).getHost());
        }
    }

    private void allow(String host) {
        hosts.add((host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host).toLowerCase(Locale.ROOT));
    }

    /** Whether a request is for the page, or shows a cookie of it and no token. */
    boolean concerns(HttpServletRequest request) {
        return isOfPage(request) || request.getHeader("Authorization") == null && sessionId(request) != null;
    }

    /** Why the host name by which the router was asked is none of its own; null if it is. */
    Denial hostDenial(HttpServletRequest request) {
        String host = String.valueOf(request.getHeader("Host")).replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
        return hosts.contains(host) ? null : new Denial(421, "The page is not opened by this host name; use another one, or add it to API_ALLOWED_HOSTS.");
    }

    /** Whether a request needs neither key nor session: the page's own files, and a login from the page. */
    boolean isOpen(HttpServletRequest request) {
        return request.getMethod().equals("GET") && FILES.contains(request.getRequestURI()) || isLogin(request);
    }

    /** The session that a request belongs to; null if it belongs to none. */
    Sessions.Session session(HttpServletRequest request) {
        String id = sessionId(request);
        return id == null ? null : sessions.find(id);
    }

    /** Why a request of a session, or a login, may not pass; null if it may. */
    Denial denial(HttpServletRequest request, Sessions.Session session) {
        boolean reads = request.getMethod().equals("GET");
        if (!reads && !ownOrigin(request).equalsIgnoreCase(request.getHeader("Origin"))) {
            return new Denial(403, "This may be asked by the page itself only; a proxy in front of it passes on Host, and sets X-Forwarded-Proto to https.");
        }
        return session == null || session.right().covers(reads) || request.getRequestURI().equals(SESSION) ? null
                : new Denial(403, "You are logged in with ROUTER_READ_KEY, which changes nothing; log in with ROUTER_API_KEY.");
    }

    /** The id of a session that a request shows; null if it shows none. */
    static String sessionId(HttpServletRequest request) {
        return request.getCookies() == null ? null
                : Arrays.stream(request.getCookies()).filter(cookie -> cookie.getName().equals(COOKIE)).map(Cookie::getValue).findFirst().orElse(null);
    }

    private static boolean isOfPage(HttpServletRequest request) {
        return request.getRequestURI().equals("/ui") || request.getRequestURI().startsWith("/ui/");
    }

    private static boolean isLogin(HttpServletRequest request) {
        return request.getMethod().equals("POST") && request.getRequestURI().equals(SESSION);
    }

    /** RFC 6454, section 6.2: scheme, host and port, as the browser sees them. */
    private static String ownOrigin(HttpServletRequest request) {
        String forwarded = request.getHeader("X-Forwarded-Proto");
        boolean isSecure = request.isSecure() || forwarded != null && forwarded.split(",")[0].strip().equalsIgnoreCase("https");
        return (isSecure ? "https://" : "http://") + request.getHeader("Host");
    }
}
