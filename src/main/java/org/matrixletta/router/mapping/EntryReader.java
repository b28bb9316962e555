package org.matrixletta.router.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.matrix.UserId;

/**
 * Reads one entry from the token stream and judges it by itself. What is wrong with it becomes its fault; only broken JSON and
 * duplicate keys, which put the whole file in doubt, are errors.
 *
 * <p>Room ids are opaque, with or without a server name (Matrix specification, appendices, "Common identifier format").
 */
final class EntryReader {

    private static final Pattern AGENT_ID = Pattern.compile("[A-Za-z0-9._-]{1,255}");
    private static final Pattern ROOM_ID = Pattern.compile("![^\\p{Cc}\\p{Z}]+");
    private static final int ID_BYTES = 255;
    private static final int INVITEES = 10_000;
    private static final int KEYS = 1_000;

    private final Settings settings;
    private final Remarks remarks;
    private final String file;

    private String agentName;
    private String matrixUserId;
    private String matrixPassword;
    private String roomId;
    private boolean statesRoom;
    private Boolean roomCreated;
    private String invitations;
    private String fault;

    EntryReader(Settings settings, Remarks remarks, String file) {
        this.settings = settings;
        this.remarks = remarks;
        this.file = file;
    }

    /**
     * Reads the value that the parser stands before.
     *
     * @param partial whether a missing matrix_user_id stands for the stored one, as in a change of one mapping
     * @throws MappingFileException if a key stands twice in the entry
     */
    MappingEntry read(JsonParser json, long ord, String key, boolean partial) throws IOException {
        int line = json.currentLocation().getLineNr();
        agentName = null;
        matrixUserId = null;
        matrixPassword = null;
        roomId = null;
        statesRoom = false;
        roomCreated = null;
        invitations = null;
        fault = isValid(key) && AGENT_ID.matcher(key).matches() ? null : "an agent id is 1 to 255 letters, digits, dots, underscores and hyphens";
        if (json.nextToken() == JsonToken.START_OBJECT) {
            readFields(json, key);
            if (matrixUserId == null && fault == null && !partial) {
                reject("matrix_user_id is missing; add one like \"@agent_name:your.server\"");
            }
            if (agentName == null && !partial) {
                remarks.add("without agent_name (a new one is named Unknown)", key);
            }
            judgeUser(key);
        } else {
            reject("is " + kind(json) + "; an entry is an object like {\"agent_name\": …, \"matrix_user_id\": …, \"room_id\": …}");
            json.skipChildren();
        }
        return new MappingEntry(ord, line, storable(key), agentName, matrixUserId, matrixPassword, roomId, statesRoom,
                roomCreated, invitations, fault);
    }

    private void readFields(JsonParser json, String key) throws IOException {
        Set<String> seen = new HashSet<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            if (!seen.add(field) || seen.size() > KEYS) {
                throw new MappingFileException(file + ", line " + json.currentLocation().getLineNr() + ": entry " + Printable.name(key)
                        + (seen.size() > KEYS ? " has more than " + KEYS + " keys" : " has the key " + Printable.name(field) + " twice") + "; keep one of each.");
            }
            json.nextToken();
            switch (field) {
                case "agent_id" -> {
                    String inner = text(json, field);
                    if (inner != null && !inner.equals(key)) {
                        reject("its key and its agent_id differ: " + key + " and " + inner + "; make them the same");
                    }
                }
                case "agent_name" -> agentName = text(json, field);
                case "matrix_user_id" -> matrixUserId = text(json, field);
                case "matrix_password" -> matrixPassword = text(json, field);
                case "room_id" -> readRoom(json, field);
                case "matrix_room_id" -> {
                    remarks.add("with matrix_room_id, which is read as room_id", key);
                    if (seen.contains("room_id")) {
                        json.skipChildren();
                    } else {
                        readRoom(json, field);
                    }
                }
                case "room_created" -> roomCreated = bool(json, field);
                case "invitation_status" -> invitations = readInvitations(json);
                case "created" -> json.skipChildren();
                default -> {
                    remarks.add("with the unknown key " + Printable.name(field) + ", which is ignored", key);
                    json.skipChildren();
                }
            }
        }
    }

    private void readRoom(JsonParser json, String field) throws IOException {
        String room = text(json, field);
        statesRoom = true;
        roomId = null;
        if (room != null) {
            if (bytes(room) <= ID_BYTES && ROOM_ID.matcher(room).matches()) {
                roomId = room;
            } else {
                reject(field + " is not a room id; it begins with ! and holds at most 255 bytes without blanks or control characters");
            }
        }
    }

    private void judgeUser(String key) {
        if (matrixUserId == null) {
            return;
        }
        if (!UserId.isOne(matrixUserId)) {
            reject("matrix_user_id is not a Matrix user id; it is written @localpart:server");
            matrixUserId = null;
        } else if (matrixUserId.equals(settings.botUser())) {
            reject("matrix_user_id " + matrixUserId + " is the router's own bot; give the agent a user of its own");
        } else if (!settings.matrixServerName().isEmpty() && !matrixUserId.endsWith(":" + settings.matrixServerName())) {
            remarks.add("with a Matrix user of another server than " + settings.matrixServerName() + ", as whom the router cannot write", key);
        }
    }

    private String readInvitations(JsonParser json) throws IOException {
        ObjectNode statuses = JsonNodeFactory.instance.objectNode();
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return statuses.toString();
        }
        if (json.currentToken() != JsonToken.START_OBJECT) {
            reject("invitation_status is " + kind(json) + "; it is an object of Matrix user and status");
            json.skipChildren();
            return null;
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String invitee = json.currentName();
            json.nextToken();
            String status = text(json, "invitation_status");
            if (!isValid(invitee) || statuses.has(invitee) || statuses.size() == INVITEES) {
                reject("invitation_status holds a user twice, an unreadable one, or more than " + INVITEES + " users");
            } else if (status != null) {
                statuses.put(invitee, status);
            }
        }
        return statuses.toString();
    }

    /** A text; null for JSON's null and for the empty text, which both mean: not stated. */
    private String text(JsonParser json, String field) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            String text = json.getText();
            if (!isValid(text)) {
                reject(field + " holds U+0000 or half of a surrogate pair, which no table can hold");
                return null;
            }
            return text.isEmpty() ? null : text;
        }
        if (json.currentToken() != JsonToken.VALUE_NULL) {
            reject(field + " is " + kind(json) + "; it is a text in double quotes");
            json.skipChildren();
        }
        return null;
    }

    private Boolean bool(JsonParser json, String field) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> {
                reject(field + " is " + kind(json) + "; it is true or false");
                json.skipChildren();
                yield null;
            }
        };
    }

    private void reject(String reason) {
        // It may name the key, which may be anything.
        fault = storable(fault == null ? reason : fault + "; " + reason);
    }

    private static String kind(JsonParser json) {
        return switch (json.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            default -> "null";
        };
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Whether PostgreSQL can hold the text: no U+0000, no lone surrogate. */
    static boolean isValid(String text) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == 0 || Character.isLowSurrogate(character)) {
                return false;
            }
            if (Character.isHighSurrogate(character)) {
                if (++i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The text with something else for what PostgreSQL cannot hold. */
    private static String storable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace('\0', '\uFFFD');
    }
}
