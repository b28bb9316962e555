package org.matrixletta.router.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** What the two keys of this router open. */
@Component
class Keys {

    /** What somebody may do. */
    enum Right {
        NOTHING, READ, CHANGE;

        /** Whether it covers a request that only reads, or one that may change something. */
        boolean covers(boolean reads) {
            return this == CHANGE || this == READ && reads;
        }
    }

    private final Settings settings;

    Keys(Settings settings) {
        this.settings = settings;
    }

    /** The right of whoever shows this text as a key. */
    Right rightOf(String shown) {
        if (isSame(shown, settings.apiKey())) {
            return Right.CHANGE;
        }
        return !settings.readKey().isEmpty() && isSame(shown, settings.readKey()) ? Right.READ : Right.NOTHING;
    }

    /** Whether two secrets are the same, found out in a time that tells nothing of where they differ. */
    static boolean isSame(String shown, String secret) {
        return MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
    }
}
