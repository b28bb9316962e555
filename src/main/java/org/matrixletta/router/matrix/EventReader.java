package org.matrixletta.router.matrix;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads of one event what the inbox keeps of it. Whatever is wrong with the event becomes its fault, and is never an error. */
public final class EventReader {

    /** Of ids, Matrix Client-Server API, "Size limits"; what else is kept are names that are shorter still. */
    private static final int TEXT_BYTES = 255;

    /** A source of ours holds a whole id and says what it is for. */
    private static final int SOURCE_BYTES = 1_000;

    private final EventFilter filter;

    public EventReader(EventFilter filter) {
        this.filter = filter;
    }

    /**
     * Reads and judges an event.
     *
     * @param raw the bytes of its JSON, which the result holds as they are
     */
    public Event read(byte[] raw) {
        List<String> faults = new ArrayList<>();
        String syntax = EventSyntax.fault(raw);
        if (syntax != null) {
            faults.add(syntax);
        }
        JsonSlice event = JsonSlice.of(raw);
        String eventId = id(event, "event_id", "$", faults);
        String roomId = id(event, "room_id", "!", faults);
        String sender = id(event, "sender", "@", faults);
        String type = id(event, "type", "", faults);
        String stateKey = text(event, "state_key", true, faults);
        boolean isMessage = "m.room.message".equals(type) && stateKey == null;

        // Beyond the size of any event not even the content is looked into: each look goes over all of it.
        JsonSlice content = raw.length > EventSyntax.LARGEST ? JsonSlice.NONE : event.at("content");
        if (!content.isObject()) {
            faults.add("content is not an object");
        }
        String membership = "m.room.member".equals(type) && stateKey != null ? text(content, "membership", false, faults) : null;
        JsonSlice relation = content.at("m.relates_to");
        if (isMessage && !relation.isAbsent() && !relation.isObject()) {
            faults.add("m.relates_to is not an object");
        }
        String relType = text(relation, "rel_type", isMessage, faults);
        String related = text(relation, "event_id", isMessage, faults);
        String repliedTo = text(relation.at("m.in_reply_to"), "event_id", isMessage, faults);
        String msgtype = text(EventText.said(content), "msgtype", isMessage, faults);
        String redacts = null;
        if ("m.room.redaction".equals(type)) {
            // Room version 11 moved it into the content.
            redacts = text(event.at("redacts").isAbsent() ? content : event, "redacts", true, faults);
        }
        JsonSlice marker = content.at("org.matrixletta.source");
        String markerSource = text(marker, "source", false, SOURCE_BYTES, faults);
        Integer markerPart = marker.at("part").integer();
        boolean isMarked = markerSource != null && markerPart != null;
        String fromAgent = text(content, "m.letta.from_agent_id", false, faults);
        boolean isRedacted = event.at("unsigned").at("redacted_because").isObject();

        Event read = new Event(eventId == null ? keyOf(raw) : eventId, roomId, sender, type, stateKey, membership, msgtype, relType,
                relType == null && related == null ? repliedTo : related, redacts, isMarked ? markerSource : null, isMarked ? markerPart : null,
                fromAgent == null || fromAgent.isEmpty() ? null : fromAgent,
                content.at("m.letta_historical").isTrue() || content.at("m.bridge_originated").isTrue(),
                stateKey == null ? kind(type, msgtype, content, isRedacted) : null, raw, null,
                faults.isEmpty() ? null : faults.get(0) + "; no replay mends that, drop it once you know where it came from.");
        return read.ignoredBy(filter.rule(read));
    }

    private static String kind(String type, String msgtype, JsonSlice content, boolean isRedacted) {
        boolean isEncrypted = "m.room.encrypted".equals(type);
        if (!isEncrypted && !"m.room.message".equals(type)) {
            return null;
        }
        if (isRedacted) {
            return "redacted";
        }
        if (isEncrypted) {
            return "encrypted";
        }
        if (!EventText.said(content).isObject()) {
            return "invalid";
        }
        return msgtype == null ? null : switch (msgtype) {
            case "m.text", "m.emote" -> EventText.of(content).isEmpty() ? null : "text";
            case "m.notice" -> null;
            default -> "media";
        };
    }

    private static String id(JsonSlice event, String key, String sigil, List<String> faults) {
        String id = text(event, key, true, faults);
        if (id != null && id.startsWith(sigil) && !id.isEmpty()) {
            return id;
        }
        faults.add(key + " is missing" + (sigil.isEmpty() ? "" : " or does not begin with " + sigil));
        return null;
    }

    private static String text(JsonSlice object, String key, boolean isJudged, List<String> faults) {
        return text(object, key, isJudged, TEXT_BYTES, faults);
    }

    /** The text at a key; null if there is none, which is a fault where something else stands there and the type is judged. */
    private static String text(JsonSlice object, String key, boolean isJudged, int limit, List<String> faults) {
        JsonSlice value = object.at(key);
        if (!value.isText()) {
            if (isJudged && !value.isAbsent()) {
                faults.add(key + " is not a text");
            }
            return null;
        }
        String text = value.size() > JsonSlice.ESCAPE * limit + 2 ? null : value.text();
        if (text == null || !text.equals(EventText.whole(text)) || text.getBytes(StandardCharsets.UTF_8).length > limit) {
            faults.add(key + " has more than " + limit + " bytes, or holds U+0000 or half of a surrogate pair, which no table can hold");
            return null;
        }
        return text;
    }

    private static String keyOf(byte[] raw) {
        try {
            return "invalid:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(raw));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
