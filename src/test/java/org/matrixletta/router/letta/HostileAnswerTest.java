package org.matrixletta.router.letta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** D12: no body makes a reader throw, and none that is not understood is taken for an answer or for proof that nothing happened. */
@Tag("D12")
class HostileAnswerTest {

    private static final List<String> REAL = List.of("turn-answered", "turn-with-a-tool", "turn-waits-for-approval", "error-409-pending-approval", "history-approved",
            "history-denied", "runs-open", "run-failed");

    private final LettaAnswer letta = new LettaAnswer(Clock.systemUTC());

    static Stream<String> hostile() {
        return Stream.of("[".repeat(30_000), "{\"a\":".repeat(30_000), "{\"messages\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}", "1e100000", "{\"a\":1e100000}",
                "9".repeat(100_000), "{\"" + "k".repeat(60_000) + "\":1}", "\u0000", "\uFEFF{}", "{\"messages\":[],\"messages\":7}", "{\"error\":[],\"detail\":[[]],\"run_id\":{}}",
                "{\"error\":{\"type\":{\"type\":\"llm_x\"}}}", "[" + "{},".repeat(100_000) + "{}]", "{\"messages\":[" + "{},".repeat(100_000) + "{}]}",
                "{\"messages\":[{\"message_type\":\"assistant_message\",\"content\":\"\\ud800\\u0000\"}],\"stop_reason\":{\"stop_reason\":\"end_turn\"}}");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void d12_noBodyThrows(String body) {
        for (int status : new int[] {200, 204, 302, 400, 401, 402, 404, 409, 422, 429, 500, 503}) {
            assertThat(letta.read("agent-1", status, "Mon, 99", "%", Body.of(body)).certainty()).isNotNull();
        }
        assertThat(look(Body.of(body), Body.real("history-denied"))).isInstanceOf(Seen.Again.class);
        assertThat(look(Body.of("[]"), Body.of(body))).isInstanceOf(Seen.Again.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void d12_noDamagedBodyThrows(int seed) {
        Random random = new Random(seed);
        for (String name : REAL) {
            for (int i = 0; i < 150; i++) {
                byte[] body = damaged(Body.real(name), random);
                assertThatCode(() -> {
                    letta.read("agent-1", 200, null, null, body);
                    letta.read("agent-1", 409, null, null, body);
                    look(Body.of("[]"), body);
                    look(body, body);
                }).as(() -> new String(body, StandardCharsets.ISO_8859_1)).doesNotThrowAnyException();
            }
        }
    }

    @Test
    void d12_aTurnThatIsCutAnywhereIsUnknown() {
        byte[] whole = Body.real("turn-waits-for-approval");
        for (int length = 0; length < whole.length; length++) {
            assertThat(letta.read("agent-1", 200, null, null, Arrays.copyOf(whole, length)).certainty()).isEqualTo(Outcome.Certainty.UNKNOWN);
        }
    }

    @Test
    void d12_aLongAnswerIsReadWhole() {
        String body = "{\"messages\":[{\"message_type\":\"assistant_message\",\"content\":\"" + "x".repeat(15 << 20) + "\"}],\"stop_reason\":{\"stop_reason\":\"end_turn\"}}";
        assertThat(letta.read("agent-1", 200, null, null, Body.of(body)).texts()).singleElement().satisfies(text -> assertThat(text).hasSize(15 << 20));
    }

    private static Seen look(byte[] runs, byte[] messages) {
        Instant now = Instant.parse("2026-11-23T04:38:00Z");
        Look look = new Look(new Attempt("agent-1", "otid-none", now.minusSeconds(300), now, null, Duration.ofMinutes(15)), Clock.systemUTC());
        for (int i = 0; look.next() != null; i++) {
            look.answered(200, null, i == 0 ? runs : messages);
        }
        return look.seen();
    }

    private static byte[] damaged(byte[] body, Random random) {
        byte[] damaged = random.nextInt(3) == 0 ? Arrays.copyOf(body, random.nextInt(body.length)) : body.clone();
        for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
            byte[] characters = Body.of("{}[]\",:0n\\ \u0000\u00ff");
            damaged[random.nextInt(damaged.length)] = random.nextBoolean() ? (byte) random.nextInt(256) : characters[random.nextInt(characters.length)];
        }
        return damaged;
    }
}
