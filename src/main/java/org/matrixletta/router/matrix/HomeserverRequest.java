package org.matrixletta.router.matrix;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.matrixletta.router.PathSegment;

/**
 * A request to the homeserver about a room, by one of our users (Matrix Client-Server API, "Room membership" and "Getting events for a
 * room"; Application Service API, "Identity assertion").
 *
 * @param method the HTTP method
 * @param path below the homeserver's address, every id in it encoded
 * @param query without the question mark; empty if there is none
 * @param body JSON, or null
 */
public record HomeserverRequest(String method, String path, String query, byte[] body) {

    private static final String CLIENT = "/_matrix/client/v3/";
    private static final String NOTHING = "{}";

    /** The rooms that the bot is in; without an asserted user a request is its own. */
    static HomeserverRequest joinedRooms() {
        return new HomeserverRequest("GET", CLIENT + "joined_rooms", "", null);
    }

    /** The users who are in a room. */
    public static HomeserverRequest joinedMembers(String roomId, String user) {
        return new HomeserverRequest("GET", room(roomId) + "/joined_members", as(user), null);
    }

    /** The content of the event that made a room. */
    static HomeserverRequest creation(String roomId, String user) {
        return new HomeserverRequest("GET", room(roomId) + "/state/m.room.create/", as(user), null);
    }

    /**
     * The next events of a room, in the order of its timeline (Matrix Client-Server API, GET /rooms/{roomId}/messages).
     *
     * @param isBack whether backwards, the newest first
     * @param limit at most how many
     * @param from an {@code end} of an earlier answer; null: from the newest event back
     */
    static HomeserverRequest messages(String roomId, String user, boolean isBack, int limit, String from) {
        return new HomeserverRequest("GET", room(roomId) + "/messages", as(user) + "&dir=" + (isBack ? "b" : "f") + "&limit=" + limit + (from == null ? "" : "&from=" + PathSegment.encode(from)), null);
    }

    /** Joins a room; to join again changes nothing. */
    static HomeserverRequest join(String roomId, String user) {
        return post(CLIENT + "join/" + PathSegment.encode(roomId), as(user), NOTHING);
    }

    static HomeserverRequest leave(String roomId, String user) {
        return post(room(roomId) + "/leave", as(user), NOTHING);
    }

    /** Makes one of our users known to the homeserver. */
    static HomeserverRequest register(String user) {
        return post(CLIENT + "register", "", JsonNodeFactory.instance.objectNode().put("type", "m.login.application_service")
                .put("username", user.substring(1, user.indexOf(':'))).put("inhibit_login", true).toString());
    }

    /** Makes the exchange's message this request. */
    public void write(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, method);
        message.setHeader(Exchange.HTTP_PATH, path);
        if (!query.isEmpty()) {
            message.setHeader(Exchange.HTTP_QUERY, query);
        }
        if (body != null) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        }
        message.setBody(body);
    }

    private static HomeserverRequest post(String path, String query, String body) {
        return new HomeserverRequest("POST", path, query, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String room(String roomId) {
        return CLIENT + "rooms/" + PathSegment.encode(roomId);
    }

    private static String as(String user) {
        return "user_id=" + PathSegment.encode(user);
    }
}
