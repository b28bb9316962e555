package org.matrixletta.router.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ReadListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
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
    private static final Pattern HOMESERVER_PATH = Pattern.compile("(/_matrix/app/v1)?/(transactions|users|rooms)/[^/]+|/_matrix/app/v1/ping|/_matrix/app/(v1|unstable)/thirdparty/.*");
    private static final Pattern ACCESS_TOKEN = Pattern.compile("(?:^|&)access_token=([^&]*)");
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
        Matcher homeserver = HOMESERVER_PATH.matcher(request.getRequestURI());
        boolean isHomeserver = homeserver.matches();
        Refusal refusal = new Refusal(response, isHomeserver);
        if (!camel.getObject().isStarted()) {
            // The port is open before the routes are: what they would answer is not known yet.
            refusal.send(503, "The router is starting or stopping; try again in a few seconds.");
            return;
        }
        boolean mayPass = isHomeserver ? isHomeserver(request) : mayPass(request);
        if (!mayPass) {
            boolean showsToken = request.getHeader("Authorization") != null || isHomeserver && queryToken(request) != null;
            refusal.send(showsToken ? 403 : 401, isHomeserver ? "This needs the hs_token of the registration." : "This needs a key; send the header Authorization: Bearer with ROUTER_API_KEY.");
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
            if (isHomeserver && !request.getRequestURI().startsWith("/_matrix/")) {
                // Matrix specification, application service API, legacy routes: the same without the prefix.
                request.getRequestDispatcher(APPLICATION_SERVICE + request.getRequestURI()).forward(limited, response);
            } else {
                chain.doFilter(limited, response);
            }
        }
    }

    /** Matrix specification, application service API, authorization: the header, or the query as older homeservers send it; if both, the same. */
    private boolean isHomeserver(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        String token = queryToken(request);
        return !settings.matrixHsToken().isEmpty() && (authorization != null || token != null)
                && (authorization == null || isBearer(authorization, settings.matrixHsToken()))
                && (token == null || isBearer("Bearer " + token, settings.matrixHsToken()));
    }

    /** The token of the query, without reading a body as {@code getParameter} would. */
    private static String queryToken(HttpServletRequest request) {
        Matcher token = ACCESS_TOKEN.matcher(request.getQueryString() == null ? "" : request.getQueryString());
        return token.find() ? token.group(1) : null;
    }

    private boolean mayPass(HttpServletRequest request) {
        String path = request.getRequestURI();
        boolean reads = request.getMethod().equals("GET");
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            return isBearer(authorization, settings.apiKey()) || reads && !settings.readKey().isEmpty() && isBearer(authorization, settings.readKey());
        }
        if (reads && path.equals("/health")) {
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
