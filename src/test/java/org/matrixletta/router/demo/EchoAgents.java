package org.matrixletta.router.demo;

import java.net.InetSocketAddress;
import org.matrixletta.router.peers.FakeLetta;
import org.matrixletta.router.peers.Turn;

/** Agents for a trial that needs no Letta and no model, as their own image runs them: they repeat what they hear, and say that they are no Letta. */
public final class EchoAgents {

    private static final int PORT = 8283;

    private EchoAgents() {
    }

    public static void main(String[] arguments) {
        FakeLetta echo = new FakeLetta(new InetSocketAddress(PORT)).strict()
                .agent("agent-00000000-0000-4000-8000-000000000001", "BMO")
                .agent("agent-00000000-0000-4000-8000-000000000002", "Meridian");
        echo.http.forgetRequests(false);
        echo.always(text -> Turn.says("Echo, not Letta: " + text));
        System.out.println("Echo agents, not Letta, listen on port " + PORT + ": BMO is agent-00000000-0000-4000-8000-000000000001, Meridian agent-00000000-0000-4000-8000-000000000002.");
    }
}
