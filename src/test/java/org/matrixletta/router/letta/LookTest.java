package org.matrixletta.router.letta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.letta.Outcome.Remedy.APPROVAL;
import static org.matrixletta.router.letta.Outcome.Remedy.GIVE_UP;
import static org.matrixletta.router.letta.Outcome.Remedy.NONE;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.matrixletta.router.letta.Outcome.Remedy;

/** What can be said of an attempt whose outcome is unknown; the bodies named by a file are those of a real server. */
class LookTest {

    private static final String AGENT = "agent-fb5fbe89-33c3-4abb-b57c-fe06d2dbfdbd";
    private static final Instant STARTED = Instant.parse("2026-11-23T04:37:15.500Z");
    private static final Duration LIMIT = Duration.ofMinutes(15);

    /** What was asked, in order. */
    private final List<LettaPath> asked = new ArrayList<>();
    private Instant now = STARTED.plusSeconds(60);
    private Instant endedAt = STARTED.plusSeconds(10);
    private Instant refusedAt;

    // Real histories.

    @Test
    @Tag("L6")
    void l6_aTurnWhoseSecondStepFailedKeepsItsTextAndIsAFailedTurn() {
        Outcome outcome = settled(look("otid-toolfail", "[]", real("history-approved"), real("run-failed")));
        assertThat(outcome.remedy()).isEqualTo(GIVE_UP);
        assertThat(outcome.texts()).containsExactly("Let me look.");
        assertThat(outcome.runId()).isEqualTo("run-38879a63-a80f-45c9-8939-f57783f1fc1b");
    }

    @Test
    @Tag("L6")
    void l6_aListedTurnThatStillRunsIsLookedAtAgain() {
        assertThat(look("otid-midway", real("runs-open"), real("history-midway"), real("run-open"))).isEqualTo(new Seen.Again("The turn has not ended."));
    }

    @Test
    @Tag("L6")
    void l6_aRunThatLettaLeftOpenWhenItDiedIsAFailedTurn() {
        refusedAt = now.minusSeconds(10);
        Outcome outcome = settled(look("otid-midway", real("runs-open"), real("history-midway"), real("run-open")));
        assertThat(outcome.remedy()).isEqualTo(GIVE_UP);
        assertThat(outcome.texts()).containsExactly("Let me look.");
        assertThat(outcome.reason()).isEqualTo("Letta went down during the turn; look at the agent's last run in Letta.");
    }

    @Test
    @Tag("L6")
    void l6_anOpenRunThatCouldBeOursIsNoProofThatNothingHappened() {
        assertThat(look("otid-slow", real("runs-open"), real("history-denied"), "[]")).isEqualTo(new Seen.Again("The agent has a run that has not ended."));
    }

    @Test
    @Tag("L9")
    void l9_aTurnThatWaitsForAnApprovalSaysSo() {
        String asking = real("history-approved").replaceAll(",\\{[^{]*\"message_type\":\"approval_response_message\".*", "]");
        Outcome outcome = settled(look("otid-approval", "[]", asking, real("run-waits-for-approval")));
        assertThat(outcome.remedy()).isEqualTo(APPROVAL);
        assertThat(outcome.texts()).containsExactly("Let me look.");
    }

    @Test
    @Tag("L9")
    void l9_afterTheApprovalAllTextsOfTheTurnArePosted() {
        Outcome outcome = settled(look("otid-approval", "[]", real("history-approved"), real("run-approved")));
        assertThat(outcome.remedy()).isEqualTo(NONE);
        assertThat(outcome.texts()).containsExactly("Let me look.", "echo: tool:risky now");
        assertThat(outcome.runId()).isEqualTo("run-d6f21b23-ac5c-465a-b570-b66c3edf7683");
    }

    @Test
    @Tag("L9")
    void l9_aDenialEndsTheTurnAndTheNextQuestionIsNoPartOfIt() {
        Outcome outcome = settled(look("otid-deny", "[]", real("history-denied"), run("run-6744c983-7dce-43cb-bbc8-722d87cd6f9a", "completed", "end_turn")));
        assertThat(outcome.remedy()).isEqualTo(NONE);
        assertThat(outcome.texts()).containsExactly("Let me look.", "echo: tool:risky twice");
    }

