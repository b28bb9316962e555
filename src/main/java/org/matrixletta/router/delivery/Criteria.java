package org.matrixletta.router.delivery;

/**
 * Which messages somebody wants to see, or does not want to be asked.
 *
 * @param roomId of this room only; null: of any
 * @param agentId of this agent only; null: of any
 * @param state in this state only; null: in any
 * @param limit how many are shown
 * @param defaultAgent the agent that waiting messages of rooms without a mapping will go to; empty if there is none
 */
record Criteria(String roomId, String agentId, String state, int limit, String defaultAgent) {

    /** How many further ones are counted: nobody needs to know exactly how many of a million were not shown. */
    static final int COUNTED = 10_000;

    /** How many are found at most. */
    public int atMost() {
        return limit + COUNTED;
    }

    /** Whether this asks for less than everything. */
    boolean narrows() {
        return roomId != null || agentId != null || state != null;
    }
}
