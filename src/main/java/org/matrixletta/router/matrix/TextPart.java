package org.matrixletta.router.matrix;

/**
 * One part of a text that is too long for one event.
 *
 * @param text what stands in the event, with the fence of a code block closed and reopened where the cut goes through one
 * @param next where the next part begins in the whole text
 * @param open the fence that is open there; null outside of a code block
 */
record TextPart(String text, int next, Fence open) {

    /** A place where the text may be cut, how many bytes of the part come before it, and the fence that is open there. */
    private record Cut(int at, int used, Fence open) {
    }

    // The kinds of cuts, best first.
    private static final int PARAGRAPH = 0;
    private static final int LINE = 1;
    private static final int SENTENCE = 2;
    private static final int WORD = 3;

    /**
     * The part that begins here: up to the end of the text, or to the last end of a paragraph, line, sentence, word, grapheme cluster or
     * character that leaves it small enough. A better kind of cut is taken if it leaves at least a quarter of the room filled. Blank
     * lines at a cut are dropped, but in a code block.
     *
     * @param open the fence to reopen, or null
     * @param room bytes as JSON, at least 500
     */
    static TextPart next(String text, int start, Fence open, int room) {
        Fence fence = open;
        String opening = open == null ? "" : open.opening();
        Cut[] cuts = new Cut[WORD + 1];
        int used = bytes(opening);
        int clusterEnd = start;
        boolean isFirst = open != null;
        boolean isAfterBlank = true;
        for (int line = start; line < text.length();) {
            int lineEnd = lineEnd(text, line);
            Fence before = fence;
            Fence marker = Fence.at(text, line);
            if (before == null || before.isClosedBy(marker)) {
                fence = before == null ? marker : null;
            }
            boolean isMarker = fence != before;
            boolean isBlank = isBlank(text, line, lineEnd);
            if (line > start) {
                clusterEnd = line;
                // No part ends with a fence just opened or begins with one about to close: the block would be empty.
                if (!isFirst && (before == null || fence != null)) {
                    cuts[before == null && (isBlank || isAfterBlank || isMarker) ? PARAGRAPH : LINE] = new Cut(line, used, before);
                }
            }
            int closing = isMarker || before == null ? 0 : before.closingBytes();
            for (int at = line; at < lineEnd;) {
                int character = text.codePointAt(at);
                if (!isMarker && at > line && isWordStart(text, at, character)) {
                    clusterEnd = at;
                    cuts[before == null && isSentenceEnd(text, at) ? SENTENCE : WORD] = new Cut(at, used, before);
                }
                used += bytes(character);
                if (used + closing > room) {
                    return upTo(best(cuts, room, isMarker && line > start ? line : forced(text, start, clusterEnd, at), before), text, start, opening);
                }
                at += Character.charCount(character);
            }
            isFirst = isMarker && fence != null;
            isAfterBlank = isBlank;
            line = lineEnd;
        }
        return new TextPart(opening + text.substring(start), text.length(), fence);
    }

    /** The first line from here on that is not blank. */
    static int skipBlankLines(String text, int from) {
        int line = from;
        while (line < text.length() && isBlank(text, line, lineEnd(text, line))) {
            line = lineEnd(text, line);
        }
        return line;
    }

    /** The bytes that a text takes in JSON in UTF-8, as Matrix counts them (appendices, "Canonical JSON"), without its quotes. */
    static int bytes(String text) {
        return text.codePoints().map(TextPart::bytes).sum();
    }

    private static int bytes(int character) {
        return switch (character) {
            case '"', '\\', '\b', '\t', '\n', '\f', '\r' -> 2;
            default -> character < 0x20 ? 6 : character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
        };
    }

    private static Cut best(Cut[] cuts, int room, int forced, Fence open) {
        for (Cut cut : cuts) {
            if (cut != null && cut.used() >= room / 4) {
                return cut;
            }
        }
        return new Cut(forced, room, open);
    }

    /** The end of the last cluster that fits; a cluster that fills the whole part is cut between two characters. */
    private static int forced(String text, int start, int clusterEnd, int limit) {
        int cut = Graphemes.cutBefore(text, clusterEnd, limit);
        return cut == start ? limit : cut;
    }

    private static TextPart upTo(Cut cut, String text, int start, String opening) {
        String part = opening + text.substring(start, cut.at());
        return cut.open() == null ? new TextPart(part.stripTrailing(), skipBlankLines(text, cut.at()), null)
                : new TextPart(withoutLineBreak(part) + cut.open().closing(), cut.at(), cut.open());
    }

    private static String withoutLineBreak(String part) {
        int end = part.length() - (part.endsWith("\r\n") ? 2 : part.endsWith("\n") || part.endsWith("\r") ? 1 : 0);
        return part.substring(0, end);
    }

    private static int lineEnd(String text, int from) {
        int at = from;
        while (at < text.length()) {
            char character = text.charAt(at++);
            if (character == '\n' || character == '\r' && (at == text.length() || text.charAt(at) != '\n')) {
                break;
            }
        }
        return at;
    }

    private static boolean isBlank(String text, int from, int to) {
        for (int at = from; at < to; at++) {
            if (!Character.isWhitespace(text.charAt(at))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWordStart(String text, int at, int character) {
        char before = text.charAt(at - 1);
        return (Character.isWhitespace(before) || "。！？".indexOf(before) >= 0) && !Character.isWhitespace(character)
                && !Graphemes.isContinued(character) && !Fence.mayBegin(text, at);
    }

    private static boolean isSentenceEnd(String text, int at) {
        int last = at - 1;
        while (Character.isWhitespace(text.charAt(last)) && last > 0) {
            last--;
        }
        return ".!?…。！？".indexOf(text.charAt(last)) >= 0;
    }
}
