package org.matrixletta.router.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.matrixletta.router.cli.RouterCommand.Asking;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about messages: each turns its arguments into a request. */
final class MessageCommands {

    /** Names of dead letters in one request: its first line has to stay short. */
    private static final int AT_ONCE = 100;

    private MessageCommands() {
    }

    @Command(name = "messages", description = "Lists what became of messages, newest first; with an event id tells all that happened to that one.", subcommands = Drop.class)
    static final class Messages implements Callable<Integer> {
        @Parameters(arity = "0..1", paramLabel = "EVENT_ID", description = "The event id, in 'single quotes' as it begins with $; or the reference that a room was told.")
        private String event;
        @Option(names = "--room", paramLabel = "ROOM", description = "Of this room only.")
        private String room;
        @Option(names = "--agent", paramLabel = "AGENT", description = "Of this agent only.")
        private String agent;
        @Option(names = "--state", paramLabel = "STATE", description = "In this state only: waiting, asking, unknown, answered, ignored, dead or dropped.")
        private String state;
        @Option(names = "--limit", paramLabel = "N", description = "At most so many; 50 by default, up to 1000.")
        private Integer limit;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            if (event == null) {
                return asking.ask(Request.of("GET", "/messages", "direct:get-messages").with("room_id", room).with("agent_id", agent).with("state", state).with("limit", limit));
            }
            if (event.isBlank()) {
                throw new CommandException(2, "The event id is empty; put it in 'single quotes', as a shell takes what begins with $ for a variable.");
            }
            if (room != null || agent != null || state != null) {
                throw new CommandException(2, "Name one event, or what to list, not both.");
            }
            // Ids of room version 3 hold slashes, and no segment of a path does.
            return asking.ask(Request.of("GET", "/messages/{event_id}", "direct:get-message").with("event_id", event.replace('/', '_')));
        }
    }

    @Command(name = "drop", description = "Drops the waiting messages of one room or agent, so that nobody is asked them.")
    static final class Drop implements Callable<Integer> {
        @ArgGroup(exclusive = true, multiplicity = "1")
        private Whose whose;
        @Mixin
        private Asking asking;

        static final class Whose {
            @Option(names = "--room", paramLabel = "ROOM", description = "A Matrix room id.")
            private String room;
            @Option(names = "--agent", paramLabel = "AGENT", description = "An agent's id: the messages of the rooms that are its own by now.")
            private String agent;
        }

        @Override
        public Integer call() throws Exception {
            return asking.ask(Request.of("DELETE", "/messages", "direct:drop-messages").with("room_id", whose.room).with("agent_id", whose.agent));
        }
    }

    @Command(name = "dead-letters", description = "Lists messages that were not answered and events that could not be posted, each with its reason.",
            subcommands = {ReplayLetters.class, DropLetters.class})
    static final class DeadLetters implements Callable<Integer> {
        @Option(names = "--limit", paramLabel = "N", description = "At most so many; 50 by default, up to 1000.")
        private Integer limit;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            return asking.ask(Request.of("GET", "/dead-letters", "direct:get-dead-letters").with("limit", limit));
        }
    }

    @Command(name = "replay", description = "Asks messages again, and posts events again.")
    static final class ReplayLetters implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "ID", description = "As dead-letters lists it: message-17, reply-42-1.")
        private List<String> ids;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            return askEach(asking, Request.of("POST", "/dead-letters/{id}/replay", "direct:replay-dead-letters"), ids);
        }
    }

    @Command(name = "drop", description = "Ends dead letters for good.")
    static final class DropLetters implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "ID", description = "As dead-letters lists it: message-17, reply-42-1.")
        private List<String> ids;
        @Mixin
        private Asking asking;

        @Override
        public Integer call() throws Exception {
            return askEach(asking, Request.of("DELETE", "/dead-letters/{id}", "direct:drop-dead-letters"), ids);
        }
    }

    private static int askEach(Asking asking, Request request, List<String> ids) throws Exception {
        int exitCode = 0;
        for (int from = 0; from < ids.size() && exitCode == 0; from += AT_ONCE) {
            exitCode = asking.ask(request.with("id", String.join(",", ids.subList(from, Math.min(ids.size(), from + AT_ONCE)))));
        }
        return exitCode;
    }
}