    // What a run's end means.

    @ParameterizedTest
    @Tag("L6")
    @CsvSource(nullValues = "none", value = {"completed, end_turn, NONE", "completed, none, NONE", "completed, max_steps, NONE", "completed, error, GIVE_UP",
        "failed, none, GIVE_UP", "failed, llm_api_error, GIVE_UP", "failed, end_turn, GIVE_UP", "failed, requires_approval, GIVE_UP",
        "cancelled, cancelled, GIVE_UP", "cancelled, requires_approval, GIVE_UP", "completed, requires_approval, APPROVAL"})
    void l6_aFoundTurnIsJudgedByItsRun(String status, String stopReason, Remedy remedy) {
        Outcome outcome = settled(look("mine", "[]", list(question("mine", "run-1"), answer("run-1", "hi")), run("run-1", status, stopReason)));
        assertThat(outcome.certainty()).isEqualTo(Outcome.Certainty.HAPPENED);
        assertThat(outcome.remedy()).isEqualTo(remedy);
        assertThat(outcome.texts()).containsExactly("hi");
    }

    @ParameterizedTest
    @Tag("L6")
    @ValueSource(strings = {"created", "running", "from_the_future"})
    void l6_aRunThatHasNotEndedIsLookedAtAgain(String status) {
        assertThat(look("mine", "[]", list(question("mine", "run-1")), run("run-1", status, null))).isInstanceOf(Seen.Again.class);
    }

    @Test
    @Tag("L10")
    void l10_aFoundTurnThatOnlyWroteToAnotherAgentIsANotice() {
        String call = message("tool_call_message", "run-1", "\"tool_call\":{\"name\":\"matrix_agent_message\",\"arguments\":\"{\\\"message\\\":\\\"psst\\\"}\"}");
        Outcome outcome = settled(look("mine", "[]", list(question("mine", "run-1"), call), run("run-1", "completed", "end_turn")));
        assertThat(outcome.notices()).containsExactly("[Sent to another agent]: psst");
    }

    // Which messages belong to the turn.

    @Test
    @Tag("L6")
    void l6_requestsOfOthersInBetweenAreNoPartOfTheTurn() {
        String history = list(question("before", "run-0"), answer("run-0", "old"), question("mine", "run-1"), question("theirs", "run-2"), answer("run-2", "for them"),
                answer("run-1", "for me"), message("user_message", "run-1", "\"content\":\"a summary\""), answer("run-1", "more"), answer("run-3", "later"));
        assertThat(settled(look("mine", "[]", history, run("run-1", "completed", "end_turn"))).texts()).containsExactly("for me", "more");
    }

    @Test
    @Tag("L9")
    void l9_anApprovalOfAnotherTurnIsNoPartOfThisOne() {
        String history = list(question("mine", "run-1"), message("approval_request_message", "run-1", "\"x\":1"), question("theirs", "run-2"),
                message("approval_request_message", "run-2", "\"x\":1"), message("approval_response_message", "run-3", "\"x\":1"), answer("run-3", "for them"));
        assertThat(settled(look("mine", "[]", history, run("run-1", "cancelled", null))).texts()).isEmpty();
    }

    @Test
    @Tag("L9")
    void l9_approvalsFollowEachOther() {
        String history = list(question("mine", "run-1"), message("approval_request_message", "run-1", "\"x\":1"), message("approval_response_message", "run-2", "\"x\":1"),
                answer("run-2", "one"), message("approval_request_message", "run-2", "\"x\":1"), message("approval_response_message", "run-3", "\"x\":1"), answer("run-3", "two"));
        assertThat(settled(look("mine", "[]", history, run("run-3", "completed", "end_turn"))).texts()).containsExactly("one", "two");
    }

