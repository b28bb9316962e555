package org.matrixletta.router;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** A wire to a server that can be cut and mended: what a router sees of a database that goes away. */
public final class CutProxy implements AutoCloseable {

    public final int port;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicReference<String> words = new AtomicReference<>();
    private ServerSocket server;

    public CutProxy(int target) {
        this.target = target;
        this.port = RunningRouter.freePort();
        mend();
    }

    /** Lets connections through again. */
    public void mend() {
        try {
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ServerSocket listening = server;
        thread(() -> {
            while (true) {
                Socket near = listening.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.addAll(List.of(near, far));
                thread(() -> pass(near, far));
                thread(() -> far.getInputStream().transferTo(near.getOutputStream()));
            }
        });
    }

    /** Ends the first connection that sends these words, before whoever is behind hears them. */
    public CutProxy cuttingAt(String words) {
        this.words.set(words);
        return this;
    }

    /** Ends every connection and refuses new ones. */
    public void cut() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            sockets.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cut();
    }

    private void pass(Socket near, Socket far) throws IOException {
        byte[] piece = new byte[1 << 16];
        for (int length = near.getInputStream().read(piece); length > 0; length = near.getInputStream().read(piece)) {
            String awaited = words.get();
            if (awaited != null && new String(piece, 0, length, StandardCharsets.ISO_8859_1).contains(awaited) && words.compareAndSet(awaited, null)) {
                near.close();
                far.close();
                return;
            }
            far.getOutputStream().write(piece, 0, length);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The wire was cut.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
