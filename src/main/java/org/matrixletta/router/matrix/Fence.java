package org.matrixletta.router.matrix;

/**
 * The fence of a code block (CommonMark 0.31, section 4.5). A part of an answer that ends inside the block closes it, and the next
 * part opens it again.
 *
 * @param mark a backtick or a tilde
 * @param length how many of them, 3 or more
 * @param info what stands behind them: the language
 */
record Fence(char mark, int length, String info) {

    /** Longer lines are no fences to us: to repeat them would fill the parts. */
    private static final int LONGEST_LINE = 200;

    /** The fence that a line which begins here opens, or closes; null if it does neither. */
    static Fence at(String text, int line) {
        int begin = line;
        while (begin < text.length() && begin < line + 3 && text.charAt(begin) == ' ') {
            begin++;
        }
        if (begin == text.length() || text.charAt(begin) != '`' && text.charAt(begin) != '~') {
            return null;
        }
        char mark = text.charAt(begin);
        int end = begin;
        while (end < text.length() && text.charAt(end) == mark) {
            end++;
        }
        int lineEnd = end;
        while (lineEnd < text.length() && text.charAt(lineEnd) != '\n' && text.charAt(lineEnd) != '\r') {
            lineEnd++;
        }
        if (end - begin < 3 || lineEnd - line > LONGEST_LINE) {
            return null;
        }
        String info = text.substring(end, lineEnd).strip();
        return mark == '`' && info.indexOf('`') >= 0 ? null : new Fence(mark, end - begin, info);
    }

    boolean isClosedBy(Fence other) {
        return other != null && other.mark == mark && other.length >= length && other.info.isEmpty();
    }

    String opening() {
        return marks() + info + "\n";
    }

    String closing() {
        return "\n" + marks();
    }

    /** The bytes of {@link #closing()} as JSON, whose line break takes two. */
    int closingBytes() {
        return length + 2;
    }

    private String marks() {
        return String.valueOf(mark).repeat(length);
    }
}
