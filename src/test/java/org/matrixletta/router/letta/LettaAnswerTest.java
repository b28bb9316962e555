package org.matrixletta.router.letta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.letta.Outcome.Certainty.DID_NOT_HAPPEN;
import static org.matrixletta.router.letta.Outcome.Certainty.HAPPENED;
import static org.matrixletta.router.letta.Outcome.Certainty.UNKNOWN;
import static org.matrixletta.router.letta.Outcome.Remedy.APPROVAL;
import static org.matrixletta.router.letta.Outcome.Remedy.GIVE_UP;
import static org.matrixletta.router.letta.Outcome.Remedy.GONE;
import static org.matrixletta.router.letta.Outcome.Remedy.NONE;
import static org.matrixletta.router.letta.Outcome.Remedy.PAUSE_AGENT;
import static org.matrixletta.router.letta.Outcome.Remedy.PAUSE_LETTA;
import static org.matrixletta.router.letta.Outcome.Remedy.TRY;
import static org.matrixletta.router.letta.Outcome.Remedy.WAIT;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.letta.Outcome.Certainty;
import org.matrixletta.router.letta.Outcome.Remedy;

/** What Letta's answers mean; the bodies named by a file are those of a real server. */
class LettaAnswerTest {

    private static final String AGENT = "agent-00000000-0000-4000-8000-000000000000";

    private final LettaAnswer letta = new LettaAnswer(Clock.fixed(Instant.parse("2026-11-23T04:00:00Z"), ZoneOffset.UTC));

    @Test
    @Tag("L2")
    void l2_anAnswerIsItsText() {
        Outcome outcome = real(200, "turn-answered");
        assertThat(outcome).isEqualTo(new Outcome(HAPPENED, NONE, null, null, List.of("echo: hello"), List.of(), "run-4d0fc73d-52f6-4bf2-9712-c07ed535536d"));
    }

    @Test
    @Tag("L2")
    void l2_severalAnswersKeepTheirOrderAndUnknownTypesArePassedOver() {
        Outcome outcome = turn("end_turn", """
                {"message_type": "reasoning_message", "reasoning": "think"},
                {"content": "one", "message_type": "assistant_message", "run_id": null},
                {"message_type": "from_the_future", "content": "no", "run_id": "run-1"},
                42, null, "text", [["deep"]],
                {"message_type": "assistant_message", "content": [{"type": "text", "text": "two"}, {"type": "image", "source": {}}, {"type": "text", "text": "three"}]},
                {"message_type": "assistant_message", "content": " \\n "},
                {"message_type": "assistant_message", "content": {"type": "text", "text": "no part of a list"}},
                {"message_type": "assistant_message"},
                {"content": "not mine"}""");
        assertOutcome(outcome, HAPPENED, NONE);
        assertThat(outcome.texts()).containsExactly("one", "two\nthree");
        assertThat(outcome.runId()).isEqualTo("run-1");
    }

    @Test
    @Tag("L2")
    void l2_aTurnWithoutTextIsAnsweredWithSilence() {
        Outcome outcome = real(200, "turn-silent");
        assertOutcome(outcome, HAPPENED, NONE);
        assertThat(outcome.texts()).isEmpty();
        assertThat(outcome.notices()).isEmpty();
    }

    @ParameterizedTest
    @Tag("L3")
    @ValueSource(strings = {"end_turn", "max_steps", "tool_rule"})
    void l3_theStopReasonsOfACompletedRunAreAnswers(String stopReason) {
        assertOutcome(turn(stopReason, says("hi")), HAPPENED, NONE);
    }

    @ParameterizedTest
    @Tag("L3")
    @ValueSource(strings = {"error", "llm_api_error", "invalid_llm_response", "invalid_tool_call", "no_tool_call", "max_tokens_exceeded",
        "context_window_overflow_in_system_prompt", "insufficient_credits", "cancelled", "from_the_future"})
    void l3_aStopReasonThatIsAnErrorIsAFailedTurnWhoseTextIsKept(String stopReason) {
        Outcome outcome = turn(stopReason, says("half an answer"));
        assertOutcome(outcome, HAPPENED, GIVE_UP);
        assertThat(outcome.texts()).containsExactly("half an answer");
        assertThat(outcome.reason()).isEqualTo("Letta ended the turn with " + stopReason + "; look at the agent's last run in Letta.");
    }