    @Test
    @Tag("L6")
    void l6_withoutRunsTheTurnEndsAtTheNextQuestion() {
        String history = list(question("mine", null), answer(null, "hi"), question("next", null), answer(null, "no"));
        assertThat(settled(look("mine", "[]", history, "")).texts()).containsExactly("hi");
        String goesOn = list(question("mine", null), answer(null, "hi"), message("tool_return_message", null, "\"status\":\"success\""));
        assertThat(look("mine", "[]", goesOn, "")).isInstanceOf(Seen.Again.class);
        now = STARTED.plus(Duration.ofMinutes(46));
        assertThat(settled(look("mine", "[]", goesOn, "")).texts()).containsExactly("hi");
    }

    @ParameterizedTest
    @Tag("L6")
    @ValueSource(strings = {"assistant_message", "system_message", "tool_return_message"})
    void l6_onlyAQuestionCarriesOurOtid(String type) {
        String other = "{\"id\":\"message-1\",\"date\":\"" + STARTED + "\",\"message_type\":\"" + type + "\",\"otid\":\"mine\",\"content\":\"x\"}";
        assertThat(look("mine", "[]", List.of(list(other), "[]"))).isEqualTo(new Seen.Empty());
    }

    // Reading on.

    @Test
    @Tag("L6")
    void l6_theOpenRunsAreReadBeforeTheMessages() {
        look("mine", "[]", List.of("[]"));
        assertThat(asked).containsExactly(new LettaPath("/v1/runs/", "agent_id=" + AGENT + "&statuses=created&statuses=running"),
                new LettaPath("/v1/agents/" + AGENT + "/messages", "order=desc&limit=100"));
    }

    /** The step that was stored last may lie between the first reading and the end of the run. */
    @Test
    @Tag("L6")
    void l6_theMessagesAreReadOnceMoreWhenTheirRunHasEnded() {
        List<String> readings = new ArrayList<>(List.of(list(question("mine", "run-1")), list(question("mine", "run-1"), answer("run-1", "late"))));
        Seen seen = look("mine", path -> path.path().contains("/runs/run-") ? run("run-1", "completed", "end_turn") : path.path().endsWith("/runs/") ? "[]" : readings.remove(0));
        assertThat(settled(seen).texts()).containsExactly("late");
        assertThat(asked).extracting(LettaPath::path).containsExactly("/v1/runs/", "/v1/agents/" + AGENT + "/messages", "/v1/runs/run-1", "/v1/agents/" + AGENT + "/messages");
    }

    @ParameterizedTest
    @Tag("L6")
    @ValueSource(booleans = {false, true})
    void l6_pagesAreReadBackToTheMessageInWhateverOrderTheyAreListed(boolean newestFirst) {
        List<String> all = new ArrayList<>(List.of(question("mine", "run-1"), answer("run-1", "first")));
        IntStream.range(0, 250).forEach(i -> all.add(answer("run-other", "noise " + i)));
        all.add(answer("run-1", "last"));
        List<String> history = IntStream.range(0, all.size()).mapToObj(i -> dated(all.get(i), "message-" + i, STARTED.plusSeconds(i))).toList();
        Seen seen = look("mine", paged(history, newestFirst, run("run-1", "completed", "end_turn")));
        assertThat(settled(seen).texts()).containsExactly("first", "last");
        assertThat(asked).extracting(LettaPath::query).contains("order=desc&limit=100&before=message-153", "order=desc&limit=100&before=message-53");
    }

    @ParameterizedTest
    @Tag("L6")
    @ValueSource(booleans = {false, true})
    void l6_readingEndsWhenAWholePageIsOlderThanTheAttempt(boolean newestFirst) {
        List<String> history = IntStream.range(0, 1_000).mapToObj(i -> dated(answer("run-old", "x"), "message-" + i, STARTED.plusSeconds(i - 950))).toList();
        assertThat(look("mine", paged(history, newestFirst, ""))).isEqualTo(new Seen.Empty());
        assertThat(asked).extracting(LettaPath::query).endsWith("order=desc&limit=100", "order=desc&limit=100&before=message-900").hasSize(3);
    }

