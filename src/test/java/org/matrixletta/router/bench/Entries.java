package org.matrixletta.router.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Generated mapping entries like an operator's, the same in every run.
 *
 * @param count how many there are
 * @param generation which rooms every hundredth of them has; so two generations differ in 1 % of the entries
 */
record Entries(int count, int generation) {

    private static final int EVERY = 100;
    private static final String JSON = """
              "%1$s": {
                "agent_id": "%1$s",
                "agent_name": "%2$s",
                "matrix_user_id": "%3$s",
                "matrix_password": "%4$s",
                "created": true,
                "room_id": "%5$s",
                "room_created": true
              }""";
    /** The columns of {@link #copyText()}. */
    static final String COLUMNS = "agent_id, agent_name, matrix_user_id, matrix_password, room_id, room_created";

    /** What becomes of one entry. */
    private interface Form {
        String of(int number, String agentId, String name, String user, String password, String room);
    }

    /** Writes them as a mapping file. */
    void writeJson(OutputStream out) throws IOException {
        out.write('{');
        write(out, (number, agentId, name, user, password, room) -> (number == 0 ? "\n" : ",\n") + JSON.formatted(agentId, name, user, password, room));
        out.write("\n}\n".getBytes(StandardCharsets.UTF_8));
    }

    byte[] json() {
        return bytes(this::writeJson);
    }

    /** The same as rows of PostgreSQL's COPY text format. */
    byte[] copyText() {
        return bytes(out -> write(out, (number, agentId, name, user, password, room) ->
                String.join("\t", agentId, name, user, password, room, "t\n")));
    }

    private void write(OutputStream out, Form form) throws IOException {
        for (int number = 0; number < count; number++) {
            SplittableRandom random = new SplittableRandom(number);
            String agentId = "agent-" + new UUID(random.nextLong(), random.nextLong());
            String password = Long.toString(random.nextLong() >>> 1, 36) + Long.toString(random.nextLong() >>> 1, 36);
            String room = "!" + Long.toString(random.nextLong() >>> 1, 36) + (number % EVERY == 0 ? generation : "") + ":test.local";
            out.write(form.of(number, agentId, "Agent No. " + number, "@agent_" + Long.toString(random.nextLong() >>> 1, 36) + ":test.local", password, room)
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    private interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private static byte[] bytes(Writing writing) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            writing.to(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
