package org.matrixletta.router.matrix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Writes an answer as the contents of the m.room.message events that bring it into the room. The text chooses nothing but what is read
 * there: room, sender, message type, mentions and transaction are ours.
 */
public final class ReplyContents {

    /**
     * Bytes of one content. A whole event is at most 65,536 (Matrix specification, client-server API, "Size limits"); what is left is for
     * signatures, hashes, and the ids of the events before it, which took 642 bytes in a small room of Synapse 1.160 and take more in a
     * busy one.
     */
    public static final int LIMIT = 60_000;

    /** Bytes of UTF-8 of one answer. */
    public static final int LONGEST = 2_000_000;

    private static final String CUT = "[This answer was longer than 2 MB; the rest of it is cut off.]";

    /** Every event carries at least so many bytes of the text, whatever the limit: an answer must come to an end. */
    private static final int LEAST = 500;

    /** A text whose HTML is so much larger than itself is better read as it is than in so many events. */
    private static final int LARGEST_MARKUP = 8;

    private static final ObjectReader JSON = new ObjectMapper().reader();

    private ReplyContents() {
    }

    /** The contents, in order; none if there is nothing to read in the text. */
    public static List<String> of(String text, ReplyContext context) {
        return of(text, context, LIMIT);
    }

    /**
     * The contents, in order; none if there is nothing to read in the text.
     *
     * @param limit bytes of one content; kept as long as it leaves 500 bytes for the text
     */
    public static List<String> of(String text, ReplyContext context, int limit) {
        String readable = shortened(wellFormed(text)).stripTrailing();
        List<String> contents = new ArrayList<>();
        if (isBlank(readable)) {
            return contents;
        }
        int at = TextPart.skipBlankLines(readable, 0);
        Fence open = null;
        int guess = limit;
        while (at < readable.length()) {
            ObjectNode envelope = envelope(context, contents.size());
            int whole = Math.max(LEAST, limit - bytes(envelope.toString()));
            int smallest = Math.max(LEAST, whole / LARGEST_MARKUP);
            int room = Math.max(smallest, Math.min(whole, guess));
            TextPart part = TextPart.next(readable, at, open, room);
            String content = content(envelope, part.text(), html(part, context));
            while (bytes(content) > limit && roomFor(content, room, limit) >= smallest) {
                room = roomFor(content, room, limit);
                part = TextPart.next(readable, at, open, room);
                content = content(envelope, part.text(), html(part, context));
            }
            if (bytes(content) > limit) {
                room = whole;
                part = TextPart.next(readable, at, open, room);
                content = content(envelope, part.text(), null);
            }
            if (!part.text().isBlank()) {
                contents.add(content);
            }
            at = part.next();
            open = part.open();
            guess = roomFor(content, room, limit);
        }
        return contents;
    }

    /** The room with which a text like that of this content just fits. */
    private static int roomFor(String content, int room, int limit) {
        return (int) (0.95 * room * limit / bytes(content));
    }

    private static String html(TextPart part, ReplyContext context) {
        return context.isNotice() ? null : ReplyHtml.of(part.text());
    }

    /**
     * Writes an event that could not be sent as it is once more: in smaller parts after a 413 (half of its size is a good limit; a single
     * content then means that it cannot be made smaller), without its relation, or in the bot's name. Its parts count from its own
     * number, if the context is not changed to count from another.
     *
     * @param content a content made here
     * @param change of the context that it was made in
     * @param limit bytes of one content
     * @throws IllegalArgumentException if it is no JSON
     */
    public static List<String> again(String content, UnaryOperator<ReplyContext> change, int limit) {
        JsonNode sent = parsed(content);
        ReplyContext context = ReplyContext.of(sent);
        String body = sent.path("body").asText();
        return of(context.mark() == null ? body : body.substring(context.mark().length() + 1), change.apply(context), limit);
    }

    private static JsonNode parsed(String content) {
        try {
            return JSON.readTree(content);
        } catch (JsonProcessingException e) {
            // The cause would quote the text.
            throw new IllegalArgumentException("This is no content of an event.");
        }
    }

    private static ObjectNode envelope(ReplyContext context, int index) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.put("msgtype", context.isNotice() ? "m.notice" : "m.text").put("body", context.mark() == null ? "" : context.mark() + "\n");
        // Said even if empty: without it clients look for names and @room in the text.
        ObjectNode mentions = content.putObject("m.mentions");
        if (context.mention() != null && index == 0) {
            mentions.putArray("user_ids").add(context.mention());
        }
        if (context.question() != null && (context.threadRoot() != null || context.isReply())) {
            ObjectNode relation = content.putObject("m.relates_to");
            if (context.threadRoot() != null) {
                relation.put("rel_type", "m.thread").put("event_id", context.threadRoot()).put("is_falling_back", true);
            }
            relation.putObject("m.in_reply_to").put("event_id", context.question());
        }
        content.putObject(ReplyContext.SOURCE).put("source", context.source()).put("part", context.firstPart() + index);
        if (context.mark() != null) {
            content.put(ReplyContext.MARK, context.mark());
        }
        return content;
    }

    private static String content(ObjectNode envelope, String text, String html) {
        ObjectNode content = envelope.deepCopy();
        content.put("body", envelope.path("body").textValue() + text);
        if (html != null) {
            JsonNode mark = envelope.path(ReplyContext.MARK);
            content.put("format", "org.matrix.custom.html")
                    .put("formatted_body", (mark.isMissingNode() ? "" : "<p>" + ReplyHtml.escaped(mark.textValue()) + "</p>\n") + html);
        }
        return content.toString();
    }

    /** The text with U+FFFD for U+0000, which no table can hold, and for half a surrogate pair, at which homeservers fail. */
    private static String wellFormed(String text) {
        StringBuilder sound = new StringBuilder(text.length());
        text.codePoints().forEach(character -> sound.appendCodePoint(
                character == 0 || Character.getType(character) == Character.SURROGATE ? '\uFFFD' : character));
        return sound.toString();
    }

    private static String shortened(String text) {
        int bytes = 0;
        int at = 0;
        while (at < text.length()) {
            int character = text.codePointAt(at);
            bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
            if (bytes > LONGEST) {
                String kept = text.substring(0, Graphemes.cutBefore(text, text.offsetByCodePoints(at, -LEAST), at)).stripTrailing();
                Fence open = TextPart.next(kept, 0, null, Integer.MAX_VALUE).open();
                return kept + (open == null ? "" : open.closing()) + "\n\n" + CUT;
            }
            at += Character.charCount(character);
        }
        return text;
    }

    private static boolean isBlank(String text) {
        return text.codePoints().allMatch(character -> Character.isWhitespace(character) || Character.isSpaceChar(character)
                || Character.getType(character) == Character.FORMAT);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
