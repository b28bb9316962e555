package org.matrixletta.router.matrix;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One JSON value in the bytes that were sent, found by its brackets and quotes alone.
 *
 * <p>Jackson would keep an object per level of nesting, and one bad byte would end its reading of the whole body. This looks at
 * bytes and counts brackets: any depth costs nothing, and what is wrong within a value is that value's own fault. In JSON that is
 * well-formed it finds exactly the values that are there; whether a value is well-formed, {@link EventSyntax} says.
 */
final class JsonSlice {

    /** The value of a key that is not there. */
    static final JsonSlice NONE = new JsonSlice(new byte[0], 0, 0);

    /** The bytes of one character written as an escape. */
    static final int ESCAPE = 6;

    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] bytes;
    private final int start;
    private final int end;

    JsonSlice(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
    }

    /** What stands in the bytes, without the blanks around it. */
    static JsonSlice of(byte[] bytes) {
        int start = 0;
        int end = bytes.length;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        return new JsonSlice(bytes, start, end);
    }

    boolean isObject() {
        return isBetween('{', '}');
    }

    boolean isList() {
        return isBetween('[', ']');
    }

    boolean isText() {
        return isBetween('"', '"');
    }

    boolean isTrue() {
        return isWord("true");
    }

    /** Whether nothing is stated here: the key is not there, or its value is JSON's null. */
    boolean isAbsent() {
        return size() == 0 || isWord("null");
    }

    int size() {
        return end - start;
    }

    /** The bytes of the value, and nothing else. */
    byte[] copy() {
        return Arrays.copyOfRange(bytes, start, end);
    }

    /** The members of an object or the elements of a list. */
    JsonParts parts() {
        return new JsonParts(bytes, start, end, isObject());
    }

    /** The value of a key; {@link #NONE} where the key is not there, or there twice, or this is no object. */
    JsonSlice at(String key) {
        JsonSlice found = null;
        if (isObject()) {
            for (JsonParts members = parts(); members.next();) {
                if (members.key().isText(key)) {
                    found = found == null ? members.value() : NONE;
                }
            }
        }
        return found == null ? NONE : found;
    }

    /** The text with its escapes resolved, which can leave half of a surrogate pair; null if this is no text, or broken as one. */
    String text() {
        if (!isText()) {
            return null;
        }
        try {
            String quoted = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, size())).toString();
            if (quoted.indexOf('\\') < 0) {
                return quoted.substring(1, quoted.length() - 1);
            }
            try (JsonParser json = JSON.createParser(quoted)) {
                return json.nextTextValue();
            }
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether this is that text of ASCII characters, escaped or not. */
    boolean isText(String ascii) {
        if (!isText() || size() > ESCAPE * ascii.length() + 2) {
            return false;
        }
        return Arrays.equals(bytes, start + 1, end - 1, ascii.getBytes(StandardCharsets.US_ASCII), 0, ascii.length()) || ascii.equals(text());
    }

    /** A number without fraction and exponent that an int holds; else null. */
    Integer integer() {
        Long number = number();
        return number == null || number.intValue() != number ? null : Integer.valueOf(number.intValue());
    }

    /** A number without fraction and exponent that a long holds; else null. */
    Long number() {
        try {
            return size() > 20 ? null : Long.valueOf(new String(bytes, start, size(), StandardCharsets.ISO_8859_1));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private boolean isBetween(char first, char last) {
        return size() > 1 && bytes[start] == first && bytes[end - 1] == last;
    }

    private boolean isWord(String word) {
        return Arrays.equals(bytes, start, end, word.getBytes(StandardCharsets.US_ASCII), 0, word.length());
    }

    static boolean isBlank(byte next) {
        return next == ' ' || next == '\n' || next == '\r' || next == '\t';
    }
}
