package org.matrixletta.router.matrix;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.matrixletta.router.matrix.SendOutcome.Kind;

/**
 * One of our users goes into a room, or looks whether a room is what another was upgraded to (Matrix Client-Server API, "Room
 * upgrades"): says what to ask the homeserver, takes the answers, and comes to an {@link #end}.
 *
 * <p>Only members can read how a room was made. So whoever looks joins where it may, and leaves again if it is another room.
 */
public final class RoomVisit {

    private static final Set<Kind> PASSING = EnumSet.of(Kind.LATER, Kind.BUSY, Kind.AWAY, Kind.PAUSE);

    /** What a visit comes to. */
    public enum End {
        /** The user is in the room; or, for a look, the room is the successor. */
        DONE,
        /** The room does not name the old one as its predecessor. */
        OTHER_ROOM,
        /** The homeserver lets the user neither join nor look. */
        REFUSED,
        /** It did not answer, or asks to come again. */
        LATER
    }

    private enum Step { READ, JOIN, REGISTER, LEAVE, NONE }

    private final String user;
    private final String room;
    private final String predecessor;
    private Step step;
    private boolean hasJoined;
    private boolean hasRegistered;
    private End end;
    private String reason;
    private Duration retryAfter;

    private RoomVisit(String user, String room, String predecessor, Step first) {
        this.user = user;
        this.room = room;
        this.predecessor = predecessor;
        this.step = first;
    }

    /** The user joins the room. */
    static RoomVisit join(String user, String room) {
        return new RoomVisit(user, room, null, Step.JOIN);
    }

    /** The user looks whether the room is the successor of another. */
    static RoomVisit look(String user, String room, String predecessor) {
        return new RoomVisit(user, room, predecessor, Step.READ);
    }

    /** Nothing is asked; the end is null. */
    static RoomVisit none() {
        return new RoomVisit(null, null, null, Step.NONE);
    }

    /** What to ask next; null when the visit is over. */
    HomeserverRequest next() {
        return switch (step) {
            case READ -> HomeserverRequest.creation(room, user);
            case JOIN -> HomeserverRequest.join(room, user);
            case REGISTER -> HomeserverRequest.register(user);
            case LEAVE -> HomeserverRequest.leave(room, user);
            case NONE -> null;
        };
    }

    /** Whether there is nothing more to ask. */
    public boolean isOver() {
        return step == Step.NONE;
    }

    /** What the visit came to; null while it goes on, or if nothing was asked. */
    public End end() {
        return end;
    }

    /** What the homeserver said where the end is REFUSED or LATER; else null. */
    String reason() {
        return reason;
    }

    /** How long the homeserver asks to wait; null where it does not say. */
    Duration retryAfter() {
        return retryAfter;
    }

    /**
     * Takes the answer to what {@link #next} named.
     *
     * @param status the HTTP status
     * @param retryAfterHeader the header Retry-After; null if there is none
     * @param body the body; null if there is none
     */
    void answered(int status, String retryAfterHeader, byte[] body) {
        boolean isGood = status / 100 == 2;
        if (step == Step.LEAVE) {
            // Whatever it said: this user has no more business there.
            over(End.OTHER_ROOM, null);
        } else if (step == Step.REGISTER && (isGood || JsonSlice.of(body == null ? new byte[0] : body).at("errcode").isText("M_USER_IN_USE"))) {
            hasRegistered = true;
            step = Step.JOIN;
        } else if (step == Step.JOIN && isGood) {
            hasJoined = true;
            joined();
        } else if (step == Step.READ && isGood) {
            read(body);
        } else {
            refused(SendOutcome.of(status, retryAfterHeader, body, Instant.now()));
        }
    }

    /** Ends the visit, for there was no answer. */
    void failed(Throwable failure) {
        over(End.LATER, SendOutcome.of(failure).reason());
    }

    private void joined() {
        if (predecessor == null) {
            over(End.DONE, null);
        } else {
            step = Step.READ;
        }
    }

    private void read(byte[] creation) {
        if (predecessor.equals(JsonSlice.of(creation).at("predecessor").at("room_id").text())) {
            over(End.DONE, null);
        } else if (hasJoined) {
            step = Step.LEAVE;
        } else {
            over(End.OTHER_ROOM, null);
        }
    }

    private void refused(SendOutcome said) {
        if (said.kind() == Kind.REGISTER && !hasRegistered) {
            step = Step.REGISTER;
        } else if (said.kind() == Kind.JOIN && step == Step.READ && !hasJoined) {
            step = Step.JOIN;
        } else {
            retryAfter = said.retryAfter();
            over(PASSING.contains(said.kind()) ? End.LATER : End.REFUSED, said.reason());
        }
    }

    private void over(End how, String why) {
        end = how;
        reason = why;
        step = Step.NONE;
    }
}
