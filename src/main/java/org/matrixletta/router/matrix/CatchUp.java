package org.matrixletta.router.matrix;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.matrix.MessagesPage.Dated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Reads rooms for events that their homeserver forgot to push, and those that a store forgot which was restored from a backup. */
@Component("catchUp")
class CatchUp {

    private static final Logger log = LoggerFactory.getLogger("rooms");

    /**
     * By which settings rooms are read.
     *
     * @param everySeconds how often
     * @param maxSeconds how old an event may be
     */
    record Limits(long everySeconds, long maxSeconds) {
    }

    private final Settings settings;
    private final Counter finds;
    private final EventReader reader;

    CatchUp(Settings settings, MeterRegistry meters) {
        this.settings = settings;
        this.finds = meters.counter("router.catch.up.finds");
        this.reader = new EventReader(new EventFilter(settings.botUser(), settings.allowedSenders(), settings.matrixIgnoredUsers()));
    }

    /** The settings, for claim-readers.sql and settle-reader.sql. */
    public Limits limits() {
        return new Limits(settings.catchUpEvery().toSeconds(), settings.catchUpMaxAge().toSeconds());
    }

    /** A run over the room of a claimed row: by its agent's user, or by the bot where there is none or it may not. */
    public RoomReading begin(@Body Map<String, Object> row) {
        return new RoomReading(row, Stream.of(String.valueOf(row.get("agent_user")), settings.botUser()).filter(settings::isOurUser).distinct().toList());
    }

    /** Writes the next request of the run. */
    public void ask(@Variable("reading") RoomReading reading, Exchange exchange) {
        reading.next().write(exchange);
    }

    /** Gives the answer to the run. */
    public void answered(@Variable("reading") RoomReading reading, Exchange exchange) {
        Message answer = exchange.getMessage();
        reading.answered(answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class), answer.getHeader("Retry-After", String.class), answer.getBody(byte[].class), reader);
    }

    /** Ends a run that got no answer. */
    public void failed(@Variable("reading") RoomReading reading) {
        reading.failed();
    }

    /** The last page, as values of store-events.sql. */
    public Map<String, Object> rows(@Variable("reading") RoomReading reading) {
        List<Dated> events = reading.events();
        return new EventRows(events.stream().map(Dated::event).toList(), events.stream().map(Dated::sentAt).toList(), "catch-up", settings.botUser(), settings.roomWaitingLimit(), settings.observe()).values();
    }

    /** Counts the rows of store-events.sql. */
    public void stored(@Variable("reading") RoomReading reading, @Variable("stored") List<Map<String, Object>> rows) {
        reading.found(rows.size());
        finds.increment(rows.size());
    }

    /** A line for what came of the run, if anything did. */
    public void log(@Variable("reading") RoomReading reading) {
        String room = Printable.line(reading.roomId());
        if (reading.hasLostPosition()) {
            log.warn("⚠️ Room {}: the homeserver does not know any more up to where it was read; its events since then were looked for from the newest back{}", room,
                    reading.hasGap() ? ", and what the homeserver forgot to push before the newest " + RoomReading.PAGES * RoomReading.PAGE + " is lost" : "");
        }
        if (reading.finds() > 0) {
            log.info("Room {}: {} events came by catch-up, which had not been pushed", room, reading.finds());
        }
        if (reading.hasRest()) {
            log.warn("⚠️ Room {}: one run of catch-up was not enough, the next one reads on", room);
        }
        if (reading.isNews() && reading.fault() != null) {
            log.error("❌ Room {} cannot be read by anybody of ours, so what the homeserver forgets to push of it is lost: {}", room, reading.fault().replaceFirst("\\.$", ""));
        } else if (reading.isNews()) {
            log.info("✅ Room {} can be read again", room);
        }
    }
}
