package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.soon;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.SharedRouter;

/** What this process has under way, on which it depends how much more it takes on. */
@ExtendWith(SharedRouter.class)
class UnderWayTest {

    private static final int ROOMS = 200;

    @Test
    void nothingStaysUnderWayWhenAllIsAnswered(MessagingRouter run) {
        IntStream.range(0, ROOMS).forEach(i -> run.map("U" + i, "!under-way" + i + ":test.local"));
        IntStream.range(0, ROOMS).forEach(i -> run.homeserver.say("!under-way" + i + ":test.local", PERSON, "hi"));

        soon().untilAsserted(() -> assertThat(run.sql.queryForObject("SELECT count(*) FROM router.outbox WHERE state = 'sent'", Integer.class)).isEqualTo(ROOMS));
        soon().untilAsserted(() -> {
            assertThat(run.router.bean(Turns.class).underWay()).isEmpty();
            assertThat(run.router.bean(Replies.class).underWay()).isEmpty();
        });
    }
}
