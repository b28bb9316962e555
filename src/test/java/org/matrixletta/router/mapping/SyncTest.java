package org.matrixletta.router.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.RunningRouter;

class SyncTest {

    static RunningRouter router;

    @BeforeAll
    static void start() {
        router = RunningRouter.start();
    }

    @AfterAll
    static void stop() {
        router.close();
    }

    @Test
    void first() {
        System.out.println(router.http("POST", "/mappings/sync", "{\"agent-1\":{\"agent_name\":\"BMO\",\"matrix_user_id\":\"@a:test.local\",\"room_id\":\"!a:test.local\"}}", "Accept", "text/plain") + router.sync("{\"agent-1\":{\"agent_name\":\"BMO\",\"matrix_user_id\":\"@a:test.local\",\"room_id\":\"!a:test.local\"}}", ""));
        System.out.println(router.http("POST", "/mappings/sync", "{\"agent-1\":{\"agent_name\":\"BMO\",\"matrix_user_id\":\"@a:test.local\",\"room_id\":\"!a:test.local\"}}", "Accept", "text/plain") + router.sync("{\"agent-1\":{\"agent_name\":\"BMO\",\"matrix_user_id\":\"@a:test.local\",\"room_id\":\"!a:test.local\"}}", ""));
    }
}
