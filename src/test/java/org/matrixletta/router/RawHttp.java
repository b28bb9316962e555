package org.matrixletta.router;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** HTTP as it goes over the wire: targets and bodies that a well-behaved client would never send. */
public final class RawHttp {

    private RawHttp() {
    }

    /** The status of the answer to a request without a body. */
    public static int status(int port, String method, String target, String... headers) {
        return Integer.parseInt(exchange(port, method, target, List.of(headers), new byte[0]).substring(9, 12));
    }

    /** The whole answer, to its last byte, to a request whose head is followed by just these bytes. */
    public static String exchange(int port, String method, String target, List<String> headers, byte[] body) {
        return exchange(port, method, target, "127.0.0.1", headers, body);
    }

    /** The same for another host name than the one that the socket leads to. */
    public static String exchange(int port, String method, String target, String host, List<String> headers, byte[] body) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            String head = method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
                    + String.join("", headers.stream().map(header -> header + "\r\n").toList()) + "\r\n";
            OutputStream request = socket.getOutputStream();
            request.write(head.getBytes(StandardCharsets.UTF_8));
            request.write(body);
            request.flush();
            // A server that waits for the rest of a body sees that there is none.
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
