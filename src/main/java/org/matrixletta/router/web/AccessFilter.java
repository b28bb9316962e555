package org.matrixletta.router.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ReadListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
    private static final Set<String> FILE_PATHS = Set.of("/mappings/sync", "/mappings/verification");

    private final Settings settings;
    private final ObjectProvider<CamelContext> camel;
    private final Set<String> keylessCallers = ConcurrentHashMap.newKeySet();

    AccessFilter(Settings settings, ObjectProvider<CamelContext> camel) {
        this.settings = settings;
        this.camel = camel;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws ServletException, IOException {
        // As the routes will see it: no way of writing a path of the homeserver's makes it one of ours.
        String path = request.getServletPath();
        boolean isHomeserver = path.startsWith("/_matrix/") || TRANSACTION.matcher(path).matches() || QUESTION.matcher(path).matches();
        Refusal refusal = new Refusal(response, isHomeserver);
        if (!camel.getObject().isStarted()) {
            // The port is open before the routes are: what they would answer is not known yet, but that the process lives is.
            refusal.send(request.getMethod().equals("GET") && request.getRequestURI().equals(LIVE) ? 200 : 503, "The router is starting or stopping; try again in a few seconds.");
            return;
        }
        boolean mayPass = isHomeserver ? isHomeserver(request) : mayPass(request);
        if (!mayPass) {
            boolean showsToken = request.getHeader("Authorization") != null || isHomeserver && !queryTokens(request).isEmpty();
            refusal.send(showsToken ? 403 : 401, isHomeserver ? "This needs the hs_token of the registration." : "This needs a key; send the header Authorization: Bearer with ROUTER_API_KEY.");
            return;
        }
        String method = isHomeserver ? methodOf(path) : request.getMethod();
        if (!request.getMethod().equals(method)) {
            refusal.send(method == null ? 404 : 405, method == null ? "The router has no such endpoint." : "This endpoint takes " + method + " only.");
            return;
        }
        long limit = isHomeserver ? TRANSACTION_LIMIT : FILE_PATHS.contains(request.getRequestURI()) ? FILE_LIMIT : BODY_LIMIT;
        if (request.getHeader("Content-Encoding") != null) {
            refusal.send(415, "A body with a Content-Encoding is not read; send it as it is.");
        } else if (isForm(request.getContentType())) {
            // Camel would take the body apart into parameters, and log all of it when that fails.
            refusal.send(415, "A form is not read; send JSON, with the header Content-Type: application/json.");
        } else if (request.getContentLengthLong() > limit) {
            refusal.send(413, tooLarge(limit));
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

    /** The method of a request that the homeserver may make; null if it may not. */
    private static String methodOf(String path) {
        return TRANSACTION.matcher(path).matches() ? "PUT" : QUESTION.matcher(path).matches() ? "GET" : path.equals(APPLICATION_SERVICE + "/ping") ? "POST" : null;
    }

    /** Matrix specification, application service API, authorization: the header, or the query as older homeservers send it; if both, the same. */
    private boolean isHomeserver(HttpServletRequest request) {
        List<String> shown = new ArrayList<>(Collections.list(request.getHeaders("Authorization")));
        queryTokens(request).forEach(token -> shown.add("Bearer " + token));
        return !settings.matrixHsToken().isEmpty() && !shown.isEmpty() && shown.stream().allMatch(authorization -> isBearer(authorization, settings.matrixHsToken()));
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

    private boolean mayPass(HttpServletRequest request) {
        String path = request.getRequestURI();
        boolean reads = request.getMethod().equals("GET");
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            return isBearer(authorization, settings.apiKey()) || reads && !settings.readKey().isEmpty() && isBearer(authorization, settings.readKey());
        }
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

    private static boolean isBearer(String authorization, String key) {
        return MessageDigest.isEqual(authorization.getBytes(StandardCharsets.UTF_8), ("Bearer " + key).getBytes(StandardCharsets.UTF_8));
    }

    private static String tooLarge(long limit) {
        return "The body is larger than " + limit + " bytes.";
    }

    /** Says why a request is refused, in the shape that its sender knows. */
    private record Refusal(HttpServletResponse response, boolean toHomeserver) {

        void send(int status, String sentence) throws IOException {
            response.setStatus(status);
            response.setContentType("application/json");
            String code = switch (status) {
                case 401 -> "M_MISSING_TOKEN";
                case 403 -> "M_FORBIDDEN";
                case 404, 405 -> "M_UNRECOGNIZED";
                case 413 -> "M_TOO_LARGE";
                default -> "M_UNKNOWN";
            };
            String answer = toHomeserver ? "{\"errcode\":\"" + code + "\",\"error\":\"" + sentence + "\"}" : "{\"detail\":\"" + sentence + "\"}";
            response.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A request that is refused where its body crosses the limit, also when it announced no length. */
    private static final class LimitedRequest extends HttpServletRequestWrapper {

        private final Refusal refusal;
        private final long limit;

        LimitedRequest(HttpServletRequest request, Refusal refusal, long limit) {
            super(request);
            this.refusal = refusal;
            this.limit = limit;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new LimitedStream(super.getInputStream(), refusal, limit);
        }
    }

    private static final class LimitedStream extends ServletInputStream {

        private final ServletInputStream stream;
        private final Refusal refusal;
        private final long limit;
        private long left;

        LimitedStream(ServletInputStream stream, Refusal refusal, long limit) {
            this.stream = stream;
            this.refusal = refusal;
            this.limit = limit;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            return counted(stream.read(), 1);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = stream.read(buffer, offset, length);
            return counted(read, read);
        }

        private int counted(int result, int bytes) throws IOException {
            left -= result < 0 ? 0 : bytes;
            if (left < 0) {
                // Camel reads the body before any route runs, and would answer this failure with 500.
                refusal.send(413, tooLarge(limit));
                refusal.response().flushBuffer();
                throw new IOException(tooLarge(limit));
            }
            return result;
        }

        @Override
        public boolean isFinished() {
            return stream.isFinished();
        }

        @Override
        public boolean isReady() {
            return stream.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            stream.setReadListener(listener);
        }
    }
}
