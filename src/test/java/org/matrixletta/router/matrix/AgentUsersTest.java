package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.matrixletta.router.MessagingRouter.HS_TOKEN;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.SharedRouter;

/** What a homeserver hears that asks about a user of our namespace whom it does not know. */
@ExtendWith(SharedRouter.class)
class AgentUsersTest {

    static MessagingRouter run;

    @BeforeAll
    static void start(MessagingRouter shared) {
        run = shared.map("Asked", "!asked:test.local");
    }

    @Test
    void anAgentOfTheTableIsRegisteredAndThenThere() {
        assertThat(ask("/_matrix/app/v1/users/%40agent_asked%3Atest.local").statusCode()).isEqualTo(200);
        assertThat(ask("/users/@agent_asked:test.local").body()).isEqualTo("{}");
        assertThat(run.homeserver.http.requests("POST", "/register")).extracting(request -> request.json().get("username").asText()).contains("agent_asked");
    }

    @Test
    void whoeverTheTableDoesNotHoldIsNotFound() {
        run.sql.update("INSERT INTO agent_mappings (agent_id, agent_name, matrix_user_id, matrix_password) VALUES ('agent-far', 'Far', '@agent_far:other.local', ''), ('agent-out', 'Out', '@out:test.local', '')");
        for (String user : new String[] {"%40agent_nobody%3Atest.local", "%40agent_far%3Aother.local", "%40out%3Atest.local", "agent_asked", "%7B%7Bx%7D%7D", "%40agent_asked%3Atest.local%00"}) {
            assertThat(ask("/_matrix/app/v1/users/" + user)).as(user).matches(answer -> answer.statusCode() == 400 || answer.statusCode() == 404 && answer.body().contains("M_NOT_FOUND"), "not found");
        }
    }

    private static HttpResponse<String> ask(String path) {
        return run.router.anyone("GET", path, null, "Authorization", "Bearer " + HS_TOKEN);
    }
}
