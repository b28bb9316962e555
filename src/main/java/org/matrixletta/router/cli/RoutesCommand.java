package org.matrixletta.router.cli;

import java.util.concurrent.Callable;
import org.matrixletta.router.cli.RouterCommand.Asking;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows the routes of the running service, or changes one. */
@Command(name = "routes", description = "Lists the running service's routes; with an action and an id stops, starts, suspends or resumes one.")
final class RoutesCommand implements Callable<Integer> {

    @Parameters(index = "0", arity = "0..1", paramLabel = "ACTION", description = "stop, start, suspend or resume.")
    private Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "The route's id.")
    private String id;

    @Mixin
    private Asking asking;

    enum Action { stop, start, suspend, resume }

    @Override
    public Integer call() throws Exception {
        if (action == null) {
            return asking.askService(Request.of("GET", "/routes", "direct:get-routes"));
        }
        if (id == null) {
            throw new CommandException(2, "Name the route, for example `routes " + action + " mappings-watch`.");
        }
        return asking.askService(Request.of("POST", "/routes/{route_id}/{action}", "direct:post-route").with("route_id", id).with("action", action));
    }
}
