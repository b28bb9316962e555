package org.matrixletta.router.matrix;

/** The text that a person meant with an m.room.message (Matrix Client-Server API, "Instant messaging"). */
public final class EventText {

    /** Characters that are drawn as nothing, though Unicode does not count them as control or format characters. */
    private static final String DRAWN_AS_NOTHING = "\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0";

    private EventText() {
    }

    /**
     * The body, or that of the new content if the event is an edit, without the quotation that clients used to put before a reply;
     * what is done ({@code m.emote}) begins with {@code * }. U+0000 and halves of surrogate pairs, which neither Letta nor a
     * homeserver bears, are U+FFFD.
     *
     * @param raw the bytes of the event's JSON
     * @return an empty text where there is no body, or one of blanks and invisible characters only
     */
    public static String of(byte[] raw) {
        return of(JsonSlice.of(raw).at("content"));
    }

    static String of(JsonSlice content) {
        String body = said(content).at("body").text();
        if (body == null) {
            return "";
        }
        if (content.at("m.relates_to").at("m.in_reply_to").isObject()) {
            body = withoutQuotation(body);
        }
        if (body.codePoints().allMatch(EventText::isInvisible)) {
            return "";
        }
        return (said(content).at("msgtype").isText("m.emote") ? "* " : "") + whole(body);
    }

    /** The content that counts: of an edit ("Event replacements") the new content, which then may be absent. */
    static JsonSlice said(JsonSlice content) {
        return content.at("m.relates_to").at("rel_type").isText("m.replace") ? content.at("m.new_content") : content;
    }

    /** The text with U+FFFD for what tables and peers cannot hold. */
    static String whole(String text) {
        return text.codePoints().map(point -> point == 0 || point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? '\uFFFD' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    /** "Rich replies" before version 1.13: lines that begin with {@code >}, the first naming the user, and an empty line. */
    private static String withoutQuotation(String body) {
        if (!body.startsWith("> <@") && !body.startsWith("> * <@")) {
            return body;
        }
        int line = 0;
        while (line < body.length() && body.charAt(line) == '>') {
            int end = body.indexOf('\n', line);
            if (end < 0) {
                return body;
            }
            line = end + 1;
        }
        return line < body.length() && body.charAt(line) == '\n' ? body.substring(line + 1) : body;
    }

    private static boolean isInvisible(int point) {
        return switch (Character.getType(point)) {
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.CONTROL, Character.FORMAT -> true;
            default -> DRAWN_AS_NOTHING.indexOf(point) >= 0 || isVariationSelector(point);
        };
    }

    private static boolean isVariationSelector(int point) {
        return point >= 0xFE00 && point <= 0xFE0F || point >= 0xE0100 && point <= 0xE01EF;
    }
}
