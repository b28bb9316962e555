package org.matrixletta.router.peer;

import java.net.URI;
import java.util.Set;

/** Tells addresses that mean another machine or container to each who reads them. */
public final class Loopback {

    private static final Set<String> HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    private Loopback() {
    }

    /** Whether the address leads to wherever it is used. */
    public static boolean is(String url) {
        return HOSTS.contains(URI.create(url).getHost());
    }
}
