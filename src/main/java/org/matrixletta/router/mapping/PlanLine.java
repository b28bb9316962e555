package org.matrixletta.router.mapping;

import org.matrixletta.router.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.matrixletta.router.Printable;

/** One line of a plan, as list-plan.sql gives it: an agent and what happens to it. Passwords are not among its values. */
record PlanLine(String action, String agentId, String agentName, String reason, Integer line, String changedInDatabase, List<Difference> differences) {

    /** A value that the file and the table do not share; a password's values are never shown. */
    record Difference(String field, String old, String wanted) {
    }

    static PlanLine of(Map<String, Object> row) {
        List<Difference> differences = new ArrayList<>();
        if (Boolean.TRUE.equals(row.get("is_stored"))) {
            compare(differences, "agent_name", row.get("old_name"), row.get("new_name"));
            compare(differences, "matrix_user_id", row.get("old_user"), row.get("new_user"));
            compare(differences, "room_id", row.get("old_room"), row.get("new_room"));
            compare(differences, "room_created", row.get("old_created"), row.get("new_created"));
            hidden(differences, "matrix_password", row.get("password_differs"));
            hidden(differences, "invitation_status", row.get("invitations_differ"));
        }
        return new PlanLine((String) row.get("action"), (String) row.get("agent_id"), (String) row.get("agent_name"), (String) row.get("reason"),
                (Integer) row.get("line"), (String) row.get("changed_in_database"), differences);
    }

    /** The agent as reports call it: name and id. */
    String agent() {
        return Printable.agent(agentName, agentId);
    }

    /** A line per value that differs, old and new; a secret's only says that it does. */
    void printDifferences(StringBuilder text) {
        for (Difference difference : differences) {
            text.append("   ").append(difference.field()).append(": ").append(difference.old() == null
                    ? "changed" : Printable.line(difference.old()) + " → " + Printable.line(difference.wanted())).append('\n');
        }
    }

    private static void compare(List<Difference> differences, String field, Object old, Object wanted) {
        if (!Objects.equals(old, wanted)) {
            differences.add(new Difference(field, shown(old), shown(wanted)));
        }
    }

    private static void hidden(List<Difference> differences, String field, Object differs) {
        if (Boolean.TRUE.equals(differs)) {
            differences.add(new Difference(field, null, null));
        }
    }

    private static String shown(Object value) {
        return value == null ? "none" : value.toString();
    }
}
