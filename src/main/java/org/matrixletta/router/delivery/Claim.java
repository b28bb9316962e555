package org.matrixletta.router.delivery;

import java.sql.Timestamp;

/**
 * What a claim may take, and by which settings it judges.
 *
 * @param owner the instance that claims
 * @param isLeased whether that instance's lease lasts long enough to begin anything
 * @param slots how many more this instance may have under way
 * @param bot the router's own Matrix user
 * @param agentUsers whom the router may speak as, as a pattern of LIKE: only these are agents' users, whatever the table says
 * @param defaultAgent the agent for rooms without a mapping; empty if there is none
 * @param disabledAgents agents that are asked nothing
 * @param noticeUnmapped whether a room without a mapping is told so
 * @param maxAge how long a message may have waited, in seconds
 * @param roomLimit how many turns a room may have in an hour; 0: any number
 * @param pairLimit how many turns two agents may cause each other in an hour; 0: any number
 * @param expectsMappings whether there is a mapping file with entries: an empty table is then no answer to whose a room is
 * @param fileIsUnread whether the mapping file has changed, or the table has lost it: no answer to whose an unknown room is, until it is read
 * @param roomsReadAt when the homeserver was last asked which rooms the bot is in; null: never
 */
record Claim(String owner, boolean isLeased, int slots, String bot, String agentUsers, String defaultAgent, String[] disabledAgents, boolean noticeUnmapped, long maxAge, int roomLimit, int pairLimit,
        boolean expectsMappings, boolean fileIsUnread, Timestamp roomsReadAt) {

    /** A claim of events to send, for which most of this does not matter. */
    static Claim ofReplies(String owner, boolean isLeased, int slots, String bot) {
        return new Claim(owner, isLeased, slots, bot, "", "", new String[0], false, 0, 0, 0, false, false, null);
    }
}
