package org.matrixletta.router.matrix;

import java.time.Instant;

/**
 * Whether a room exists and a user is in it (Matrix Client-Server API, GET /rooms/{roomId}/joined_members).
 *
 * @param kind what the homeserver says
 * @param reason its words, or why there are none; null for JOINED
 */
public record Membership(Kind kind, String reason) {

    /** What the homeserver says. */
    public enum Kind {
        /** The user is in the room. */
        JOINED,
        /** The room exists, and the user is not in it. */
        NOT_JOINED,
        /** There is no such room. */
        NO_ROOM,
        /** It does not say. */
        UNKNOWN
    }

    /**
     * Judges an answer.
     *
     * @param user the user
     * @param isItself whether the user itself asked; another one's refusal says nothing about it
     * @param status the HTTP status
     * @param body the body; null if there is none
     */
    public static Membership of(String user, boolean isItself, int status, byte[] body) {
        JsonSlice answer = JsonSlice.of(body == null ? new byte[0] : body);
        if (status / 100 == 2) {
            JsonSlice joined = answer.at("joined");
            return joined.at(user).isObject() ? new Membership(Kind.JOINED, null)
                    : joined.isObject() ? new Membership(Kind.NOT_JOINED, "It is not among the room's members")
                    : new Membership(Kind.UNKNOWN, "The homeserver's list of members could not be read");
        }
        // Without an errcode it is not the homeserver who answered.
        String code = answer.at("errcode").text();
        Kind kind = status == 404 && "M_NOT_FOUND".equals(code) ? Kind.NO_ROOM : status == 403 && code != null && isItself ? Kind.NOT_JOINED : Kind.UNKNOWN;
        return new Membership(kind, SendOutcome.of(status, null, body, Instant.now()).reason());
    }

    /** There was no answer. */
    public static Membership unanswered() {
        return new Membership(Kind.UNKNOWN, "The homeserver did not answer; see that it runs, and check MATRIX_HOMESERVER_URL");
    }
}
