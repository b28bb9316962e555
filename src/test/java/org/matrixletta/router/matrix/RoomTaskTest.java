package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.matrix.TestEvent.BOT;
import static org.matrixletta.router.matrix.TestEvent.event;
import static org.matrixletta.router.matrix.TestEvent.read;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a state event asks for once it is stored. */
@Tag("R17")
@Tag("R18")
class RoomTaskTest {

    private static final String ALICE = "@alice:test.local";
    private static final String EVE = "@eve:elsewhere.org";
    private static final String AGENT = "@agent_bmo:test.local";

    @ParameterizedTest
    @CsvSource({ALICE + "," + AGENT + ",invite,invite", ALICE + "," + BOT + ",invite,invite", BOT + "," + AGENT + ",invite,invite", EVE + "," + AGENT + ",invite,", "@old:test.local," + AGENT + ",invite,",
        EVE + "," + AGENT + ",leave,removed", ALICE + "," + AGENT + ",ban,removed", AGENT + "," + AGENT + ",leave,", AGENT + "," + AGENT + ",join,", ALICE + "," + AGENT + ",knock,",
        BOT + "," + BOT + ",join,bot-rooms", EVE + "," + BOT + ",leave,bot-rooms", BOT + "," + BOT + ",leave,bot-rooms"})
    void r17_aMembershipAsksForWhatItsSenderMayAskFor(String sender, String user, String membership, String task) {
        assertThat(task(sender, "m.room.member", "{\"membership\": \"" + membership + "\"}", user)).isEqualTo(task);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"membership\": 5}", "{\"membership\": null}", "{}", "{\"membership\": \"\\ud800\"}"})
    void r17_aMembershipThatSaysNothingAsksForNothing(String content) {
        assertThat(task(ALICE, "m.room.member", content, AGENT)).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {"m.room.tombstone | '' | tombstone", "m.room.tombstone | x | none", "m.room.name | '' | none"})
    void r18_onlyATombstoneOfTheRoomItselfAsksForAnUpgrade(String type, String key, String task) {
        assertThat(task(EVE, type, "{\"replacement_room\": \"!new:test.local\"}", key)).isEqualTo(task);
    }

    private static String task(String sender, String type, String content, String key) {
        return RoomTask.kind(read(event("$1", sender, type, content, ", \"state_key\": \"" + key + "\"")), BOT);
    }
}
