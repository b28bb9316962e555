package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.soon;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;

/** What this process has under way, on which it depends how much more it takes on. */
class UnderWayTest {

    private static final int ROOMS = 200;

    @Test
    void nothingStaysUnderWayWhenAllIsAnswered() {
        try (MessagingRouter run = MessagingRouter.start()) {
            IntStream.range(0, ROOMS).forEach(i -> run.map("A" + i, "!room" + i + ":test.local"));
            IntStream.range(0, ROOMS).forEach(i -> run.homeserver.say("!room" + i + ":test.local", PERSON, "hi"));

            soon().untilAsserted(() -> assertThat(run.sql.queryForObject("SELECT count(*) FROM router.outbox WHERE state = 'sent'", Integer.class)).isEqualTo(ROOMS));
            soon().untilAsserted(() -> {
                assertThat(run.router.bean(Turns.class).underWay()).isEmpty();
                assertThat(run.router.bean(Replies.class).underWay()).isEmpty();
            });
        }
    }
}
