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
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Finding(Kind kind, String subject, String detail, String file, String database) {

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
        } else if (kind.isDifference && file != null) {
            text.append("     JSON: ").append(Printable.line(file)).append("\n     DB:   ").append(Printable.line(database)).append('\n');
        }
    }
}
