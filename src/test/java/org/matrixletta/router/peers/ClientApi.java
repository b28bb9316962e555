package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/** What the fake homeserver answers to a client, judged as Synapse 1.160 was seen to (Matrix spec, Client-Server API). */
final class ClientApi {

    private static final int LARGEST_EVENT = 65_536;
    /** Synapse takes 64,894 ASCII characters as the body of {@code {"body":"","msgtype":"m.text"}}, and not one more. */
    private static final int ENVELOPE = LARGEST_EVENT - 64_894 - 30;

    /** Who asks. */
    record Caller(String user, String device, boolean isService) {
    }

    private final Rooms rooms;
    private final String serverName;
    private final String asToken;
    private final String bot;
    private final Map<String, String> people = new HashMap<>();
    private final Map<String, Set<String>> devices = new HashMap<>();
    private final Map<List<String>, String> sentInMemory = new HashMap<>();
    private final Map<List<String>, String> sentByDevice = new HashMap<>();
    private boolean strict;
    private final Set<String> admins = new HashSet<>();
    private boolean encryptsRooms;
    private boolean knowsAdmins = true;

    ClientApi(Rooms rooms, String serverName, String asToken, String bot) {
        this.rooms = rooms;
        this.serverName = serverName;
        this.asToken = asToken;
        this.bot = bot;
        devices.put(bot, new HashSet<>());
    }

    synchronized void strict() {
        strict = true;
        rooms.strict();
    }

    /** Whether new rooms are encrypted from now on, whoever makes them. */
    synchronized void encryptRooms(boolean all) {
        encryptsRooms = all;
    }

    /** Whether the user is a server admin from now on. */
    synchronized void admin(String user, boolean is) {
        if (is) {
            admins.add(user);
        } else {
            admins.remove(user);
        }
    }

    /** Whether there is an admin API at all. */
    synchronized void knowsAdmins(boolean knows) {
        knowsAdmins = knows;
    }

    synchronized void person(String user, String token) {
        people.put(token, user);
    }

    synchronized void user(String user, String... itsDevices) {
        devices.computeIfAbsent(user, unknown -> new HashSet<>()).addAll(List.of(itsDevices));
    }

    /** Forgets what Synapse keeps in memory only: what was sent without a device. */
    synchronized void restart() {
        sentInMemory.clear();
    }

    /** The answer to any request but a ping. */
    synchronized Answer answer(RecordedRequest request) {
        List<String> path = request.segments();
        if (request.path().equals("/_matrix/client/versions")) {
            return ok(Json.object().set("versions", Json.array().add("v1.11").add("v1.12")));
        }
        Caller caller = caller(request);
        if (request.path().matches("/_synapse/admin/v1/users/[^/]+/admin") && knowsAdmins) {
            return admin(caller, path.get(4));
        }
        if (!request.path().startsWith("/_matrix/client/v3/")) {
            throw unrecognized();
        }
        String what = path.get(3).equals("rooms") ? "rooms/" + part(path, 5) : path.get(3);
        String named = part(path, 4);
        return switch (request.method() + " " + what) {
            case "GET account" -> ok(Json.object().put("user_id", caller.user()).put("device_id", caller.device()));
            case "POST register" -> register(caller, body(request));
            case "POST login" -> login(caller, body(request));
            case "GET profile" -> profile(named);
            case "PUT profile" -> ok(Json.object());
            case "PUT devices" -> Answer.json(devices.computeIfAbsent(caller.user(), unknown -> new HashSet<>()).add(named) ? 201 : 200, "{}");
            case "GET joined_rooms" -> ok(Json.object().set("joined_rooms", strings(rooms.joined(caller.user()))));
            case "POST createRoom" -> createRoom(caller, body(request));
            case "POST join" -> join(caller, named);
            case "POST rooms/invite" -> invite(caller, named, body(request).path("user_id").asText());
            case "POST rooms/leave" -> leave(caller, named);
            case "GET rooms/joined_members" -> joinedMembers(rooms.of(caller.user(), named));
            case "GET rooms/state" -> path.size() == 6 ? ok(rooms.of(caller.user(), named).state()) : state(rooms.of(caller.user(), named), part(path, 6), part(path, 7));
            case "GET rooms/messages" -> ok(rooms.of(caller.user(), named).page(request, caller.user()));
            case "PUT rooms/typing" -> {
                rooms.of(caller.user(), named);
                yield ok(Json.object());
            }
            case "PUT rooms/send", "POST rooms/send" -> send(caller, named, part(path, 6), part(path, 7), request);
            default -> throw unrecognized();
        };
    }

