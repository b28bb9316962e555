package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.SharedRouter;
import org.matrixletta.router.peers.Turn;

/** What an acknowledged transaction means. */
@ExtendWith(SharedRouter.class)
class TransactionsTest {

    static MessagingRouter run;

    @BeforeAll
    static void share(MessagingRouter shared) {
        run = shared;
    }

    @Test
    @Tag("D1")
    void d1_aTransactionOfAHundredEventsIsStoredWhenItIsAcknowledgedWhileTheAgentIsStillAtWork() {
        run.map("Hundred", "!hundred:test.local");
        run.letta.next(agent("Hundred"), Turn.says("one").held());
        String[] events = IntStream.range(0, 100).mapToObj(n -> RawEvent.text("$hundred-" + n, "!hundred:test.local", PERSON, "message " + n)).toArray(String[]::new);

        assertThat(run.homeserver.transaction("hundred", RawEvent.transaction(events)).statusCode()).isEqualTo(200);

        assertThat(run.sql.queryForList("SELECT event_id FROM router.inbox WHERE room_id = '!hundred:test.local' ORDER BY seq", String.class))
                .isEqualTo(IntStream.range(0, 100).mapToObj(n -> "$hundred-" + n).toList());
        soon().until(() -> run.letta.running() > 0);
        run.letta.release(agent("Hundred"));
        soon().untilAsserted(() -> assertThat(run.letta.asked(agent("Hundred"))).isEqualTo(IntStream.range(0, 100).mapToObj(n -> "message " + n).toList()));
    }

    @Test
    @Tag("D2")
    void d2_theEventIdAloneDecidesWhateverTheTransactionIsCalled() {
        run.map("Repeated", "!repeated:test.local");
        byte[] first = RawEvent.transaction(RawEvent.text("$repeated-1", "!repeated:test.local", PERSON, "one"));

        for (String txnId : List.of("1", "1", "2")) {
            assertThat(run.homeserver.transaction(txnId, first).statusCode()).isEqualTo(200);
        }
        // A homeserver whose counter began anew
        assertThat(run.homeserver.transaction("1", RawEvent.transaction(RawEvent.text("$repeated-2", "!repeated:test.local", PERSON, "two"))).statusCode()).isEqualTo(200);

        run.await("$repeated-2", "answered");
        assertThat(run.letta.asked(agent("Repeated"))).containsExactly("one", "two");
        soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!repeated:test.local")).hasSize(2));
    }
}
