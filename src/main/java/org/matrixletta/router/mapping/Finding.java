package org.matrixletta.router.mapping;

import org.matrixletta.router.Printable;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.matrixletta.router.Printable;

/**
 * One thing that a verification found.
 *
 * @param kind its class
 * @param subject an agent's id, or a room where several agents share one
 * @param detail the agent's name, or who shares the room, or why an entry is rejected
 * @param file the file's value, where one can be shown
 * @param database the table's value, where one can be shown
 * @param said what a peer says of it, where it was asked
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Finding(Kind kind, String subject, String detail, String file, String database, String said) {

    Finding(Kind kind, String subject, String detail, String file, String database) {
        this(kind, subject, detail, file, database, null);
    }

    /** The classes of findings, in the order of the report. */
    enum Kind {
        MISSING("agents missing in database", "missing", true),
        ROOM("room ID mismatches", "rooms", true),
        NAME("agent name mismatches", "names", true),
        USER("Matrix user mismatches", "users", true),
        ROOM_CREATED("room_created mismatches", "room_created", true),
        PASSWORD("password mismatches", "passwords", true),
        INVITATIONS("invitation_status mismatches", "invitations", true),
        REJECTED("entries that cannot be applied", "rejected", true),
        SHARED("rooms shared by several agents", "shared", true),
        CHANGED("of these agents were changed in database since the last sync", "changed_in_database", true),
        ROOM_GONE("rooms that do not exist", "rooms_gone", true),
        NOT_JOINED("agents whose Matrix user is not in their room", "not_joined", true),
        AGENT_GONE("agents that Letta does not have", "agents_gone", true),
        UNMAPPED("agents of Letta without a mapping", "unmapped", true),
        ROOM_UNKNOWN("rooms unknown, as the homeserver did not say", "rooms_unknown", false),
        AGENT_UNKNOWN("agents unknown, as Letta did not say", "agents_unknown", false),
        ONLY_IN_DATABASE("agents only in database", "only_in_database", false),
        WITHOUT_ROOM("agents without a room", "without_room", false),
        WITHOUT_PASSWORD("agents without a password, as whom only an application service can write", "without_password", false),
        ACCEPTED("accepted differences (MAPPINGS_ACCEPTED)", "accepted", false);

        final String heading;
        final String key;
        final boolean isDifference;

        Kind(String heading, String key, boolean isDifference) {
            this.heading = heading;
            this.key = key;
            this.isDifference = isDifference;
        }

        /** Whether only a verification that asks the peers can find it. */
        boolean isLive() {
            return compareTo(ROOM_GONE) >= 0 && compareTo(AGENT_UNKNOWN) <= 0;
        }

        /** Whether it says that something could not be found out. */
        boolean isUnknown() {
            return this == ROOM_UNKNOWN || this == AGENT_UNKNOWN;
        }
    }

    /** The same as a difference that is accepted. */
    Finding accepted() {
        return new Finding(Kind.ACCEPTED, subject, detail, null, null);
    }

    /** The lines of the text report, indented below the kind's heading. */
    void print(StringBuilder text) {
        text.append("   - ");
        if (kind == Kind.SHARED) {
            text.append(Printable.line(subject)).append(": ").append(Printable.line(detail)).append('\n');
            return;
        }
        text.append(detail == null ? "Unknown" : Printable.name(detail)).append(" (").append(Printable.line(subject)).append(")\n");
        if (kind == Kind.REJECTED) {
            text.append("     ").append(Printable.line(file)).append('\n');
        } else if (kind == Kind.PASSWORD || kind == Kind.INVITATIONS) {
            text.append("     differs\n");
        } else if (kind.isLive() && said != null) {
            text.append("     ").append(Printable.line(said)).append('\n');
        } else if (kind.isDifference && file != null) {
            text.append("     JSON: ").append(Printable.line(file)).append("\n     DB:   ").append(Printable.line(database)).append('\n');
        }
    }
}