    @Test
    @Tag("L6")
    void l6_datesThatAreMissingOrOutOfPlaceEndNothing() {
        List<String> history = IntStream.range(0, 300).mapToObj(i -> dated(i == 10 ? question("mine", "run-1") : answer("run-1", "x"), "message-" + i,
                i % 2 == 0 ? STARTED.minusSeconds(100_000) : STARTED.plusSeconds(i))).toList();
        assertThat(settled(look("mine", paged(history, false, run("run-1", "completed", "end_turn")))).texts()).hasSize(289);
        List<String> undated = history.stream().map(message -> message.replaceAll("\"date\":\"[^\"]*\",", "")).toList();
        assertThat(settled(look("mine", paged(undated, false, run("run-1", "completed", "end_turn")))).texts()).hasSize(289);
    }

    @Test
    @Tag("L6")
    void l6_aClockThatWasSetBackDoesNotTurnTheOrderRound() {
        String history = list(dated(question("mine", "run-1"), "message-1", STARTED), dated(answer("run-1", "one"), "message-2", STARTED.plusSeconds(1)),
                dated(answer("run-1", "two"), "message-3", STARTED.minusSeconds(4)));
        assertThat(settled(look("mine", "[]", history, run("run-1", "completed", "end_turn"))).texts()).containsExactly("one", "two");
    }

    @ParameterizedTest
    @Tag("L6")
    @ValueSource(strings = {"{}", "null", "7", "\"text\"", "[7]", "[{}]", "[{\"id\":\"..\"}]", "[{\"id\":\"a/b?c\"}]", "[", ""})
    void l6_messagesThatCannotBeReadAllowNoConclusion(String page) {
        assertThat(look("mine", "[]", List.of(page, page))).isInstanceOf(Seen.Again.class);
    }

    @Test
    @Tag("L6")
    void l6_aListThatGoesInCirclesOrNeverEndsAllowsNoConclusion() {
        String page = list(dated(answer("run-1", "x"), "message-1", STARTED));
        assertThat(look("mine", "[]", List.of(page, page, page))).isInstanceOf(Seen.Again.class);
        assertThat(look("mine", path -> path.path().endsWith("/runs/") ? "[]" : list(dated(answer("run-1", "x"), "message-" + asked.size(), STARTED)))).isInstanceOf(Seen.Again.class);
        assertThat(asked).hasSizeLessThan(2_000);
    }

    @ParameterizedTest
    @Tag("L6")
    @ValueSource(ints = {0, 1, 2})
    void l6_anAnswerThatIsNo2xxAllowsNoConclusion(int at) {
        for (int status : new int[] {199, 301, 401, 404, 429, 500, 503}) {
            Look look = new Look(attempt("mine"), System::nanoTime);
            String[] bodies = {"[]", list(question("mine", "run-1"), answer("run-1", "hi")), run("run-1", "completed", "end_turn")};
            for (int i = 0; i < at; i++) {
                look.answered(200, null, Body.of(bodies[i]));
            }
            look.answered(status, null, Body.of(bodies[at]));
            assertThat(look.seen()).isInstanceOf(Seen.Again.class);
            assertThat(look.next()).isNull();
        }
    }

    @Test
    @Tag("L6")
    void l6_noAnswerAllowsNoConclusion() {
        Look look = new Look(attempt("mine"), System::nanoTime);
        look.failed();
        assertThat(look.seen()).isInstanceOf(Seen.Again.class);
        assertThat(look.next()).isNull();
    }

    // Which open runs count.

    @ParameterizedTest
    @Tag("L6")
    @CsvSource({
        "PT0.2S,   false", // the run of this attempt
        "PT30S,    false", // somebody else's, or ours by a slow way
        "PT-3S,    false", // before us by less than the clocks are sure of
        "PT-60S,   true",  // before us: an earlier turn that Letta left open
        "PT-300H,  true"})
    void l6_anOpenRunOlderThanTheAttemptIsNotOurs(Duration afterStart, boolean empty) {
        assertThat(look("mine", openRun(STARTED.plus(afterStart).toString()), List.of("[]"))).isInstanceOf(empty ? Seen.Empty.class : Seen.Again.class);
    }

