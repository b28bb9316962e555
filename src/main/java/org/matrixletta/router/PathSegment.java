package org.matrixletta.router;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The one way in which a text from outside becomes part of a path: as exactly one segment of it (RFC 3986, section 3.3). */
public final class PathSegment {

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~.";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PathSegment() {
    }

    /**
     * Encodes all but RFC 3986's unreserved characters, as UTF-8. What is encoded once must not be encoded again.
     *
     * @throws IllegalArgumentException if the text is empty, {@code .} or {@code ..}, which name another path than was meant, or
     *         holds half of a surrogate pair, which has no bytes
     */
    public static String encode(String text) {
        if (text.isEmpty() || text.equals(".") || text.equals("..")) {
            throw new IllegalArgumentException("An id is \"" + text + "\", which is no part of a path; correct it where it is stored.");
        }
        StringBuilder segment = new StringBuilder(text.length() + 16);
        for (ByteBuffer bytes = utf8(text); bytes.hasRemaining();) {
            byte next = bytes.get();
            if (UNRESERVED.indexOf(next) >= 0) {
                segment.append((char) next);
            } else {
                HEX.toHexDigits(segment.append('%'), next);
            }
        }
        return segment.toString();
    }

    private static ByteBuffer utf8(String text) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("An id holds half of a surrogate pair, which is no part of a path; correct it where it is stored.", e);
        }
    }
}
