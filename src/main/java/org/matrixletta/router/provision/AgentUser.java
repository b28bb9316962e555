package org.matrixletta.router.provision;

import java.util.Locale;

/** The Matrix user that is made for an agent. */
final class AgentUser {

    private static final String LETTAS_PREFIX = "agent-";

    private AgentUser() {
    }

    /**
     * The localpart that follows from the agent's id, another for each: small letters, digits and signs as they are, capitals small behind an
     * underscore, an underscore twice (Matrix specification, appendices, "Mapping from other character sets").
     *
     * @param prefix what the localparts of agents' users begin with, in place of Letta's {@code agent-}
     */
    static String localpart(String prefix, String agentId) {
        String id = agentId.startsWith(LETTAS_PREFIX) ? agentId.substring(LETTAS_PREFIX.length()) : agentId;
        return prefix + id.replaceAll("[A-Z_]", "_$0").toLowerCase(Locale.ROOT);
    }
}
