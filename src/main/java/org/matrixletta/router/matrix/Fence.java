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

    // What is longer would fill the parts if it were repeated in each: so many marks, and so much of the info, are.
    private static final int LONGEST_MARKS = 50;
    private static final int LONGEST_INFO = 40;

    /** The fence that a line which begins here opens, or closes; null if it does neither. */
    static Fence at(String text, int line) {
        int begin = marks(text, line);
        if (begin < 0) {
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
        String info = text.substring(end, lineEnd).strip();
        return mark == '`' && info.indexOf('`') >= 0 ? null : new Fence(mark, end - begin, info);
    }

    /** Whether a line that began here could be a fence. */
    static boolean mayBegin(String text, int at) {
        return marks(text, at) >= 0;
    }

    boolean isClosedBy(Fence other) {
        return other != null && other.mark == mark && other.length >= length && other.info.isEmpty();
    }

    String opening() {
        String language = info.length() <= LONGEST_INFO ? info : info.split("\\s", 2)[0];
        return repeated() + (language.length() <= LONGEST_INFO ? language : "") + "\n";
    }

    String closing() {
        return "\n" + repeated();
    }

    /** The bytes of {@link #closing()} as JSON, whose line break takes two. */
    int closingBytes() {
        return Math.min(length, LONGEST_MARKS) + 2;
    }

    private String repeated() {
        return String.valueOf(mark).repeat(Math.min(length, LONGEST_MARKS));
    }

    /** Where the three marks stand, behind at most three blanks; -1 if nowhere. */
    private static int marks(String text, int line) {
        int begin = line;
        while (begin < line + 3 && begin < text.length() && text.charAt(begin) == ' ') {
            begin++;
        }
        return text.startsWith("```", begin) || text.startsWith("~~~", begin) ? begin : -1;
    }
}