    /**
     * Judges the token, and whom an application service speaks for (Application Service API, "Identity assertion").
     *
     * @throws MatrixError if it may not
     */
    synchronized Caller caller(RecordedRequest request) {
        String header = request.header("Authorization");
        String token = header == null ? request.query("access_token") : header.replaceFirst("^Bearer ", "");
        if (token == null || header != null && request.query("access_token") != null) {
            throw new MatrixError(401, "M_MISSING_TOKEN", "Missing access token");
        }
        if (people.containsKey(token)) {
            return new Caller(people.get(token), "PERSON", false);
        }
        if (!token.equals(asToken)) {
            throw new MatrixError(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.");
        }
        String user = request.query("user_id") == null ? bot : request.query("user_id");
        String device = request.query("device_id");
        if (strict && !user.equals(bot) && !isAgent(user)) {
            throw new MatrixError(403, "M_FORBIDDEN", "Application service cannot masquerade as this user (" + user + ").");
        }
        if (strict && !devices.containsKey(user)) {
            throw new MatrixError(403, "M_FORBIDDEN", "Application service has not registered this user (" + user + ")");
        }
        if (strict && device != null && !devices.get(user).contains(device)) {
            throw new MatrixError(400, "ORG.MATRIX.MSC4326.M_UNKNOWN_DEVICE", "Application service trying to use a device that doesn't exist ('" + device + "' for " + user + ")");
        }
        return new Caller(user, device, true);
    }

    private Answer register(Caller caller, JsonNode body) {
        String user = "@" + body.path("username").asText() + ":" + serverName;
        if (!caller.isService() || !body.path("type").asText().equals("m.login.application_service") || !isAgent(user) && !user.equals(bot)) {
            throw new MatrixError(400, "M_EXCLUSIVE", "This user ID is reserved by an application service.");
        }
        if (devices.putIfAbsent(user, new HashSet<>()) != null) {
            throw new MatrixError(400, "M_USER_IN_USE", "User ID already taken.");
        }
        if (!body.path("inhibit_login").asBoolean()) {
            // The user exists all the same.
            throw new MatrixError(400, "IO.ELEMENT.MSC4190.M_APPSERVICE_LOGIN_UNSUPPORTED", "This appservice has MSC4190 enabled, so appservice login cannot be used.");
        }
        return ok(Json.object().put("user_id", user).put("home_server", serverName));
    }

    /** Application Service API, "Server admin style permissions": a login that needs no password. */
    private Answer login(Caller caller, JsonNode body) {
        if (!caller.isService() || !body.path("type").asText().equals("m.login.application_service")) {
            throw new MatrixError(403, "M_FORBIDDEN", "Unknown login type");
        }
        String user = "@" + body.at("/identifier/user").asText() + ":" + serverName;
        devices.computeIfAbsent(user, unknown -> new HashSet<>()).add(body.path("device_id").asText());
        return ok(Json.object().put("user_id", user).put("access_token", "syt_not_to_be_used").put("device_id", body.path("device_id").asText()));
    }

    /** Synapse invites users of its own whom it does not have, but knows no profile of theirs. */
    private Answer profile(String user) {
        if (strict && !devices.containsKey(user) && !people.containsValue(user)) {
            throw new MatrixError(404, "M_UNKNOWN", "No row found (profiles)");
        }
        return ok(Json.object().put("displayname", user));
    }

    /** Synapse's admin API tells only its admins who is one. */
    private Answer admin(Caller caller, String user) {
        if (!admins.contains(caller.user())) {
            throw new MatrixError(403, "M_FORBIDDEN", "You are not a server admin");
        }
        return ok(Json.object().put("admin", admins.contains(user)));
    }

    private Answer createRoom(Caller caller, JsonNode body) {
        String room = "!" + Rooms.random() + ":" + serverName;
        ObjectNode creation = Json.object().put("room_version", "11");
        body.path("creation_content").fields().forEachRemaining(field -> creation.set(field.getKey(), field.getValue()));
        rooms.happen(room, caller.user(), "m.room.create", "", creation.toString(), true);
        rooms.happen(room, caller.user(), "m.room.member", caller.user(), "{\"membership\":\"join\"}", true);
        if (body.has("name")) {
            rooms.happen(room, caller.user(), "m.room.name", "", Json.object().put("name", body.get("name").asText()).toString(), true);
        }
        if (encryptsRooms) {
            rooms.happen(room, caller.user(), "m.room.encryption", "", "{\"algorithm\":\"m.megolm.v1.aes-sha2\"}", true);
        }
        body.path("invite").forEach(user -> invite(caller, room, user.asText()));
        return ok(Json.object().put("room_id", room));
    }

    private Answer join(Caller caller, String id) {
        Room room = rooms.find(id);
        if (strict && room == null) {
            throw new MatrixError(404, "M_UNKNOWN", "Can't join remote room because no servers that are in the room have been provided.");
        }
        String membership = room == null ? "none" : room.membership(caller.user());
        if (strict && !Set.of("invite", "join").contains(membership)) {
            throw new MatrixError(403, "M_FORBIDDEN", "You are not invited to this room.");
        }
        if (!membership.equals("join")) {
            rooms.happen(id, caller.user(), "m.room.member", caller.user(), "{\"membership\":\"join\"}", true);
        }
        return ok(Json.object().put("room_id", id));
    }

    private Answer invite(Caller caller, String id, String user) {
        if (rooms.of(caller.user(), id).membership(user).equals("join")) {
            throw new MatrixError(403, "M_FORBIDDEN", user + " is already in the room.");
        }
        rooms.happen(id, caller.user(), "m.room.member", user, "{\"membership\":\"invite\"}", true);
        return ok(Json.object());
    }

    private Answer leave(Caller caller, String id) {
        rooms.of(caller.user(), id);
        rooms.happen(id, caller.user(), "m.room.member", caller.user(), "{\"membership\":\"leave\"}", true);
        return ok(Json.object());
    }

    private static Answer joinedMembers(Room room) {
        ObjectNode joined = Json.object();
        room.joined().forEach(joined::putObject);
        return ok(Json.object().set("joined", joined));
    }

    private static Answer state(Room room, String type, String key) {
        if (room.state(type, key) == null) {
            throw new MatrixError(404, "M_NOT_FOUND", "Event not found.");
        }
        return ok(room.state(type, key));
    }

    private Answer send(Caller caller, String id, String type, String txn, RecordedRequest request) {
        // Synapse remembers the path of an application service for a while whoever it speaks for, and for long only what a device sent.
        List<String> inMemory = List.of(caller.isService() ? asToken : caller.user(), id, type, txn);
        List<String> byDevice = List.of(caller.user(), String.valueOf(caller.device()), id, txn);
        String sent = sentInMemory.getOrDefault(inMemory, sentByDevice.get(byDevice));
        if (sent == null || txn.isEmpty()) {
            Room room = rooms.of(caller.user(), id);
            JsonNode content = body(request);
            judge(room, type, content);
            sent = rooms.happen(id, caller.user(), type, null, content.toString(), true);
            sentInMemory.put(inMemory, sent);
            if (caller.device() != null) {
                sentByDevice.put(byDevice, sent);
            }
        }
        return ok(Json.object().put("event_id", sent));
    }

    private static void judge(Room room, String type, JsonNode content) {
        if (holdsFraction(content)) {
            throw new MatrixError(400, "M_BAD_JSON", "Bad JSON value: float");
        }
        if (type.equals("m.room.message") && !content.has("msgtype")) {
            throw new MatrixError(400, "M_UNKNOWN", "'msgtype' not in content");
        }
        JsonNode relation = content.path("m.relates_to");
        if (relation.has("rel_type")) {
            ObjectNode related = room.event(relation.path("event_id").asText());
            if (related == null) {
                throw new MatrixError(400, "M_UNKNOWN", "Can't send relation to unknown event");
            }
            if (relation.get("rel_type").asText().equals("m.thread") && related.at("/content/m.relates_to/rel_type").isTextual()) {
                throw new MatrixError(400, "M_UNKNOWN", "Cannot start threads from an event with a relation");
            }
        }
        if (!Json.isEncodable(content)) {
            throw new MatrixError(500, "M_UNKNOWN", "Internal server error");
        }
        if (content.toString().getBytes(StandardCharsets.UTF_8).length + ENVELOPE > LARGEST_EVENT) {
            throw new MatrixError(413, "M_TOO_LARGE", "event too large");
        }
    }

    private static boolean holdsFraction(JsonNode json) {
        return json.isFloatingPointNumber() || StreamSupport.stream(json.spliterator(), false).anyMatch(ClientApi::holdsFraction);
    }

    private static JsonNode body(RecordedRequest request) {
        JsonNode body = request.json();
        if (body == null || !body.isObject()) {
            throw new MatrixError(400, "M_NOT_JSON", "Content not JSON.");
        }
        return body;
    }

    private boolean isAgent(String user) {
        return user.startsWith("@agent_") && user.endsWith(":" + serverName);
    }

    private static ArrayNode strings(List<String> texts) {
        ArrayNode array = Json.array();
        texts.forEach(array::add);
        return array;
    }

    private static String part(List<String> path, int index) {
        return index < path.size() ? path.get(index) : "";
    }

    private static MatrixError unrecognized() {
        return new MatrixError(404, "M_UNRECOGNIZED", "Unrecognized request");
    }

    private static Answer ok(JsonNode body) {
        return Answer.json(200, body.toString());
    }
}
