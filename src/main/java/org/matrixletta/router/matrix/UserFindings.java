package org.matrixletta.router.matrix;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.matrixletta.router.doctor.Examination;

/** What was found out about the agents' users in one examination; answers may come in any order, from several threads. */
public final class UserFindings {

    static final String NAMESPACES = "namespaces";
    private static final String ADMINS = "admins";
    private static final int LISTED = 1_000;

    private final Set<String> covered = ConcurrentHashMap.newKeySet();
    private final Set<String> harmless = ConcurrentHashMap.newKeySet();
    private final Map<String, String> uncovered = new ConcurrentSkipListMap<>();
    private final Map<String, String> unknown = new ConcurrentSkipListMap<>();
    private final Map<String, String> admins = new ConcurrentSkipListMap<>();
    private final Map<String, String> adminUnknown = new ConcurrentSkipListMap<>();

    void covered(String user) {
        covered.add(user);
    }

    boolean isCovered(String user) {
        return covered.contains(user);
    }

    void uncovered(String user, String sentence) {
        uncovered.put(user, sentence);
    }

    void unknown(String user, String sentence) {
        unknown.put(user, sentence);
    }

    void noAdmin(String user) {
        harmless.add(user);
    }

    void admin(String user, String sentence) {
        admins.put(user, sentence);
    }

    void adminUnknown(String user, String sentence) {
        adminUnknown.put(user, sentence);
    }

    /** A line for each user at fault, and one for all others of a kind. */
    void tell(Examination examination) {
        if (!covered.isEmpty()) {
            examination.well(NAMESPACES, "We may write as " + covered.size() + " agents' users");
        }
        each(uncovered, NAMESPACES, examination::faulty);
        each(unknown, NAMESPACES, examination::unknown);
        if (!harmless.isEmpty()) {
            examination.well(ADMINS, harmless.size() + " agents' users are no server admins");
        }
        each(admins, ADMINS, examination::faulty);
        each(adminUnknown, ADMINS, examination::unknown);
    }

    private static void each(Map<String, String> sentences, String check, BiConsumer<String, String> told) {
        sentences.values().stream().distinct().limit(LISTED).forEach(sentence -> told.accept(check, sentence));
    }
}
