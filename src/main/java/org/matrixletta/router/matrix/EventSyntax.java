package org.matrixletta.router.matrix;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Judges whether the bytes of an event are JSON that every reader understands, and understands in the same way. */
final class EventSyntax {

    /** Matrix allows 65,536 (Client-Server API, "Size limits"); escapes and what servers add under unsigned can multiply that. */
    static final int LARGEST = 1 << 20;

    private static final int DEPTH = 1_000;
    private static final int DIGITS = 1_000;

    // The names in events are anybody's: they must not pile up in the parser's table of names.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH).maxNumberLength(DIGITS).maxNameLength(LARGEST).maxStringLength(LARGEST).build())
            .build();

    private EventSyntax() {
    }

    /** What is wrong with them, without a word of what they hold; or null. */
    static String fault(byte[] raw) {
        if (raw.length > LARGEST) {
            return "the event is larger than " + LARGEST + " bytes, and Matrix allows 65536";
        }
        try {
            CharBuffer characters = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw));
            try (JsonParser json = JSON.createParser(characters.array(), characters.position(), characters.length())) {
                return fault(json);
            }
        } catch (CharacterCodingException e) {
            return "the event is not UTF-8";
        } catch (StreamConstraintsException e) {
            return "the event is nested deeper than " + DEPTH + " levels, or has a number of more than " + DIGITS + " digits";
        } catch (IOException e) {
            // Jackson's own words would repeat what it read.
            return "the event is not valid JSON";
        }
    }

    private static String fault(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            return "the event is not a JSON object";
        }
        Deque<Set<String>> names = new ArrayDeque<>();
        for (JsonToken token = json.currentToken(); token != null; token = json.nextToken()) {
            switch (token) {
                case START_OBJECT -> names.push(new HashSet<>());
                case END_OBJECT -> names.pop();
                case FIELD_NAME -> {
                    if (!names.element().add(json.currentName())) {
                        return "the event has a key twice in one object";
                    }
                }
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                    if (Double.isInfinite(Double.parseDouble(json.getText()))) {
                        return "the event has a number beyond all use";
                    }
                }
                default -> { }
            }
        }
        return null;
    }
}
