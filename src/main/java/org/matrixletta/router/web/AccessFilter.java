package org.matrixletta.router.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.matrixletta.router.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Who may do what: judged from method, path, token and length, before anything reads the body. Whatever is not allowed here is
 * denied; the paths are compared as they were sent, so that no other way of writing one is open.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class AccessFilter extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger("api");
    private static final long FILE_LIMIT = 1L << 30;
    private static final long BODY_LIMIT = 1L << 20;
    private static final int REMEMBERED_CALLERS = 1_000;
    private static final long TRANSACTION_LIMIT = 32L << 20;
    private static final String APPLICATION_SERVICE = "/_matrix/app/v1";
    private static final Pattern TRANSACTION = Pattern.compile("(/_matrix/app/v1)?/transactions/[^/]+");
    private static final Pattern QUESTION = Pattern.compile("(/_matrix/app/v1)?/(users|rooms)/[^/]+");
    private static final Pattern ACCESS_TOKEN = Pattern.compile("(?:^|&)access_token=([^&]*)");
    private static final String LIVE = "/health/live";
    private static final Set<String> OPEN = Set.of("/health", LIVE, "/health/ready");
    private static final Map<String, Long> LIMITS = Map.of("/mappings/sync", FILE_LIMIT, "/mappings/verification", FILE_LIMIT, BrowserAccess.SESSION, 1L << 12);
    private static final String BEARER = "Bearer ";
    /** Of every answer: no browser keeps it, guesses another type for it, shows it in a frame or runs what is not the page's own script. */
    private static final Map<String, String> ANSWERS = Map.of(
            "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
            "X-Content-Type-Options", "nosniff", "Referrer-Policy", "no-referrer", "Cache-Control", "no-store");

    private final Settings settings;
    private final Keys keys;
    private final BrowserAccess browser;
    private final ObjectProvider<CamelContext> camel;
    private final Set<String> keylessCallers = ConcurrentHashMap.newKeySet();

    AccessFilter(Settings settings, Keys keys, BrowserAccess browser, ObjectProvider<CamelContext> camel) {
        this.settings = settings;
        this.keys = keys;
        this.browser = browser;
        this.camel = camel;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws ServletException, IOException {
        // As the routes will see it: no way of writing a path of the homeserver's makes it one of ours.
        String path = request.getServletPath();
        boolean isHomeserver = path.startsWith("/_matrix/") || TRANSACTION.matcher(path).matches() || QUESTION.matcher(path).matches();
        Refusal refusal = new Refusal(response, isHomeserver);
        ANSWERS.forEach(response::setHeader);
        if (!camel.getObject().isStarted()) {
            // The port is open before the routes are: what they would answer is not known yet, but that the process lives is.
            refusal.send(new Denial(request.getMethod().equals("GET") && request.getRequestURI().equals(LIVE) ? 200 : 503, "The router is starting or stopping; try again in a few seconds."));
            return;
        }
        Denial denial = isHomeserver ? homeserverDenial(request, path) : denial(request);
        if (denial != null) {
            refusal.send(denial);
            return;
        }
        long limit = isHomeserver ? TRANSACTION_LIMIT : LIMITS.getOrDefault(request.getRequestURI(), BODY_LIMIT);
        if (request.getHeader("Content-Encoding") != null) {
            refusal.send(new Denial(415, "A body with a Content-Encoding is not read; send it as it is."));
        } else if (isForm(request.getContentType())) {
            // Camel would take the body apart into parameters, and log all of it when that fails.
            refusal.send(new Denial(415, "A form is not read; send JSON, with the header Content-Type: application/json."));
        } else if (request.getContentLengthLong() > limit) {
            refusal.send(LimitedRequest.tooLarge(limit));
        } else {
            HttpServletRequest limited = new LimitedRequest(request, refusal, limit);
            if (isHomeserver && !path.startsWith("/_matrix/")) {
                // Matrix specification, application service API, legacy routes: the same without the prefix.
                request.getRequestDispatcher(APPLICATION_SERVICE + request.getRequestURI()).forward(limited, response);
            } else {
                chain.doFilter(limited, response);
            }
        }
    }

    private Denial homeserverDenial(HttpServletRequest request, String path) {
        List<String> shown = new ArrayList<>(Collections.list(request.getHeaders("Authorization")));
        // Matrix specification, application service API, authorization: the header, or the query as older homeservers send it; if both, the same.
        queryTokens(request).forEach(token -> shown.add(BEARER + token));
        if (shown.isEmpty() || settings.matrixHsToken().isEmpty() || !shown.stream().allMatch(authorization -> Keys.isSame(authorization, BEARER + settings.matrixHsToken()))) {
            return new Denial(shown.isEmpty() ? 401 : 403, "This needs the hs_token of the registration.");
        }
        String method = TRANSACTION.matcher(path).matches() ? "PUT" : QUESTION.matcher(path).matches() ? "GET" : path.equals(APPLICATION_SERVICE + "/ping") ? "POST" : null;
        if (method == null) {
            return new Denial(404, "The router has no such endpoint.");
        }
        return request.getMethod().equals(method) ? null : new Denial(405, "This endpoint takes " + method + " only.");
    }

    /** The tokens of the query, decoded, without reading a body as {@code getParameter} would; a plus sign is a plus sign. */
    private static List<String> queryTokens(HttpServletRequest request) {
        return ACCESS_TOKEN.matcher(request.getQueryString() == null ? "" : request.getQueryString()).results().map(token -> {
            try {
                return URLDecoder.decode(token.group(1).replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return ""; // no token
            }
        }).toList();
    }

    private Denial denial(HttpServletRequest request) {
        Denial wrongHost = browser.concerns(request) ? browser.hostDenial(request) : null;
        if (wrongHost != null) {
            return wrongHost;
        }
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            boolean mayPass = authorization.startsWith(BEARER) && keys.rightOf(authorization.substring(BEARER.length())).covers(request.getMethod().equals("GET"));
            return mayPass ? null : new Denial(403, "This key is not ROUTER_API_KEY, and ROUTER_READ_KEY opens GET only.");
        }
        Sessions.Session session = browser.session(request);
        if (session != null || browser.isOpen(request)) {
            return browser.denial(request, session);
        }
        return isOpen(request) ? null : new Denial(401, "This needs a key; send the header Authorization: Bearer with ROUTER_API_KEY.");
    }

    private boolean isOpen(HttpServletRequest request) {
        String path = request.getRequestURI();
        boolean reads = request.getMethod().equals("GET");
        if (reads && OPEN.contains(path)) {
            return true;
        }
        boolean open = reads && settings.apiOpenReads() && (path.equals("/agents/mappings") || path.matches("/agents/(?!\\.+/)[A-Za-z0-9._-]+/room"));
        if (open && keylessCallers.size() < REMEMBERED_CALLERS && keylessCallers.add(request.getRemoteAddr())) {
            log.warn("{} reads mappings without a key, as API_OPEN_READS allows", request.getRemoteAddr());
        }
        return open;
    }

    private static boolean isForm(String contentType) {
        String type = contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT);
        return type.startsWith("application/x-www-form-urlencoded") || type.startsWith("multipart/");
    }
}
