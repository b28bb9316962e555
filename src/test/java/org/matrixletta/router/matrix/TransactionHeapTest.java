package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The largest bodies that the length limit lets through, in a process whose heap holds four of them. */
@Tag("D12")
class TransactionHeapTest {

    private static final int BODY = 30 << 20;

    @Test
    void d12_noBodyNeedsMoreThanItselfAndItsEvents() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), TransactionHeapTest.class.getName()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines()).containsExactly("100 events: fine", "1 events: the event is larger than 1048576 bytes", "1 events: the event is larger than 1048576 bytes",
                "1 events: the event is larger than 1048576 bytes", "1 events: the event is larger than 1048576 bytes", "30 events: the event is nested deeper than 1000 levels",
                "99999 events: event_id is missing or does not begin with $", "M_TOO_LARGE", "M_NOT_JSON");
    }

    /** Reads one body after the other, each made while it is read. */
    public static void main(String[] arguments) throws IOException {
        String[] around = TestEvent.text("$ID", "BODY").split("BODY");
        String large = "ü".repeat(BODY / 200 - 1_000);
        print(Stream.of("{\"events\":["), IntStream.range(0, 100).mapToObj(i -> (i == 0 ? "" : ",") + around[0].replace("ID", "" + i) + large + around[1]), Stream.of("]}"));
        print(Stream.of("{\"events\":[", around[0]), times(BODY, "x"), Stream.of(around[1], "]}"));
        print(Stream.of("{\"events\":[{\"a\":1"), times(BODY, "0"), Stream.of("}]}"));
        print(Stream.of("{\"events\":[{\"a\":"), times(BODY / 2, "["), times(BODY / 2, "]"), Stream.of("}]}"));
        print(Stream.of("{\"events\":[{\"a\":[1"), times(BODY, ",1"), Stream.of("]}]}"));
        String nested = "{\"a\":" + "[".repeat(BODY / 60 - 10) + "]".repeat(BODY / 60 - 10) + "}";
        print(Stream.of("{\"events\":["), IntStream.range(0, 30).mapToObj(i -> (i == 0 ? "" : ",") + nested), Stream.of("]}"));
        print(Stream.of("{\"events\":[{}"), Collections.nCopies(99_998, ",{}").stream(), Stream.of("]}"));
        print(Stream.of("{\"events\":[{}"), times(BODY, ",{}"), Stream.of("]}"));
        print(Stream.of("{\"events\":"), times(BODY, "["));
    }

    @SafeVarargs
    private static void print(Stream<String>... parts) throws IOException {
        Iterator<InputStream> streams = Stream.of(parts).flatMap(part -> part).map(part -> (InputStream) new ByteArrayInputStream(part.getBytes(StandardCharsets.UTF_8))).iterator();
        try {
            List<Event> events = new TransactionReader(TestEvent.READER).read(new SequenceInputStream(asEnumeration(streams)));
            System.out.println(events.size() + " events: " + (events.get(0).fault() == null ? "fine" : events.get(0).fault().split("[,;]")[0]));
        } catch (BadTransactionException e) {
            System.out.println(e.errcode());
        }
    }

    private static Enumeration<InputStream> asEnumeration(Iterator<InputStream> streams) {
        return new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return streams.hasNext();
            }

            @Override
            public InputStream nextElement() {
                return streams.next();
            }
        };
    }

    /** About that many bytes of a text. */
    private static Stream<String> times(int bytes, String text) {
        String some = text.repeat(1 << 10);
        return Collections.nCopies(bytes / some.length(), some).stream();
    }
}
