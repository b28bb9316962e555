package org.matrixletta.router.peer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * How a peer is asked: with its token, which no route ever holds; exactly once, as only we know what is safe to repeat; never led
 * elsewhere; and with an answer that is no longer than it may be.
 */
final class PeerClient implements HttpClientConfigurer {

    private static final long ANSWER_LIMIT = 16L << 20;

    private final Map<String, String> headers;

    /**
     * A client of one peer.
     *
     * @param token its bearer token; empty: it asks for none
     * @param more further headers of every request
     */
    PeerClient(String token, Map<String, String> more) {
        headers = new HashMap<>(more);
        if (!token.isEmpty()) {
            headers.put(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        }
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.disableAutomaticRetries().disableRedirectHandling().disableContentCompression().disableCookieManagement().disableAuthCaching();
        client.disableConnectionState();
        client.addRequestInterceptorLast((request, entity, context) -> headers.forEach(request::setHeader));
        client.addExecInterceptorFirst("answer-limit", (request, scope, chain) -> limited(chain.proceed(request, scope)));
    }

    private static ClassicHttpResponse limited(ClassicHttpResponse response) {
        if (response.getEntity() != null) {
            response.setEntity(new LimitedEntity(response.getEntity()));
        }
        return response;
    }

    private static final class LimitedEntity extends HttpEntityWrapper {

        LimitedEntity(HttpEntity entity) {
            super(entity);
        }

        @Override
        public InputStream getContent() throws IOException {
            return new LimitedStream(super.getContent());
        }
    }

    private static final class LimitedStream extends FilterInputStream {

        private long left = ANSWER_LIMIT;

        LimitedStream(InputStream stream) {
            super(stream);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count(read);
            return read;
        }

        private void count(int bytes) throws IOException {
            left -= Math.max(0, bytes);
            if (left < 0) {
                throw new IOException("the answer is longer than " + ANSWER_LIMIT + " bytes");
            }
        }
    }
}
