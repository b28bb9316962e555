package org.matrixletta.router.mapping;

import org.apache.camel.Header;

/**
 * What kind of sync is asked for.
 *
 * @param trigger who asks: command, api, watch, verify
 * @param byHand whether a person asked: then the file overwrites what was changed in the database; else that stays
 * @param wholeFile whether the file stands for all agents; false for a change of one mapping
 * @param dryRun whether to plan only
 * @param prune whether stored agents that the file does not hold are deleted
 * @param forcePrune whether that holds although most stored agents are missing in the file
 */
public record SyncRequest(String trigger, boolean byHand, boolean wholeFile, boolean dryRun, boolean prune, boolean forcePrune) {

    /** A sync that a person asked for. */
    public static SyncRequest byHand(@Header("dryRun") Boolean dryRun, @Header("prune") Boolean prune, @Header("forcePrune") Boolean forcePrune) {
        return new SyncRequest("hand", true, true, Boolean.TRUE.equals(dryRun), Boolean.TRUE.equals(prune), Boolean.TRUE.equals(forcePrune));
    }

    /** A sync that a file's change, a start or a verification set off. */
    public static SyncRequest automatic(String trigger) {
        return new SyncRequest(trigger, false, true, false, false, false);
    }

    /** A comparison, which plans as a sync by hand would. */
    public static SyncRequest comparison() {
        return new SyncRequest("verify", true, true, true, false, false);
    }

    /** A change of one mapping through the API or a command. */
    public static SyncRequest edit() {
        return new SyncRequest("edit", true, false, false, false, false);
    }
}