    @Test
    @Tag("L3")
    void l3_aStopReasonThatIsNoWordIsNotRepeated() {
        assertThat(turn("<b>\\u001B[31m", says("x")).reason()).doesNotContain("<b>");
    }

    @ParameterizedTest
    @Tag("L3")
    @ValueSource(strings = {"{}", "[]", "null", "\"ok\"", "7", "{\"messages\": {}, \"stop_reason\": {\"stop_reason\": \"end_turn\"}}",
        "{\"messages\": []}", "{\"messages\": [], \"stop_reason\": \"end_turn\"}", "{\"messages\": [], \"stop_reason\": {\"stop_reason\": 7}}",
        "{\"id\": \"run-1\", \"status\": \"created\"}"})
    void l3_wholeJsonThatIsNoAnswerIsAFailedTurn(String body) {
        Outcome outcome = read(200, body);
        assertOutcome(outcome, HAPPENED, GIVE_UP);
        assertThat(outcome.reason()).isEqualTo("Letta's answer was not understood: " + body);
    }

    @Test
    @Tag("L3")
    void l3_theTextOfATurnThatIsNotUnderstoodIsKept() {
        assertThat(read(200, "{\"messages\": [" + says("hi") + "]}").texts()).containsExactly("hi");
    }

    @Test
    @Tag("L3")
    void l3_aReasonIsOneLineOfAtMostTwoHundredCharacters() {
        String reason = read(200, "{\n\t\"a\": \"" + "🤖".repeat(300) + "\"}").reason();
        assertThat(reason).hasSizeBetween(199, 200).endsWith("🤖…").doesNotContain("\n", "\t");
    }

    @ParameterizedTest
    @Tag("L5")
    @ValueSource(strings = {"", " ", "<html>502</html>", "OK", "{\"messages\": [", "{\"messages\": [], \"stop_reason\": {\"stop_reason\": \"end_turn\"}} trailing",
        "{\"messages\": [], \"stop_reason\": {\"stop_reason\": \"end_turn\"}}{}"})
    void l5_aBodyThatIsNoCompleteJsonLeavesTheOutcomeUnknown(String body) {
        assertOutcome(read(200, body), UNKNOWN, TRY);
    }

    @Test
    @Tag("L5")
    void l5_noBodyOrOneOverTheLimitLeavesTheOutcomeUnknown() {
        assertOutcome(letta.read(AGENT, 200, null, null, null), UNKNOWN, TRY);
        assertOutcome(letta.read(AGENT, 204, null, null, new byte[0]), UNKNOWN, TRY);
        byte[] tooLong = new byte[LettaAnswer.LONGEST_BODY + 1];
        Arrays.fill(tooLong, (byte) ' ');
        tooLong[0] = '{';
        tooLong[1] = '}';
        assertOutcome(letta.read(AGENT, 200, null, null, tooLong), UNKNOWN, TRY);
    }

