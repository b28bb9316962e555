package org.matrixletta.router.matrix;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a text may be cut: between two grapheme clusters, what a reader takes for one character (Unicode Standard Annex 29). */
final class Graphemes {

    private static final Pattern CLUSTER = Pattern.compile("\\X");

    /** How far a cluster is followed beyond the limit, where all that matters is that it goes on; and how far back a better cut may lie. */
    private static final int LOOK_AHEAD = 64;

    private Graphemes() {
    }

    /**
     * The last place up to the limit where one cluster ends and another begins, if possible none that begins with a fence.
     *
     * @param from a place between two clusters; given back if there is none after it
     */
    static int cutBefore(String text, int from, int limit) {
        int last = from;
        int cut = from;
        Matcher cluster = CLUSTER.matcher(text).region(from, Math.min(text.length(), limit + LOOK_AHEAD));
        while (cluster.find() && cluster.end() <= limit) {
            last = cluster.end();
            if (!Fence.mayBegin(text, last)) {
                cut = last;
            }
        }
        return last - cut <= LOOK_AHEAD ? cut : last;
    }

    /** Whether the character belongs to the cluster of the one before it, also if that is a blank. */
    static boolean isContinued(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK, Character.FORMAT -> true;
            // The five tones of skin.
            default -> codePoint >= 0x1F3FB && codePoint <= 0x1F3FF;
        };
    }
}