    @ParameterizedTest
    @Tag("L6")
    @CsvSource({"PT44M, false", "PT46M, true"})
    void l6_anOpenRunThatNoTurnCanStillBeIsDead(Duration later, boolean empty) {
        now = STARTED.plus(later);
        assertThat(look("mine", openRun(STARTED.plusSeconds(1).toString()), List.of("[]"))).isInstanceOf(empty ? Seen.Empty.class : Seen.Again.class);
    }

    @Test
    @Tag("L6")
    void l6_aClockThatIsSetAheadMakesNoRunDeadThatWasHeardOfJustNow() {
        now = STARTED.plus(Duration.ofHours(1));
        endedAt = now.minusSeconds(10);
        String open = openRun(STARTED.plusSeconds(1).toString());
        assertThat(look("mine", open, List.of("[]"))).isEqualTo(new Seen.Again("The agent has a run that has not ended."));
        assertThat(look("mine", open, list(question("mine", "run-1")), run("run-1", "running", null))).isEqualTo(new Seen.Again("The turn has not ended."));
    }

    @ParameterizedTest
    @Tag("L6")
    @CsvSource({"PT-60S, false", "PT1S, false", "PT3S, false", "PT20S, true"})
    void l6_anOpenRunIsDeadIfLettaRefusedConnectionsSince(Duration refusedAfterStart, boolean empty) {
        refusedAt = STARTED.plus(refusedAfterStart);
        assertThat(look("mine", openRun(STARTED.plusSeconds(1).toString()), List.of("[]"))).isInstanceOf(empty ? Seen.Empty.class : Seen.Again.class);
    }

    /** The attempt's end and the refusal are told by one clock: between these no tolerance is needed. */
    @ParameterizedTest
    @Tag("L6")
    @CsvSource({"PT-1S, PT1S, false", "PT1S, PT1S, true", "PT1S, PT20S, false"})
    void l6_whatRanWhenTheConnectionBrokeIsDeadIfLettaRefusedConnectionsRightAfter(Duration refusedAfterEnd, Duration runAfterEnd, boolean empty) {
        endedAt = STARTED.plusSeconds(1);
        refusedAt = endedAt.plus(refusedAfterEnd);
        assertThat(look("mine", openRun(endedAt.plus(runAfterEnd).toString()), List.of("[]"))).isInstanceOf(empty ? Seen.Empty.class : Seen.Again.class);
    }

    @ParameterizedTest
    @Tag("L6")
    @ValueSource(strings = {"2026-11-23T04:37:16.000000Z", "2026-11-23T04:37:16+00:00", "2026-11-23T04:37:16.5", "2026-11-23T06:37:16+02:00", "yesterday", ""})
    void l6_theDateOfARunIsReadInEveryFormAndDoubtMeansOurs(String date) {
        assertThat(look("mine", openRun(date), List.of("[]"))).isInstanceOf(Seen.Again.class);
    }

    @Test
    @Tag("L6")
    void l6_lettasFiltersAreNotReliedOn() {
        String runs = list(run("run-1", "completed", "end_turn"), "{\"id\":\"run-2\",\"agent_id\":\"agent-other\",\"status\":\"running\",\"created_at\":\"" + STARTED + "\"}");
        assertThat(look("mine", runs, List.of("[]"))).isEqualTo(new Seen.Empty());
    }

    @ParameterizedTest
    @Tag("L6")
    @ValueSource(strings = {"{}", "null", "[7]", "[{}]", "[", ""})
    void l6_runsThatCannotBeReadAllowNoConclusion(String runs) {
        assertThat(look("mine", runs, List.of("[]"))).isInstanceOf(Seen.Again.class);
    }

