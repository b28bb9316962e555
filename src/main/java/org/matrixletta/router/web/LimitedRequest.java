package org.matrixletta.router.web;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;

/** A request that is refused where its body crosses the limit, also when it announced no length. */
final class LimitedRequest extends HttpServletRequestWrapper {

    private final Refusal refusal;
    private final long limit;

    /** @param limit the most bytes that its body may have */
    LimitedRequest(HttpServletRequest request, Refusal refusal, long limit) {
        super(request);
        this.refusal = refusal;
        this.limit = limit;
    }

    /** What to say of a body that is larger than this many bytes. */
    static Denial tooLarge(long limit) {
        return new Denial(413, "The body is larger than " + limit + " bytes.");
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        return new LimitedStream(super.getInputStream());
    }

    private final class LimitedStream extends ServletInputStream {

        private final ServletInputStream stream;
        private long left = limit;

        LimitedStream(ServletInputStream stream) {
            this.stream = stream;
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
                refusal.send(tooLarge(limit));
                refusal.response().flushBuffer();
                throw new IOException(tooLarge(limit).sentence());
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
