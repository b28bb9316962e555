package org.matrixletta.router.provision;

/**
 * What one agent is to have.
 *
 * @param agentId its id
 * @param name its name: the table's, else Letta's
 * @param user its Matrix user: the table's, else the one that follows from its id
 * @param owner the Matrix user who is invited
 * @param storedRoom the room that the table gives it, or null
 */
record Provision(String agentId, String name, String user, String owner, String storedRoom) {

    /** Whether the table lacks the room; a row with a room has all the rest. */
    public boolean lacksRoom() {
        return storedRoom == null;
    }
}
