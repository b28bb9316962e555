package org.matrixletta.router.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executor;

/** An HTTP peer that costs next to nothing, so that what is measured is the router: keep-alive, JSON, no chunks. */
final class InstantPeer implements AutoCloseable {

    /** What it answers, with 200. */
    interface Service {
        String answer(String method, String path, byte[] body) throws Exception;
    }

    private final ServerSocket socket;
    private final Service service;
    private final Executor threads;

    /** @param threads one is taken for each connection */
    InstantPeer(Service service, Executor threads) throws IOException {
        this.socket = new ServerSocket(0, 20_000, InetAddress.getLoopbackAddress());
        this.service = service;
        this.threads = threads;
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                connection.setTcpNoDelay(true);
                threads.execute(() -> serve(connection));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket connection) {
        try (connection; InputStream in = new BufferedInputStream(connection.getInputStream()); OutputStream out = connection.getOutputStream()) {
            for (String request = line(in); !request.isEmpty(); request = line(in)) {
                int length = 0;
                for (String header = line(in); !header.isEmpty(); header = line(in)) {
                    if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                        length = Integer.parseInt(header.substring(15).strip());
                    }
                }
                String[] parts = request.split(" ");
                byte[] answer = service.answer(parts[0], parts[1], in.readNBytes(length)).getBytes(StandardCharsets.UTF_8);
                String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + answer.length + "\r\n\r\n";
                byte[] whole = new byte[head.length() + answer.length];
                System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, whole, 0, head.length());
                System.arraycopy(answer, 0, whole, head.length(), answer.length);
                out.write(whole);
            }
        } catch (IOException e) {
            // The router has closed its connection.
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(80);
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
