package org.matrixletta.router.matrix;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The form of Matrix user ids (Matrix specification, appendices, "User identifiers"; also such as older servers have given out). */
public final class UserId {

    private static final Pattern FORM = Pattern.compile("@[\\x21-\\x39\\x3B-\\x7E]+:[A-Za-z0-9.\\[\\]:-]+");
    private static final int BYTES = 255;

    private UserId() {
    }

    /** Whether the text is a user id. */
    public static boolean isOne(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length <= BYTES && FORM.matcher(text).matches();
    }

    /** The part of a user id before its server. */
    static String localpart(String user) {
        return user.substring(1, user.indexOf(':'));
    }
}
