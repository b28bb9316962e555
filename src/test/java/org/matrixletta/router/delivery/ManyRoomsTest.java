package org.matrixletta.router.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.PERSON;
import static org.matrixletta.router.MessagingRouter.agent;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.peers.Fault;
import org.matrixletta.router.peers.Turn;

class ManyRoomsTest {

    private static final int ROOMS = 20;
    private static final int MESSAGES = 15;

    @Test
    @Tag("R10")
    void everyMessageOfManyRoomsIsAnsweredOnceAndInOrderAndNothingStaysUnderWay() {
        try (MessagingRouter run = MessagingRouter.start("--router.letta-max-turns=5", "--logging.level.routing=WARN")) {
            // Given more rooms than turns and sends that may be under way at once
            IntStream.range(0, ROOMS).forEach(room -> run.map("A" + room, room(room)));

            // When people write in all of them
            IntStream.range(0, ROOMS * MESSAGES).forEach(number -> run.homeserver.say(room(number % ROOMS), PERSON, "hi " + number / ROOMS));

            // Then
            Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() ->
                    assertThat(run.sql.queryForObject("SELECT count(*) FROM router.outbox WHERE state = 'sent'", Integer.class)).isEqualTo(ROOMS * MESSAGES));
            List<String> questions = IntStream.range(0, MESSAGES).mapToObj(number -> "hi " + number).toList();
            for (int room = 0; room < ROOMS; room++) {
                String name = "A" + room;
                assertThat(run.letta.asked(agent(name))).isEqualTo(questions);
                assertThat(run.homeserver.conversation(room(room)).stream().filter(line -> !line.startsWith(PERSON))).isEqualTo(
                        questions.stream().map(question -> MessagingRouter.user(name) + ": " + name + " heard: " + question).toList());
            }
            assertThat(run.letta.mostAtOnce()).isLessThanOrEqualTo(5);
            Awaitility.await().untilAsserted(() -> assertThat(run.router.bean(Orphans.class).find()).satisfies(left -> {
                assertThat(left.turns()).isEmpty();
                assertThat(left.replies()).isEmpty();
            }));
        }
    }

    @Test
    @Tag("R10")
    void howeverManyRequestsWaitForTheirAnswersTheNextOneIsSent() {
        try (MessagingRouter run = MessagingRouter.start("--logging.level.routing=WARN")) {
            // Given agents that take long, and more of them than a client keeps connections by default
            int rooms = 60;
            IntStream.range(0, rooms).forEach(room -> run.map("A" + room, room(room)));
            run.letta.always(text -> Turn.says("done").held());

            // When people write to all of them
            IntStream.range(0, rooms).forEach(room -> run.homeserver.say(room(room), PERSON, "hi"));

            // Then all are at work
            MessagingRouter.soon().untilAsserted(() -> assertThat(run.letta.running()).isEqualTo(rooms));

            // And when they are done while the homeserver answers nothing, each reply is sent
            run.homeserver.http.next(rooms, "PUT", "/send/", Fault.hangs());
            IntStream.range(0, rooms).forEach(room -> run.letta.release(agent("A" + room)));
            MessagingRouter.soon().untilAsserted(() -> assertThat(run.homeserver.http.requests("PUT", "/send/")).hasSize(rooms));
        }
    }

    private static String room(int number) {
        return "!room" + number + ":test.local";
    }
}
