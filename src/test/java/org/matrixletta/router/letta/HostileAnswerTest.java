package org.matrixletta.router.letta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.Mutations.check;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.matrixletta.router.Mutations;

/** D12: no body makes a reader throw, and none that is not understood is taken for an answer or for proof that nothing happened. */
@Tag("D12")
class HostileAnswerTest {

    private static final LettaAnswer LETTA = new LettaAnswer(Clock.systemUTC());

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
            assertThat(LETTA.read("agent-1", status, "Mon, 99", "%", Body.of(body)).certainty()).isNotNull();
        }
        assertThat(look(Body.of(body), Body.real("history-denied"))).isInstanceOf(Seen.Again.class);
        assertThat(look(Body.of("[]"), Body.of(body))).isInstanceOf(Seen.Again.class);
    }

    @Test
    void d12_noDamagedBodyThrowsAndWhatIsReadOfItCanBeStored() {
        Mutations.of("letta", 60_000, HostileAnswerTest::fuzzerTestOneInput);
    }

    /** What holds for every body; {@code fuzz/run letta} calls this. */
    public static void fuzzerTestOneInput(byte[] body) {
        for (int status : new int[] {200, 302, 400, 401, 404, 409, 422, 429, 500}) {
            holds(LETTA.read("agent-1", status, text(body), text(body), body));
        }
        boolean isJson = LettaJson.whole(body, json -> {
            json.skipChildren();
            return json;
        }) != null;
        check(isJson || LETTA.read("agent-1", 200, null, null, body).certainty() == Outcome.Certainty.UNKNOWN, "an answer that is no JSON");
        for (Seen seen : List.of(look(Body.of("[]"), body), look(body, body), look(body, Body.of("[]")))) {
            if (seen instanceof Seen.Settled settled) {
                holds(settled.outcome());
            } else {
                check(!(seen instanceof Seen.Gone), "an agent that is gone by a 200");
            }
        }
        Presence.of("agent-1", 404, body);
        AgentList agents = new AgentList();
        for (int page = 0; !agents.isOver(); page++) {
            check(page < 3, "the same page again and again");
            agents.answered(200, body);
        }
        check((agents.unknown() == null) != agents.names().isEmpty(), "a list that knows of nobody");
    }

    private static void holds(Outcome outcome) {
        check((outcome.reason() == null) == (outcome.remedy() == Outcome.Remedy.NONE), "a reason too many or too few");
        check(outcome.reason() == null || outcome.reason().length() <= 200 && outcome.reason().chars().noneMatch(Character::isISOControl), "a reason that is no line");
        check(outcome.texts().stream().noneMatch(String::isBlank), "a text that says nothing");
        check(outcome.certainty() == Outcome.Certainty.HAPPENED || outcome.texts().isEmpty() && outcome.notices().isEmpty(), "words of a turn that did not happen");
        check(outcome.retryAfter() == null || !outcome.retryAfter().isNegative() && outcome.retryAfter().compareTo(Duration.ofDays(1)) <= 0, "a wait that never ends");
    }

    private static String text(byte[] header) {
        return new String(header, 0, Math.min(header.length, 40), StandardCharsets.ISO_8859_1);
    }

    @Test
    void d12_aTurnThatIsCutAnywhereIsUnknown() {
        byte[] whole = Body.real("turn-waits-for-approval");
        for (int length = 0; length < whole.length; length++) {
            assertThat(LETTA.read("agent-1", 200, null, null, Arrays.copyOf(whole, length)).certainty()).isEqualTo(Outcome.Certainty.UNKNOWN);
        }
    }

    @Test
    void d12_aLongAnswerIsReadWhole() {
        String body = "{\"messages\":[{\"message_type\":\"assistant_message\",\"content\":\"" + "x".repeat(15 << 20) + "\"}],\"stop_reason\":{\"stop_reason\":\"end_turn\"}}";
        assertThat(LETTA.read("agent-1", 200, null, null, Body.of(body)).texts()).singleElement().satisfies(text -> assertThat(text).hasSize(15 << 20));
    }

    private static Seen look(byte[] runs, byte[] messages) {
        Instant now = Instant.parse("2026-11-23T04:38:00Z");
        Look look = new Look(new Attempt("agent-1", "otid-none", now.minusSeconds(300), now.minusSeconds(100), now, null, Duration.ofMinutes(15)), System::nanoTime);
        for (int i = 0; look.next() != null; i++) {
            look.answered(200, null, i == 0 ? runs : messages);
        }
        return look.seen();
    }
}
