package org.matrixletta.router.delivery;

/**
 * Why nothing is sent to a peer for a while.
 *
 * @param peer letta, homeserver, or agent: and an agent's id
 * @param refused whether it refused a connection: what ran there is dead
 * @param reason what it said, in one line
 */
record Pause(String peer, boolean refused, String reason) {

    /** For the log: who is away, why, and what to do. */
    public String sentence() {
        return switch (peer) {
            case "letta" -> "Letta is not asked for the moment: " + reason + "; check that it runs, LETTA_API_URL and LETTA_TOKEN. Messages wait.";
            case "homeserver" -> "Nothing is posted for the moment: " + reason + "; check that the homeserver runs, MATRIX_HOMESERVER_URL, and that it holds our registration. Answers wait.";
            default -> "Nothing is sent to " + peer + " for the moment: " + reason + "; check the agent's model and credits in Letta. Its messages wait.";
        };
    }
}
