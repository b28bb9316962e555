package org.matrixletta.router.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.matrixletta.router.Settings;

/** Reads a mapping file as a stream of judged entries, in constant memory. */
final class MappingFileReader {

    /** Takes entries one by one. */
    interface Sink {
        void accept(MappingEntry entry) throws IOException;
    }

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    // A million keys are a million names: they must not pile up in the parser's table of names.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final Settings settings;
    private final Remarks remarks;

    MappingFileReader(Settings settings, Remarks remarks) {
        this.settings = settings;
        this.remarks = remarks;
    }

    /**
     * Reads to the end of the stream, which stays open.
     *
     * @param name how errors call the file
     * @param partial whether this is a change of one mapping (see {@link EntryReader#read})
     * @return how many entries there were
     * @throws MappingFileException if the file as a whole cannot be trusted; some entries may have reached the sink by then
     */
    long read(InputStream bytes, String name, boolean partial, Sink sink) throws IOException {
        // A decoder that reports: the encoding is UTF-8 or an error, for a guess could read another file than the operator wrote.
        JsonParser json = JSON.createParser(new InputStreamReader(withoutMark(bytes), StandardCharsets.UTF_8.newDecoder()));
        json.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
        try {
            return readEntries(json, name, partial, sink);
        } catch (StreamConstraintsException e) {
            throw new MappingFileException(place(name, json) + ": nested or long beyond all use; this is no mapping file.", e);
        } catch (JsonProcessingException e) {
            // Jackson's own words would repeat what it read, which may be a password.
            throw new MappingFileException(place(name, json) + ": not valid JSON; look for a missing quote, comma or brace here.", e);
        } catch (CharacterCodingException e) {
            throw new MappingFileException(name + ", near line " + json.currentLocation().getLineNr() + ": not UTF-8; save the file as UTF-8.", e);
        }
    }

    private long readEntries(JsonParser json, String name, boolean partial, Sink sink) throws IOException {
        JsonToken first = json.nextToken();
        if (first == null) {
            throw new MappingFileException(name + " is empty; a file without mappings is written {}.");
        }
        if (first != JsonToken.START_OBJECT) {
            throw new MappingFileException(place(name, json) + ": the file is not a JSON object; it is written {\"agent-id\": {…}, …}.");
        }
        EntryReader reader = new EntryReader(settings, remarks, name);
        long entries = 0;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            sink.accept(reader.read(json, entries, json.currentName(), partial));
            entries++;
        }
        if (json.nextToken() != null) {
            throw new MappingFileException(place(name, json) + ": something follows the end of the JSON object; remove it.");
        }
        return entries;
    }

    private static String place(String name, JsonParser json) {
        return name + ", line " + json.currentLocation().getLineNr() + ", column " + json.currentLocation().getColumnNr();
    }

    private static InputStream withoutMark(InputStream bytes) throws IOException {
        PushbackInputStream start = new PushbackInputStream(bytes, BYTE_ORDER_MARK.length);
        byte[] mark = start.readNBytes(BYTE_ORDER_MARK.length);
        if (!Arrays.equals(mark, BYTE_ORDER_MARK)) {
            start.unread(mark);
        }
        return start;
    }
}
