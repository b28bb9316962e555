package org.matrixletta.router.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** A door before a server on loopback; the first connection that sends these words is cut before the server hears them. */
final class BreakingDoor implements AutoCloseable {

    private final ServerSocket door;
    private final int behind;
    private final String words;
    private final AtomicBoolean hasBroken = new AtomicBoolean();

    BreakingDoor(int behind, String words) {
        this.behind = behind;
        this.words = words;
        try {
            door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        inBackground(this::serve);
    }

    int port() {
        return door.getLocalPort();
    }

    boolean hasBroken() {
        return hasBroken.get();
    }

    @Override
    public void close() throws IOException {
        door.close();
    }

    private void serve() throws IOException {
        while (true) {
            Socket asking = door.accept();
            Socket answering = new Socket(InetAddress.getLoopbackAddress(), behind);
            inBackground(() -> pass(asking, answering));
            inBackground(() -> pass(answering, asking));
        }
    }

    private void pass(Socket from, Socket to) throws IOException {
        try (from; to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] piece = new byte[65536];
            for (int length = in.read(piece); length > 0; length = in.read(piece)) {
                if (new String(piece, 0, length, StandardCharsets.ISO_8859_1).contains(words) && hasBroken.compareAndSet(false, true)) {
                    return;
                }
                out.write(piece, 0, length);
            }
        }
    }

    private static void inBackground(Passing passing) {
        Thread thread = new Thread(() -> {
            try {
                passing.run();
            } catch (IOException e) {
                // One of both sides, or the door itself, was closed.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private interface Passing {
        void run() throws IOException;
    }
}
