package org.matrixletta.router.delivery;

import java.io.File;
import java.sql.Timestamp;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.mapping.WatchedFile;
import org.springframework.stereotype.Component;

/** The turns that this process has under way, and how many more it may claim. */
@Component("turns")
class Turns {

    private final Settings settings;
    private final Instance instance;
    private final WatchedFile watchedFile;
    private final UnderWay<Turn> underWay = new UnderWay<>();
    private volatile Timestamp roomsReadAt;

    Turns(Settings settings, Instance instance, WatchedFile watchedFile) {
        this.settings = settings;
        this.instance = instance;
        this.watchedFile = watchedFile;
    }

    /** A claim of as many turns as have room. */
    public Claim claim() {
        int slots = settings.observe() ? 0 : Math.max(0, settings.lettaMaxTurns() - underWay.size());
        File file = settings.mappingsFile().toFile();
        return new Claim(instance.id(), instance.holdsLease(), slots, settings.botUser(), settings.agentUsers(), settings.defaultAgent(), Settings.ids(settings.disabledAgents()).toArray(String[]::new),
                settings.unmappedRooms().equals("notice"), settings.askMaxAge().toSeconds(), settings.roomTurnsPerHour(), settings.pairTurnsPerHour(),
                watchedFile.holdsEntries(file), watchedFile.isUnread(file), roomsReadAt);
    }

    /** Whether a row of claim-messages.sql is to be asked. */
    public boolean isNext(@Body Map<String, Object> row) {
        return "asking".equals(row.get("state"));
    }

    /** Takes a claimed row on. */
    public Turn begin(@Body Map<String, Object> row) {
        Turn turn = Turn.of(row);
        return underWay.begin(turn.key(), turn);
    }

    /** Counts the turn as under way until the exchange is done, however that ends. */
    public void hold(@Body Turn turn, Exchange exchange) {
        underWay.endWith(exchange, turn.key(), new Correlation(turn.eventId(), turn.roomId(), turn.agentId()));
    }

    /** The turns under way in which an agent is being asked. */
    Stream<Turn> asking() {
        return underWay.rows().stream().filter(turn -> !turn.isLook());
    }

    /** The rows under way, by their seq. */
    public String[] underWay() {
        return underWay.keys();
    }

    /** The rooms of the bot are known as they were then. */
    public void roomsRead(@Variable("readAt") Timestamp at) {
        roomsReadAt = at;
    }
}
