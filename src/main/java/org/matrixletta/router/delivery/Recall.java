package org.matrixletta.router.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import org.matrixletta.router.matrix.SendOutcome;
import org.matrixletta.router.matrix.SendOutcome.Kind;

/**
 * Reads a room back for an event that may be in it already, page by page (Matrix specification, client-server API, GET
 * /rooms/{roomId}/messages): as the user that would have posted it, or as the bot where that user may not read.
 */
final class Recall {

    /** Pages of a hundred events of the one sender; who wrote more since is not read further. */
    private static final int PAGES = 100;
    /** The homeserver's clock and the database's may differ by so much. */
    private static final Duration TOLERANCE = Duration.ofHours(1);

    private final Reply reply;
    private final String bot;
    private String reader;
    private String from;
    private int pages;
    private boolean isOpen = true;
    private SendOutcome outcome;

    Recall(Reply reply, String reader, String bot) {
        this.reply = reply;
        this.reader = reader;
        this.bot = bot;
    }

    /** Whether there is something to GET. */
    public boolean isOpen() {
        return isOpen;
    }

    /** What was found out: that it was sent, or why that is not known; null if it is not in the room. */
    public SendOutcome outcome() {
        return outcome;
    }

    Reply reply() {
        return reply;
    }

    String reader() {
        return reader;
    }

    /** Where the next page begins; null for the newest events. */
    String from() {
        return from;
    }

    /** Takes a page. */
    void read(JsonNode page) {
        JsonNode events = page.path("chunk");
        for (JsonNode event : events) {
            JsonNode marker = event.path("content").path("org.matrixletta.source");
            if (marker.path("source").asText().equals(reply.source()) && marker.path("part").asInt() == reply.part() && event.path("sender").asText().equals(reply.sender())) {
                end(new SendOutcome(Kind.SENT, event.path("event_id").asText(), null, null));
                return;
            }
        }
        from = page.path("end").textValue();
        Instant oldest = Instant.ofEpochMilli(events.path(events.size() - 1).path("origin_server_ts").asLong(Long.MAX_VALUE));
        if (from == null || events.isEmpty() || ++pages == PAGES || oldest.isBefore(reply.firstTryAt().minus(TOLERANCE))) {
            end(reply.has(Step.EXHAUSTED) ? new SendOutcome(Kind.REFUSED, null, null, "The homeserver fails at this event while it takes others") : null);
        }
    }

    /** Takes a refusal: whoever lacks a step can still read, and else the bot may. */
    void refused(SendOutcome refusal) {
        boolean isPassing = switch (refusal.kind()) {
            case BUSY, LATER, AWAY, PAUSE -> true;
            default -> reply.lacks(refusal.kind()) != null && reader.equals(reply.sender());
        };
        if (isPassing) {
            end(refusal);
        } else if (!reader.equals(bot)) {
            reader = bot;
        } else {
            end(new SendOutcome(Kind.REFUSED, null, null, "It may be in the room already, which nobody of ours may read"));
        }
    }

    private void end(SendOutcome found) {
        outcome = found;
        isOpen = false;
    }
}
