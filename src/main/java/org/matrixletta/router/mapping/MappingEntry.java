package org.matrixletta.router.mapping;

/**
 * One entry of a mapping file, judged by itself; what the other entries and the table say comes later, in SQL.
 *
 * @param ord its place in the file, from 0
 * @param line the line of its key
 * @param agentId its key
 * @param agentName null where not stated
 * @param matrixUserId null where not stated or unreadable
 * @param matrixPassword null where not stated: the stored one stays
 * @param roomId null where there is none
 * @param statesRoom whether the entry says anything about its room; if not, the stored one stays
 * @param roomCreated null where not stated
 * @param invitations a JSON object of invitee and status, or null where not stated
 * @param fault why the entry is rejected, in one line, or null
 */
record MappingEntry(long ord, int line, String agentId, String agentName, String matrixUserId, String matrixPassword,
        String roomId, boolean statesRoom, Boolean roomCreated, String invitations, String fault) {
}
