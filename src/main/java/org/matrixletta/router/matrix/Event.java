package org.matrixletta.router.matrix;

/**
 * What the inbox keeps of one event that a homeserver sent (Matrix Client-Server API, "Room event format"). A text that no column
 * can hold is null here, and the event's fault.
 *
 * @param eventId its id; for an event without a usable one {@code invalid:} and the SHA-256 of its bytes
 * @param roomId the room, opaque
 * @param sender the user who sent it
 * @param type its type
 * @param stateKey null unless it is a state event
 * @param membership what an m.room.member event makes of the user whom its state key names; null for every other type
 * @param msgtype null where not stated; of an edit, that of its new content
 * @param relType the rel_type of m.relates_to; null for a plain reply
 * @param relatesTo the event that it relates to; for a plain reply the event that it answers
 * @param redacts the event that an m.room.redaction removes; null for every other type, whatever its content says
 * @param markerSource the source of {@code org.matrixletta.source}, the marker of what this router sends; null unless its part is stated too
 * @param markerPart the part of that marker
 * @param fromAgent the agent that m.letta.from_agent_id names; null where not stated
 * @param flagged whether it is marked as m.letta_historical or m.bridge_originated
 * @param kind what there is to ask: {@code text}, {@code media} or {@code encrypted}; {@code redacted} where that was removed before
 *        the event came here; else null. Of an edit, the kind of its new content; {@code invalid} where it has none ("Validity of
 *        replacement events")
 * @param raw the bytes of the event's JSON, as they were sent
 * @param rule the rule by which it is ignored ({@link EventFilter}), or null: it may be asked
 * @param fault why it is a dead letter, in one sentence that repeats nothing of it, or null; it comes before any rule
 */
public record Event(
        String eventId, String roomId, String sender, String type, String stateKey, String membership, String msgtype, String relType, String relatesTo, String redacts,
        String markerSource, Integer markerPart, String fromAgent, boolean flagged, String kind, byte[] raw, String rule, String fault) {

    Event ignoredBy(String rule) {
        return new Event(eventId, roomId, sender, type, stateKey, membership, msgtype, relType, relatesTo, redacts, markerSource, markerPart, fromAgent, flagged, kind, raw, rule, fault);
    }
}
