package org.matrixletta.router.matrix;

/**
 * What is written about a task.
 *
 * @param eventId the event; its place in the inbox may change while the task is done
 * @param delay after how many milliseconds it is due again; null: it is done
 * @param rule the rule that ignores the event from now on; null for the one that did so far
 * @param what what happened, in a word for the event's path: {@code joined} and {@code followed} take the agent's mark
 *        {@code removed} away, {@code removed} sets it; null if nothing did
 * @param detail more about that, or null
 * @param agentId whose mark that is; null if the table knows nobody
 * @param line what the log is told, or null
 * @param isAlarm whether that needs an operator
 */
record RoomSettlement(String eventId, Long delay, String rule, String what, String detail, String agentId, String line, boolean isAlarm) {

    /** Nothing has happened, and nothing is left to do. */
    static RoomSettlement nothing(RoomTask task) {
        return new RoomSettlement(task.eventId(), null, null, null, null, task.agentId(), null, false);
    }

    /** It is done. */
    static RoomSettlement done(RoomTask task, String what, String detail) {
        return new RoomSettlement(task.eventId(), null, null, what, detail, task.agentId(), null, false);
    }

    RoomSettlement again(long milliseconds) {
        return new RoomSettlement(eventId, milliseconds, rule, what, detail, agentId, line, isAlarm);
    }

    RoomSettlement ignoredBy(String newRule) {
        return new RoomSettlement(eventId, delay, newRule, what, detail, agentId, line, isAlarm);
    }

    RoomSettlement saying(String sentence) {
        return new RoomSettlement(eventId, delay, rule, what, detail, agentId, sentence, false);
    }

    RoomSettlement alarming(String sentence) {
        return new RoomSettlement(eventId, delay, rule, what, detail, agentId, sentence, true);
    }
}
