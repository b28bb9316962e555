package org.matrixletta.router.letta;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** L1: what is sent to Letta. */
@Tag("L1")
class TurnRequestTest {

    @Test
    void l1_theBodyIsOneUserMessageWithItsOtid() {
        assertThat(new String(new TurnRequest("otid-1", "hi \"you\"\né").body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"hi \\\"you\\\"\\né\",\"otid\":\"otid-1\"}]}");
    }

    @Test
    void l1_whatLettaHangsOnIsReplaced() throws IOException {
        String text = "a\u0000b\uD83Dc\uDD16d\uDD16\uD83D🤖\uD83D";
        byte[] body = TurnRequest.of("$e", 0, text).body();
        assertThat(new ObjectMapper().readTree(body).at("/messages/0/content").asText()).isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\uFFFD\uFFFD🤖\uFFFD");
    }

    @Test
    void l1_everyOtherTextArrivesUnchanged() throws IOException {
        String text = "\u0001\t\r\n\u2028\u202E\uFEFF </script> ${x} {{y}} \\u0000 é 漢 🤷🏽‍♀️ \uFFFF";
        assertThat(new ObjectMapper().readTree(TurnRequest.of("$e", 0, text).body()).at("/messages/0/content").asText()).isEqualTo(text);
    }

    @Test
    void l1_aRetryHasTheSameOtidAndAReplayAnother() {
        assertThat(TurnRequest.of("$event", 0, "one").otid()).isEqualTo(TurnRequest.of("$event", 0, "edited").otid()).isEqualTo(TurnRequest.otid("$event", 0));
        Set<String> otids = new TreeSet<>();
        for (String event : new String[] {"$event", "$event/1", "$event2", "$", ""}) {
            for (int generation = 0; generation < 20; generation++) {
                otids.add(TurnRequest.otid(event, generation));
            }
        }
        assertThat(otids).hasSize(100);
    }

    /** The very value: a changed derivation would ask every message in flight once more. */
    @Test
    void l1_theOtidIsAUuidThatNeverChanges() {
        UUID otid = UUID.fromString(TurnRequest.otid("$NrC2rjXtUA1oQKJ6ZVqJsCRXHrn2pKuB4FFpaRVKj5E", 3));
        assertThat(otid).hasToString("d7f46ff0-76dc-8962-890b-f71e18900ce9");
        assertThat(otid.version()).isEqualTo(8);
        assertThat(otid.variant()).isEqualTo(2);
    }
}