    @ParameterizedTest
    @CsvSource({
        "404, error-404-agent,            DID_NOT_HAPPEN, GONE",
        "422, error-422,                  DID_NOT_HAPPEN, GIVE_UP",
        "409, error-409-pending-approval, DID_NOT_HAPPEN, APPROVAL",
        "400, error-400,                  UNKNOWN,        TRY",
        "401, error-401,                  UNKNOWN,        PAUSE_AGENT",
        "402, error-402,                  UNKNOWN,        PAUSE_AGENT",
        "429, error-429,                  UNKNOWN,        WAIT",
        "500, error-500,                  UNKNOWN,        TRY"})
    void l4_l5_realErrorsAreJudged(int status, String name, Certainty certainty, Remedy remedy) {
        Outcome outcome = real(status, name);
        assertOutcome(outcome, certainty, remedy);
        assertThat(outcome.texts()).isEmpty();
        assertThat(outcome.reason()).endsWith(".").doesNotContain("as asked", "Error code");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // certain
        "401 | {\"detail\":\"Unauthorized\"} | DID_NOT_HAPPEN | PAUSE_LETTA",
        "401 | <html/> | DID_NOT_HAPPEN | PAUSE_LETTA",
        "409 | {\"detail\":\"Another request (run_id=run-1)\",\"run_id\":\"run-1\"} | DID_NOT_HAPPEN | WAIT",
        "409 | {\"detail\":\"CONFLICT: The agent is waiting for approval on a tool call.\"} | DID_NOT_HAPPEN | APPROVAL",
        "422 | {\"detail\":\"Messages must not be empty\"} | DID_NOT_HAPPEN | GIVE_UP",
        "422 | no json | DID_NOT_HAPPEN | GIVE_UP",
        "301 | '' | DID_NOT_HAPPEN | PAUSE_LETTA",
        "304 | '' | DID_NOT_HAPPEN | PAUSE_LETTA",
        // unknown
        "400 | {\"detail\":\"Invalid argument\"} | UNKNOWN | GIVE_UP",
        "400 | {\"error\":{\"type\":\"invalid_argument\"}} | UNKNOWN | GIVE_UP",
        "401 | {\"error\":{\"type\":\"something\"}} | UNKNOWN | PAUSE_LETTA",
        "402 | {\"detail\":\"pay\"} | UNKNOWN | PAUSE_LETTA",
        "402 | '' | UNKNOWN | PAUSE_LETTA",
        "403 | '' | UNKNOWN | TRY",
        "408 | {\"detail\":\"timeout\"} | UNKNOWN | TRY",
        "409 | {\"detail\":\"The resource is currently locked by another operation.\"} | UNKNOWN | WAIT",
        "409 | {\"detail\":{\"code\":7},\"run_id\":null} | UNKNOWN | WAIT",
        "409 | '' | UNKNOWN | WAIT",
        "413 | '' | UNKNOWN | GIVE_UP",
        "499 | {\"detail\":\"Client disconnected\"} | UNKNOWN | TRY",
        "500 | {\"detail\":\"An unknown error occurred\"} | UNKNOWN | TRY",
        "502 | <html/> | UNKNOWN | WAIT",
        "503 | {\"detail\":\"The database is temporarily unavailable.\"} | UNKNOWN | WAIT",
        "504 | {\"error\":{\"type\":\"llm_timeout\"}} | UNKNOWN | TRY",
        "507 | '' | UNKNOWN | TRY",
        "100 | '' | UNKNOWN | TRY",
        "0 | '' | UNKNOWN | TRY",
        "999 | '' | UNKNOWN | TRY"})
    void l4_l5_l8_everyOtherStatusHasItsRemedy(int status, String body, Certainty certainty, Remedy remedy) {
        assertOutcome(read(status, body), certainty, remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"detail\":\"Agent with ID agent-00000000-0000-4000-8000-000000000000 not found\"} | DID_NOT_HAPPEN | GONE",
        "{\"detail\":\"Agent not found\"} | DID_NOT_HAPPEN | GONE",
        "{\"detail\":\"Agent with ID agent-other not found\"} | UNKNOWN | TRY",
        "{\"detail\":\"Block not found with id='block-1'\"} | UNKNOWN | TRY",
        "{\"detail\":\"Not Found\"} | DID_NOT_HAPPEN | PAUSE_LETTA",
        "{\"detail\":{\"code\":\"Agent not found\"}} | DID_NOT_HAPPEN | PAUSE_LETTA",
        "{\"error\":\"Agent not found\"} | DID_NOT_HAPPEN | PAUSE_LETTA",
        "Agent not found | DID_NOT_HAPPEN | PAUSE_LETTA",
        "'' | DID_NOT_HAPPEN | PAUSE_LETTA"})
    void r9_r15_onlyLettasOwnWordsAboutThatAgentSayThatItIsGone(String body, Certainty certainty, Remedy remedy) {
        assertOutcome(read(404, body), certainty, remedy);
    }

    @Test
    @Tag("L8")
    void l8_aRedirectIsNamedByItsHostAlone() {
        assertThat(letta.read(AGENT, 307, null, "https://user:secret@letta.example:8283/v1/agents?token=secret", null).reason())
                .isEqualTo("Letta redirects (307) to https://letta.example:8283; set LETTA_API_URL to the address that answers itself.");
        assertThat(letta.read(AGENT, 307, null, "/v1/agents/", null).reason()).startsWith("Letta redirects (307); ");
        assertThat(letta.read(AGENT, 307, null, "::: no uri \n", null).reason()).startsWith("Letta redirects (307); ");
    }

    @Test
    @Tag("L9")
    void l9_aTurnThatWaitsForAnApprovalKeepsItsTextAndSaysSo() {
        Outcome outcome = real(200, "turn-waits-for-approval");
        assertOutcome(outcome, HAPPENED, APPROVAL);
        assertThat(outcome.texts()).containsExactly("Let me look.");
        assertThat(outcome.reason()).isEqualTo("The agent waits for an approval in Letta; approve or deny its tool call there.");
    }

    @Test
    @Tag("L10")
    void l10_aSilentTurnThatWroteToAnotherAgentIsANotice() {
        Outcome outcome = real(200, "turn-to-another-agent");
        assertOutcome(outcome, HAPPENED, NONE);
        assertThat(outcome.texts()).isEmpty();
        assertThat(outcome.notices()).containsExactly("[Sent to another agent]: hello there");
    }

    @Test
    @Tag("L10")
    void l10_aTurnThatAlsoSpokeNeedsNoNotice() {
        Outcome outcome = real(200, "turn-with-a-tool");
        assertThat(outcome.texts()).containsExactly("echo: tool:matrix_agent_message please");
        assertThat(outcome.notices()).isEmpty();
    }

    @Test
    @Tag("L10")
    void l10_onlyWhatWasReallySentIsNamed() {
        Outcome outcome = turn("end_turn", """
                {"message_type": "tool_call_message", "tool_call": {"name": "matrix_agent_message", "arguments": "{\\"message\\": \\"the old key\\"}", "tool_call_id": "1"}},
                {"message_type": "tool_call_message", "tool_calls": [
                    {"name": "web_search", "arguments": "{\\"message\\": \\"another tool\\"}"},
                    {"name": "matrix_agent_message", "arguments": "{\\"message\\": \\"failed\\"}", "tool_call_id": "2"},
                    {"name": "matrix_agent_message", "arguments": "{\\"message\\": \\"arrived\\"}", "tool_call_id": "3"},
                    {"name": "matrix_agent_message", "arguments": "{\\"message\\": ["},
                    {"name": "matrix_agent_message", "arguments": {"message": "no text"}},
                    {"name": "matrix_agent_message", "arguments": "[]"}, 7]},
                {"message_type": "tool_return_message", "status": "success", "tool_returns": [{"status": "error", "tool_call_id": "2"}, {"status": "success", "tool_call_id": "3"}]},
                {"message_type": "approval_request_message", "tool_call": {"name": "matrix_agent_message", "arguments": "{\\"message\\": \\"not allowed yet\\"}"}}""");
        assertThat(outcome.notices()).containsExactly("[Sent to another agent]: the old key", "[Sent to another agent]: arrived");
    }

    @ParameterizedTest
    @Tag("L5")
    @CsvSource(delimiter = '|', nullValues = "none", value = {
        "none | none", "'' | none", "soon | none", "-5 | none", "1.5 | none", "7 | PT7S", "' 7 ' | PT7S", "0 | PT0S", "999999999 | PT24H", "99999999999999999999 | none",
        "Mon, 23 Nov 2026 04:01:30 GMT | PT1M30S", "Mon, 23 Nov 2026 03:00:00 GMT | PT0S", "Fri, 31 Dec 9999 23:59:59 GMT | PT24H"})
    void l5_retryAfterIsReadAsSecondsOrAsADate(String header, Duration expected) {
        assertThat(letta.read(AGENT, 503, header, null, null).retryAfter()).isEqualTo(expected);
        assertThat(letta.read(AGENT, 429, header, null, null).retryAfter()).isEqualTo(expected);
    }

    private Outcome turn(String stopReason, String messages) {
        return read(200, "{\"usage\": {}, \"stop_reason\": {\"message_type\": \"stop_reason\", \"stop_reason\": \"" + stopReason + "\"}, \"messages\": [" + messages + "]}");
    }

    private static String says(String text) {
        return "{\"message_type\": \"assistant_message\", \"content\": \"" + text + "\"}";
    }

    private Outcome real(int status, String name) {
        return letta.read(AGENT, status, null, null, Body.real(name));
    }

    private Outcome read(int status, String body) {
        return letta.read(AGENT, status, null, null, Body.of(body));
    }

    private static void assertOutcome(Outcome outcome, Certainty certainty, Remedy remedy) {
        assertThat(outcome).extracting(Outcome::certainty, Outcome::remedy).as(outcome.reason()).containsExactly(certainty, remedy);
    }
}
