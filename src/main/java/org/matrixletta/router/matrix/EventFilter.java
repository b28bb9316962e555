package org.matrixletta.router.matrix;

import org.matrixletta.router.Globs;

/** Decides, from an event alone, whether anybody may be asked what it says. What needs the mapping or other events is decided later. */
public final class EventFilter {

    private final String botUser;
    private final Globs allowed;
    private final Globs ignored;

    /**
     * Takes the settings.
     *
     * @param botUser the bot's full user id
     * @param allowedSenders MATRIX_ALLOWED_SENDERS: user ids separated by commas, {@code *} for any text; empty: nobody
     * @param ignoredUsers MATRIX_IGNORED_USERS, written likewise
     */
    public EventFilter(String botUser, String allowedSenders, String ignoredUsers) {
        this.botUser = botUser;
        this.allowed = new Globs(allowedSenders);
        this.ignored = new Globs(ignoredUsers);
    }

    /** The first rule that the event meets, or null if it may be asked or, where its kind is not text, be said to be unreadable. */
    String rule(Event event) {
        boolean isBot = botUser.equals(event.sender());
        if (isBot && event.fromAgent() == null) {
            return "bot";
        }
        if (ignored.include(event.sender())) {
            return "ignored-user";
        }
        if (!allowed.include(event.sender())) {
            return "sender-not-allowed";
        }
        String type = String.valueOf(event.type());
        boolean isState = event.stateKey() != null;
        if (type.equals("m.room.message") && !isState && "m.notice".equals(event.msgtype())) {
            return "notice";
        }
        if (isBot && event.flagged()) {
            // From anybody else the flag would be a way to hide messages.
            return "historical";
        }
        return isState ? ruleOfState(type) : switch (type) {
            case "m.room.message", "m.room.encrypted" -> ruleOfMessage(event);
            case "m.room.redaction" -> "redaction";
            default -> "not-a-message";
        };
    }

    private static String ruleOfMessage(Event message) {
        if ("m.replace".equals(message.relType())) {
            return message.kind() == null ? "blank-edit" : message.kind().equals("invalid") ? "invalid-edit" : "edit";
        }
        if (message.kind() == null) {
            return "blank";
        }
        return message.kind().equals("redacted") ? "redacted" : null;
    }

    private static String ruleOfState(String type) {
        return switch (type) {
            case "m.room.member" -> "membership";
            case "m.room.tombstone" -> "tombstone";
            default -> "state-event";
        };
    }
}
