package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;
import static org.matrixletta.router.MessagingRouter.soon;

import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;

class RoutingTest {

    @Test
    void r1AMessageInAMappedRoomGoesToThatAgentOnceAndItsAnswerIntoTheRoom() {
        try (MessagingRouter run = MessagingRouter.start().map("BMO", "!cooking:test.local")) {
            run.homeserver.say("!cooking:test.local", PERSON, "hi");

            soon().untilAsserted(() -> assertThat(run.homeserver.conversation("!cooking:test.local")).hasSize(2));
            assertThat(run.letta.asked(agent("BMO"))).containsExactly("hi");
            System.out.println(run.homeserver.conversation("!cooking:test.local"));
        }
    }
}
