package org.matrixletta.router.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Report;

/**
 * What an agent has after a run, and what of it is new.
 *
 * @param provision what it was to have
 * @param room its room, as it was before the owner was invited
 * @param userIsNew whether its Matrix user was made
 * @param hasDevice whether that user has a device
 * @param roomIsNew whether its room was made
 */
record ProvisionReport(Provision provision, RoomState room, boolean userIsNew, boolean hasDevice, boolean roomIsNew) implements Report {

    @Override
    public String text() {
        StringBuilder text = new StringBuilder("✅ " + Printable.name(provision.name()) + ": " + Printable.line(room.roomId()) + " -> " + provision.agentId() + ", as " + provision.user() + "\n");
        text.append("   new: ").append(made().isEmpty() ? "nothing" : String.join(", ", made())).append('\n');
        text.append("   ").append(provision.owner()).append(membership().equals("join") ? " is in the room\n" : " is invited\n");
        if (!hasDevice) {
            text.append("⚠️  The homeserver gives ").append(provision.user())
                    .append(" no device, so an answer may stand twice after its restart; print the registration anew (it asks for MSC4190) if the homeserver knows that.\n");
        }
        return text.toString();
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("success", true);
        json.put("agent_id", provision.agentId());
        json.put("agent_name", provision.name());
        json.put("matrix_user_id", provision.user());
        json.put("room_id", room.roomId());
        json.put("new", made());
        json.put("has_device", hasDevice);
        json.put("owner", provision.owner());
        json.put("owner_membership", membership());
        return json;
    }

    @Override
    public int exitCode() {
        return 0;
    }

    private List<String> made() {
        List<String> made = new ArrayList<>();
        if (userIsNew) {
            made.add("Matrix user");
        }
        if (roomIsNew) {
            made.add("room");
        }
        if (provision.lacksRoom()) {
            made.add("mapping");
        }
        if (room.needsOwner()) {
            made.add("invitation");
        }
        return made;
    }

    private String membership() {
        return room.needsOwner() ? "invite" : room.membership();
    }
}
