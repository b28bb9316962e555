package org.matrixletta.router.delivery;

/**
 * Why nothing is sent to a peer for a while.
 *
 * @param peer letta, homeserver, or agent: and an agent's id
 * @param cause why, in one word for the meters: away, refused, address or agent
 * @param refused whether it refused a connection: what ran there is dead
 * @param tellAfter after how many seconds the rooms whose messages wait are told; null: they are not
 * @param isAlarm whether an operator has to know
 * @param reason what it said, in one sentence, and what to do
 */
record Pause(String peer, String cause, boolean refused, Integer tellAfter, boolean isAlarm, String reason) {

    static final String LETTA = "letta";
    static final String HOMESERVER = "homeserver";

    static final String AWAY = "away";
    static final String REFUSED = "refused";

    /** Most outages are over before anybody wonders. */
    private static final int OUTAGE = 30;
    /** What needs an operator lasts; by then every room that waits was looked up. */
    private static final int LASTING = 5;

    /** Letta is away. */
    static Pause ofLetta(boolean refused, String reason) {
        return new Pause(LETTA, AWAY, refused, OUTAGE, true, reason);
    }

    /** Letta refuses until somebody corrects the account. */
    static Pause ofAccount(String reason) {
        return new Pause(LETTA, REFUSED, false, LASTING, true, reason);
    }

    /** Letta's address is wrong: whoever is told would be told of another thing than of their agent. */
    static Pause ofAddress(String reason) {
        return new Pause(LETTA, "address", false, null, true, reason);
    }

    /** The homeserver is away; nobody could be told. */
    static Pause ofHomeserver(String reason) {
        return new Pause(HOMESERVER, AWAY, false, null, true, reason);
    }

    /** The homeserver refuses all until somebody corrects our registration or its address. */
    static Pause ofRegistration(String reason) {
        return new Pause(HOMESERVER, REFUSED, false, null, true, reason);
    }

    /** The model of one agent refuses until somebody corrects it. */
    static Pause ofAgent(String agentId, String reason) {
        return new Pause("agent:" + agentId, REFUSED, false, LASTING, true, reason);
    }

    /** An agent is not asked, and its rooms are not told. */
    static Pause ofMissing(String agentId, boolean isAlarm, String reason) {
        return new Pause("agent:" + agentId, "agent", false, null, isAlarm, reason);
    }

    /** Whom the meters count it of: all agents are one. */
    public String kind() {
        return peer.startsWith("agent:") ? "agent" : peer;
    }

    /** For the log. */
    public String sentence() {
        return switch (peer) {
            case LETTA -> "Letta is not asked for now, and messages wait: " + reason;
            case HOMESERVER -> "Nothing is posted for now, and answers wait: " + reason;
            default -> "Nothing is sent to " + peer.replace(':', ' ') + " for now, and its messages wait: " + reason;
        };
    }
}
