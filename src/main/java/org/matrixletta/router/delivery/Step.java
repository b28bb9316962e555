package org.matrixletta.router.delivery;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What was done for an event, or is known of it, before it could be sent; the outbox keeps the names, separated by blanks. */
enum Step {
    /** Its user has joined the room. */
    JOIN,
    /** Its user was registered. */
    REGISTER,
    /** The device of its user was made, by the request for that. */
    DEVICE,
    /** The same by a login, where the homeserver has no such request. */
    LOGIN,
    /** Its user can have no device: only for a while, and until it restarts, the homeserver knows a repeated transaction. */
    WITHOUT_DEVICE,
    /** An attempt ended without a certain outcome: it may be in the room. */
    UNSURE,
    /** Whether it is in the room is to be read there before anything else is done. */
    RECALL,
    /** If it is not there, it is not sent again. */
    EXHAUSTED;

    static Set<Step> read(String names) {
        Set<Step> steps = EnumSet.noneOf(Step.class);
        Arrays.stream(names.split(" ")).filter(name -> !name.isEmpty()).map(Step::valueOf).forEach(steps::add);
        return steps;
    }

    static String names(Set<Step> steps) {
        return steps.stream().map(Step::name).collect(Collectors.joining(" "));
    }
}
