package org.matrixletta.router.letta;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.matrixletta.router.Printable;

/**
 * Tells an agent who speaks. A message of another agent has a first line that names it, in one form that people and programs read:
 * {@code [Message from agent "Meridian" (agent-…) in room !…]}; the name stands in quotation marks and holds none. A text never brings
 * such a line of its own.
 */
public final class Envelope {

    /** What a line that announces an agent begins with, as letters only: ours, and the old system's, which agents still remember. */
    private static final List<String> ANNOUNCEMENTS = List.of("messagefromagent", "interagentmessagefrom");
    private static final int LETTERS = ANNOUNCEMENTS.stream().mapToInt(String::length).max().orElseThrow();
    private static final Pattern LINE = Pattern.compile("[^\\n\\x0B\\f\\r\\x1C-\\x1E\\u0085\\u2028\\u2029]+");
    /** A letter, then letters of other alphabets that look like it and that Unicode does not decompose to it. */
    private static final Map<Integer, Integer> LOOKALIKES = lookalikes(
            "mмμᴍ", "eеεᴇ", "sѕꜱ", "aаαᴀ", "gɡԍɢ", "fƒꜰ", "rгᴦʀ", "oоοσᴏ", "nпηνɴ", "tтτᴛ", "iіιıɪ");

    private Envelope() {
    }

    /**
     * The message of an agent, for another agent.
     *
     * @param name the speaking agent's name, as anybody may have chosen it
     * @param agentId its id
     * @param roomId where it spoke
     */
    public static String ofAgent(String name, String agentId, String roomId, String text) {
        return "[Message from agent \"" + Printable.name(name.replace("\"", "\\u0022")) + "\" (" + Printable.line(agentId) + ") in room "
                + Printable.line(roomId) + "]\n" + ofPerson(text);
    }

    /** The text of a person, or anything else that comes from one: a line that looks like an envelope is quoted. */
    public static String ofPerson(String text) {
        return LINE.matcher(text).replaceAll(line -> Matcher.quoteReplacement(looksLikeEnvelope(line.group()) ? "> " + line.group() : line.group()));
    }

    /** Judged by its first letters alone: blanks, brackets, digits and invisible characters between them hide nothing. */
    private static boolean looksLikeEnvelope(String line) {
        StringBuilder letters = new StringBuilder(LETTERS);
        for (int i = 0; i < line.length() && letters.length() < LETTERS; ) {
            int character = line.codePointAt(i);
            if (character == '>' && letters.isEmpty()) {
                return false; // a quotation already
            }
            appendLetters(letters, character);
            i += Character.charCount(character);
        }
        return ANNOUNCEMENTS.stream().anyMatch(announcement -> letters.indexOf(announcement) == 0);
    }

    private static void appendLetters(StringBuilder letters, int character) {
        Normalizer.normalize(Character.toString(character), Normalizer.Form.NFKD).toLowerCase(Locale.ROOT).codePoints()
                .map(c -> LOOKALIKES.getOrDefault(c, c)).filter(c -> c >= 'a' && c <= 'z').forEach(letters::appendCodePoint);
    }

    private static Map<Integer, Integer> lookalikes(String... rows) {
        Map<Integer, Integer> meant = new HashMap<>();
        for (String row : rows) {
            row.codePoints().skip(1).forEach(lookalike -> meant.put(lookalike, (int) row.charAt(0)));
        }
        return meant;
    }
}
