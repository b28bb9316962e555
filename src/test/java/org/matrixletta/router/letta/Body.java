package org.matrixletta.router.letta;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Bodies that a real Letta 0.16.8 answered with, kept under src/test/resources/letta. */
final class Body {

    private Body() {
    }

    static byte[] real(String name) {
        try (InputStream body = Objects.requireNonNull(Body.class.getResourceAsStream("/letta/" + name + ".json"), name)) {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] of(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
