package org.matrixletta.router.letta;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Letta's JSON as a token stream: an answer of many megabytes is never a tree in memory. */
final class LettaJson {

    // What Letta names its keys must not pile up in the parser's table of names.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    /** Sixteen megabytes of empty objects must not become a list. */
    private static final int ENTRIES = 50_000;

    private LettaJson() {
    }

    /** Reads what the parser stands on, and leaves it on the last token of that. */
    interface Reading<T> {
        T read(JsonParser json) throws IOException;
    }

    /**
     * Reads one whole document.
     *
     * @return null if it is no complete JSON
     */
    static <T> T whole(byte[] document, Reading<T> reading) {
        try (JsonParser json = JSON.createParser(document)) {
            return json.nextToken() == null ? null : readToTheEnd(json, reading);
        } catch (IOException | RuntimeException e) {
            // Whatever a parser makes of hostile bytes: they are not readable.
            return null;
        }
    }

    private static <T> T readToTheEnd(JsonParser json, Reading<T> reading) throws IOException {
        T value = reading.read(json);
        return json.nextToken() == null ? value : null;
    }

    /** The text that the parser stands on; null for anything else, which is skipped. */
    static String text(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return null;
    }

    /** The texts directly in the object that the parser stands on, by key; everything else is skipped. */
    static Map<String, String> texts(JsonParser json) throws IOException {
        Map<String, String> texts = new HashMap<>();
        if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                json.nextToken();
                String text = text(json);
                if (text != null && texts.put(key, text) == null && texts.size() > ENTRIES) {
                    throw new IOException("more keys than any object of Letta's");
                }
            }
        }
        json.skipChildren();
        return texts;
    }

    /** What a reading makes of the elements of the list that the parser stands on, without nulls; null if it stands on no list. */
    static <T> List<T> list(JsonParser json, Reading<T> reading) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return null;
        }
        List<T> list = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            T element = reading.read(json);
            if (element != null && list.add(element) && list.size() > ENTRIES) {
                throw new IOException("more elements than any list of Letta's");
            }
        }
        return list;
    }

    /** A date with or without an offset (Letta writes both; without one it means UTC); null if it is none. */
    static Instant date(String text) {
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            try {
                return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
            } catch (DateTimeParseException none) {
                return null;
            }
        }
    }
}
