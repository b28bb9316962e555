package org.matrixletta.router.matrix;

/** Goes through the members of an object, or the elements of a list, as far as they stand in order. */
final class JsonParts {

    private final byte[] bytes;
    private final int end;
    private final boolean isNamed;

    private int at;
    private boolean isFirst = true;
    private boolean isBroken;
    private JsonSlice key = JsonSlice.NONE;
    private JsonSlice value = JsonSlice.NONE;

    JsonParts(byte[] bytes, int start, int end, boolean isNamed) {
        this.bytes = bytes;
        this.at = start + 1;
        this.end = end - 1;
        this.isNamed = isNamed;
    }

    /** Moves to the next one; false where none is left, or where the order ends, which {@link #isBroken()} tells. */
    boolean next() {
        skipBlanks();
        if (isBroken || at >= end) {
            return false;
        }
        isBroken = !(isFirst || skip(',')) || isNamed && !takeKey();
        isFirst = false;
        if (!isBroken) {
            value = take();
            isBroken = value.size() == 0;
        }
        return !isBroken;
    }

    /** Whether what was gone through is not in order; known once {@link #next()} has said false. */
    boolean isBroken() {
        return isBroken;
    }

    JsonSlice key() {
        return key;
    }

    JsonSlice value() {
        return value;
    }

    private boolean takeKey() {
        key = take();
        return key.isText() && skip(':');
    }

    private JsonSlice take() {
        int start = at;
        at = endOfValue();
        return new JsonSlice(bytes, start, at);
    }

    /** Where the value that begins here ends; here, if there is none. */
    private int endOfValue() {
        int depth = 0;
        boolean isQuoted = false;
        for (int i = at; i < end; i++) {
            byte next = bytes[i];
            if (isQuoted) {
                if (next == '\\') {
                    i++;
                } else if (next == '"') {
                    isQuoted = false;
                    if (depth == 0) {
                        return i + 1;
                    }
                }
            } else if (next == '"') {
                isQuoted = true;
            } else if (next == '{' || next == '[') {
                depth++;
            } else if (next == '}' || next == ']') {
                depth--;
                if (depth <= 0) {
                    return depth == 0 ? i + 1 : at;
                }
            } else if (depth == 0 && (next == ',' || next == ':' || JsonSlice.isBlank(next))) {
                return i;
            }
        }
        return depth == 0 && !isQuoted ? end : at;
    }

    private boolean skip(char expected) {
        skipBlanks();
        if (at < end && bytes[at] == expected) {
            at++;
            skipBlanks();
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (at < end && JsonSlice.isBlank(bytes[at])) {
            at++;
        }
    }
}
