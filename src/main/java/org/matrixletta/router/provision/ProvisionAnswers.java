package org.matrixletta.router.provision;

import java.io.IOException;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.matrixletta.router.matrix.MatrixAnswer;
import org.matrixletta.router.matrix.UserRegistration;
import org.springframework.stereotype.Component;

/** Reads what the homeserver answered to {@link ProvisionRequests}; whatever stands in the way ends the run with a sentence. */
@Component("provisionAnswers")
class ProvisionAnswers {

    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final Settings settings;

    ProvisionAnswers(Settings settings) {
        this.settings = settings;
    }

    /** A homeserver invites also those of its users whom it does not have. Of other servers' users, and where profiles are hidden, nothing is known. */
    public void requireOwner(@Variable("provision") Provision provision, Exchange exchange) {
        if (MatrixAnswer.of(exchange).status() == NOT_FOUND && provision.owner().endsWith(":" + settings.matrixServerName())) {
            throw new RefusedException(NOT_FOUND, "The homeserver has no user " + provision.owner() + "; correct the owner.");
        }
    }

    /** Whether the agent's user is new. */
    public boolean registered(@Variable("provision") Provision provision, Exchange exchange) {
        return UserRegistration.require(provision.user(), exchange);
    }

    /** Whether the agent's user has our device; it can write without one. */
    public boolean hasDevice(Exchange exchange) {
        return MatrixAnswer.of(exchange).isDone();
    }

    public void named(@Variable("provision") Provision provision, Exchange exchange) {
        MatrixAnswer.of(exchange).require("The name of " + provision.user() + " cannot be set");
    }

    /** The stored room, which is the agent's whatever it is like. */
    public RoomSearch joined(@Variable("provision") Provision provision, Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        if (answer.status() == 403 || answer.status() == NOT_FOUND) {
            throw new RefusedException(CONFLICT, provision.user() + " is not in room " + Printable.line(provision.storedRoom()) + ", which the table gives " + Printable.line(provision.agentId())
                    + ", and not invited; invite it there, or take that room away with set-room, and run provision again.");
        }
        answer.require("The room " + Printable.line(provision.storedRoom()) + " cannot be entered");
        return new RoomSearch(List.of(provision.storedRoom()), room -> true);
    }

    /** The rooms that the agent's user is in, one of which an earlier run may have made. */
    public RoomSearch rooms(@Variable("provision") Provision provision, Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        answer.require("The rooms of " + provision.user() + " cannot be read");
        List<String> rooms = StreamSupport.stream(answer.json().path("joined_rooms").spliterator(), false).map(room -> room.asText()).toList();
        return new RoomSearch(rooms, room -> room.isReadyFor(provision));
    }

    /** The room that was made. */
    public RoomSearch made(Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        answer.require("The homeserver makes no room");
        return new RoomSearch(List.of(answer.json().path("room_id").asText()), room -> true);
    }

    /** Gives the search what a room's state says. */
    public void state(@Variable("provision") Provision provision, @Variable("search") RoomSearch search, Exchange exchange) throws IOException {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        answer.require("The state of room " + Printable.line(search.current()) + " cannot be read");
        search.saw(RoomState.read(search.current(), provision.owner(), answer.bytes()));
    }

    /** Stops at a room that the agent cannot read in. */
    public void requireReadable(@Variable("provision") Provision provision, @Variable("room") RoomState room) {
        if (room.isEncrypted()) {
            String what = "Room " + Printable.line(room.roomId()) + " is encrypted, and the agent cannot read it; ";
            throw new RefusedException(CONFLICT, what + (provision.lacksRoom()
                    ? "the homeserver encrypts new rooms by itself: switch that off (Synapse: encryption_enabled_by_default_for_room_type: off), and run provision again."
                    : "take it away with set-room, and run provision again for another one."));
        }
    }

    public void invited(@Variable("provision") Provision provision, @Variable("room") RoomState room, Exchange exchange) {
        MatrixAnswer.of(exchange).require(provision.owner() + " cannot be invited to room " + Printable.line(room.roomId()));
    }
}