    /** Letta's clock is an hour off; the look took 20 seconds to get its first answer. */
    @ParameterizedTest
    @Tag("L6")
    @ValueSource(ints = {-3_600, 0, 3_600})
    void l6_datesAreComparedByLettasClock(int ahead) {
        for (boolean ours : new boolean[] {true, false}) {
            Iterator<Duration> times = List.of(Duration.ofDays(-1), Duration.ofDays(-1).plusSeconds(20)).iterator();
            Look look = new Look(attempt("mine"), () -> times.next().toNanos());
            String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(now.plusSeconds(20 + ahead).atOffset(ZoneOffset.UTC));
            look.answered(200, date, Body.of(openRun(STARTED.plusSeconds(ahead + (ours ? 1 : -30)).toString())));
            look.answered(200, date, Body.of("[]"));
            assertThat(look.seen()).isInstanceOf(ours ? Seen.Again.class : Seen.Empty.class);
        }
    }

    private Attempt attempt(String otid) {
        return new Attempt(AGENT, otid, STARTED, endedAt, now, refusedAt, LIMIT);
    }

    private Seen look(String otid, String runs, String messages, String run) {
        return look(otid, path -> path.path().endsWith("/runs/") ? runs : path.path().contains("/runs/") ? run : path.query().contains("before") ? "[]" : messages);
    }

    private Seen look(String otid, String runs, List<String> pages) {
        List<String> left = new ArrayList<>(pages);
        return look(otid, path -> path.path().endsWith("/runs/") ? runs : left.remove(0));
    }

    private Seen look(String otid, Function<LettaPath, String> letta) {
        asked.clear();
        Look look = new Look(attempt(otid), System::nanoTime);
        for (LettaPath path = look.next(); path != null; path = look.next()) {
            assertThat(look.seen()).isNull();
            asked.add(path);
            look.answered(200, null, Body.of(letta.apply(path)));
        }
        return look.seen();
    }

    /** Answers as Letta does: a hundred messages before the one named. */
    private static Function<LettaPath, String> paged(List<String> history, boolean newestFirst, String run) {
        return path -> {
            if (path.path().contains("/runs/")) {
                return path.path().endsWith("/runs/") ? "[]" : run;
            }
            int end = path.query().contains("before=") ? Integer.parseInt(path.query().replaceAll(".*before=message-", "")) : history.size();
            List<String> page = new ArrayList<>(history.subList(Math.max(0, end - 100), end));
            if (newestFirst) {
                Collections.reverse(page);
            }
            return list(page.toArray(String[]::new));
        };
    }

    private static Outcome settled(Seen seen) {
        assertThat(seen).isInstanceOf(Seen.Settled.class);
        return ((Seen.Settled) seen).outcome();
    }

    private static String real(String name) {
        return new String(Body.real(name), StandardCharsets.UTF_8);
    }

    private static String list(String... elements) {
        return "[" + String.join(",", elements) + "]";
    }

    private static String question(String otid, String runId) {
        return message("user_message", runId, "\"otid\":\"" + otid + "\",\"content\":\"q\"");
    }

    private static String answer(String runId, String text) {
        return message("assistant_message", runId, "\"content\":\"" + text + "\"");
    }

    private static String message(String type, String runId, String rest) {
        return "{\"id\":\"message-0\",\"date\":\"" + STARTED + "\",\"message_type\":\"" + type + "\",\"run_id\":" + (runId == null ? "null" : "\"" + runId + "\"") + "," + rest + "}";
    }

    private static String dated(String message, String id, Instant date) {
        return message.replace("message-0", id).replace(STARTED.toString(), date.toString());
    }

    private static String run(String id, String status, String stopReason) {
        return "{\"id\":\"" + id + "\",\"agent_id\":\"" + AGENT + "\",\"status\":\"" + status + "\",\"stop_reason\":" + (stopReason == null ? "null" : "\"" + stopReason + "\"")
                + ",\"metadata\":{\"error\":\"x\"},\"created_at\":\"" + STARTED.plusSeconds(1) + "\"}";
    }

    private static String openRun(String createdAt) {
        return list("{\"id\":\"run-1\",\"agent_id\":\"" + AGENT + "\",\"status\":\"created\",\"created_at\":\"" + createdAt + "\"}");
    }
}
