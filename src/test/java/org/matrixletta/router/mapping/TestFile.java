package org.matrixletta.router.mapping;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Mapping files as tests write them. */
public final class TestFile {

    private TestFile() {
    }

    /** A file of these entries. */
    public static String file(String... entries) {
        return Arrays.stream(entries).collect(Collectors.joining(",\n", "{\n", "\n}"));
    }

    /** Agent {@code id} with a name, a user and a password made of its id, in this room. */
    public static String agent(String id, String room) {
        return entry(id, "\"agent_name\": \"Name of %1$s\", \"matrix_user_id\": \"@%1$s:test.local\", \"matrix_password\": \"secret-of-%1$s\", \"room_id\": %2$s"
                .formatted(id, room == null ? "null" : "\"" + room + "\""));
    }

    /** An entry with just these fields. */
    public static String entry(String id, String fields) {
        return "\"" + id + "\": {" + fields + "}";
    }

    /** A file of {@code count} good entries, agent-1 in !room-1:test.local and so on. */
    public static String of(int count) {
        return file(IntStream.rangeClosed(1, count).mapToObj(n -> agent("agent-" + n, "!room-" + n + ":test.local")).toArray(String[]::new));
    }
}
