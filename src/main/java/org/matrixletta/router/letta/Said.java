package org.matrixletta.router.letta;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one turn said.
 *
 * @param texts to the room, one for each assistant message that is not blank
 * @param notices to other agents, where there is no text: a room must not wonder about the silence
 */
record Said(List<String> texts, List<String> notices) {

    static final Said NOTHING = new Said(List.of(), List.of());

    static Said of(List<Message> turn) {
        List<String> texts = turn.stream().filter(Message::isAnswer).map(Message::text).toList();
        if (!texts.isEmpty()) {
            return new Said(texts, List.of());
        }
        Set<String> failed = new HashSet<>();
        turn.forEach(message -> failed.addAll(message.failedCalls()));
        return new Said(List.of(), turn.stream().filter(Message::callsTools).flatMap(message -> message.sent().stream())
                .filter(sent -> !failed.contains(sent.callId())).map(sent -> "[Sent to another agent]: " + sent.text()).toList());
    }
}
