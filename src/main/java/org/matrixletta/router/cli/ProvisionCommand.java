package org.matrixletta.router.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.concurrent.Callable;
import org.matrixletta.router.cli.RouterCommand.Asking;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives an agent of Letta what it needs to be talked to. */
@Command(name = "provision", description = "Gives an agent its Matrix user, its room and its mapping, and invites its owner; what is there already stays.")
final class ProvisionCommand implements Callable<Integer> {

    @Parameters(paramLabel = "AGENT", description = "The agent's id in Letta.")
    private String agent;

    @Option(names = "--owner", paramLabel = "USER", required = true, description = "The Matrix user who is invited, for example @you:example.org.")
    private String owner;

    @Mixin
    private Asking asking;

    @Override
    public Integer call() throws Exception {
        return asking.ask(Request.of("POST", "/agents/{agent_id}/provision", "direct:post-provision").with("agent_id", agent)
                .withBody(new ObjectMapper().writeValueAsString(Map.of("owner", owner))));
    }
}
