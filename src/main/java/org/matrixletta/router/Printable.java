package org.matrixletta.router;

/** Text from outside, made fit for one line of a log or a terminal. */
public final class Printable {

    /** Names longer than this are cut: a line stays a line. */
    private static final int NAME_LENGTH = 80;

    private Printable() {
    }

    /** A name: escaped as {@link #line} does, at most 80 characters. */
    public static String name(String text) {
        return line(text, NAME_LENGTH);
    }

    /** An agent as logs and reports call it: its name, which may be missing, and its id. */
    public static String agent(String name, String id) {
        return name(name == null ? "Unknown" : name) + " (" + line(id) + ")";
    }

    /** As {@link #line(String)}, cut to at most so many characters, never inside a surrogate pair. */
    public static String line(String text, int length) {
        String line = line(text);
        if (line.length() <= length) {
            return line;
        }
        int end = length - 1;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    /** The whole text, with every character that steers a terminal, breaks a line or turns the writing direction as {@code \}{@code uXXXX}. */
    public static String line(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (Character.getType(character)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                        line.append(String.format("\\u%04X", (int) character));
                default -> line.append(character);
            }
        }
        return line.toString();
    }
}
