package org.matrixletta.router.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.matrixletta.router.MessagingRouter;
import org.matrixletta.router.RawHttp;
import org.matrixletta.router.RunningRouter;
import org.matrixletta.router.SharedRouter;

/** The homeserver's token opens the homeserver's paths and nothing else, and nothing else opens them. */
@ExtendWith(SharedRouter.class)
class TokensTest {

    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT");
    private static final List<String> HOMESERVERS = List.of("/_matrix/app/v1/transactions/1", "/transactions/1", "/_matrix/app/v1/users/@agent_a:test.local", "/users/@agent_a:test.local",
            "/_matrix/app/v1/rooms/a", "/_matrix/app/v1/ping");

    @Test
    @Tag("H5")
    void h5_noTokenOpensTheOthersPathsHoweverTheyAreWritten(MessagingRouter run) {
        String hsToken = "Authorization: Bearer " + MessagingRouter.HS_TOKEN;
        for (String method : METHODS) {
            for (String path : AccessTest.PATHS) {
                for (String written : AccessTest.writings(path).toList()) {
                    assertThat(RawHttp.status(run.router.port, method, written, hsToken)).as("%s %s", method, written).isGreaterThanOrEqualTo(400);
                }
                assertThat(RawHttp.status(run.router.port, method, path + "?access_token=" + MessagingRouter.HS_TOKEN, "Authorization: Bearer wrong")).isGreaterThanOrEqualTo(400);
            }
            for (String path : HOMESERVERS) {
                for (String written : AccessTest.writings(path).toList()) {
                    for (String key : List.of("", RunningRouter.KEY, RunningRouter.READ_KEY)) {
                        String[] headers = key.isEmpty() ? new String[0] : new String[] {"Authorization: Bearer " + key};
                        assertThat(RawHttp.status(run.router.port, method, written, headers)).as("%s %s %s", method, written, key).isGreaterThanOrEqualTo(400);
                    }
                }
            }
        }
        assertThat(RawHttp.status(run.router.port, "POST", "/_matrix/app/v1/ping", hsToken, "Content-Length: 0")).isEqualTo(200);
    }
}
