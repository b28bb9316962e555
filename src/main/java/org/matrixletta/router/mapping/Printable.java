package org.matrixletta.router.mapping;

/** Text from outside, made fit for one line of a log or a terminal. */
public final class Printable {

    /** Names longer than this are cut: a line stays a line. */
    private static final int NAME_LENGTH = 80;

    private Printable() {
    }

    /** A name: escaped as {@link #line} does, at most 80 characters. */
    public static String name(String text) {
        String line = line(text);
        return line.length() <= NAME_LENGTH ? line : line.substring(0, NAME_LENGTH - 1) + "…";
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
