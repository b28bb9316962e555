package org.matrixletta.router.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;

/**
 * The names of dead letters, as {@code message-17} or {@code reply-42-1}, for the statements that let them go on or end them.
 *
 * @param ids the names, each once
 * @param messages the seq of those that are messages
 * @param replies the seq of those that are events to be posted
 * @param parts the parts of these, in the same order
 */
record LetterIds(String[] ids, Long[] messages, Long[] replies, Integer[] parts) {

    private static final Pattern ID = Pattern.compile("message-([1-9][0-9]{0,17})|reply-([1-9][0-9]{0,17})-([1-9][0-9]{0,8})");

    /**
     * Reads names that are separated by commas.
     *
     * @throws RefusedException if one of them names no dead letter
     */
    static LetterIds of(String names) {
        List<String> ids = List.of(names.split(",")).stream().distinct().toList();
        List<Long> messages = new ArrayList<>();
        List<Long> replies = new ArrayList<>();
        List<Integer> parts = new ArrayList<>();
        for (String id : ids) {
            Matcher known = ID.matcher(id);
            if (!known.matches()) {
                throw unknown(id);
            }
            if (known.group(1) != null) {
                messages.add(Long.valueOf(known.group(1)));
            } else {
                replies.add(Long.valueOf(known.group(2)));
                parts.add(Integer.valueOf(known.group(3)));
            }
        }
        return new LetterIds(ids.toArray(String[]::new), messages.toArray(Long[]::new), replies.toArray(Long[]::new), parts.toArray(Integer[]::new));
    }

    static RefusedException unknown(String id) {
        return new RefusedException(404, Printable.name(id) + " is no dead letter, or not any more; nothing was changed, `dead-letters` lists them.");
    }
}
