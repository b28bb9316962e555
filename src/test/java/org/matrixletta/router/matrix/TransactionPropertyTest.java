package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.matrixletta.router.Mutations.check;
import static org.matrixletta.router.matrix.TestEvent.readAll;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.matrixletta.router.Mutations;

/** Random transactions, written with every freedom that JSON gives and some that it does not, against what they were made from and what Jackson reads in them. */
@Tag("D5")
class TransactionPropertyTest {

    /** JSON as strictly as Jackson can read it. */
    private static final ObjectMapper JACKSON = new ObjectMapper(JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final List<String> NASTY = List.of("\"", "\\", "{", "}", "[", "]", ",", ":", "\\u0022", "\\\"", "\n", "ü", "€", "🤖", "\u0000", "\u2028", "events", "event_id", "x");

    private Random random;

    @BeforeEach
    void seed() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("TransactionPropertyTest: -Dseed=" + seed);
        random = new Random(seed);
    }

    @Test
    void d5_everyEventIsCutOutByteForByteAndReadAsJacksonReadsIt() throws IOException {
        for (int i = 0; i < 500; i++) {
            List<String> events = events();
            List<Event> read = readAll(body(events));

            assertThat(read).extracting(event -> new String(event.raw(), StandardCharsets.UTF_8)).isEqualTo(events);
            for (Event event : read) {
                JsonNode tree = JACKSON.readTree(event.raw());
                assertThat(event.fault()).isNull();
                assertThat(event.eventId()).isEqualTo(tree.path("event_id").textValue());
                assertThat(event.sender()).isEqualTo(tree.path("sender").textValue());
                assertThat(event.msgtype()).isEqualTo(tree.at("/content/msgtype").textValue());
                assertThat(EventText.of(event.raw())).isIn("", EventText.whole(tree.at("/content/body").textValue()));
            }
        }
    }

    @Test
    void d5_noByteOfAnEventHarmsItsNeighbours() {
        for (int i = 0; i < 500; i++) {
            List<String> events = events();
            byte[] poison = spoilt(events.get(0).getBytes(StandardCharsets.UTF_8));
            String around = "{\"events\":[" + events.get(events.size() - 1) + ",";
            byte[] body = concat(around.getBytes(StandardCharsets.UTF_8), poison, ("," + String.join(",", events) + "]}").getBytes(StandardCharsets.UTF_8));

            List<Event> read = readAll(body);

            assertThat(read).hasSize(events.size() + 2);
            assertThat(read.get(1).raw()).isEqualTo(poison);
            assertThat(read.get(1).eventId()).isNotEmpty();
            assertThat(read.subList(2, read.size())).extracting(event -> new String(event.raw(), StandardCharsets.UTF_8)).isEqualTo(events);
        }
    }

    @Test
    void noPartOfABodyPassesForTheWhole() {
        byte[] body = body(events());
        byte[] whole = new String(body, StandardCharsets.UTF_8).strip().getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < whole.length; length += 1 + random.nextInt(7)) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> readAll(part)).isInstanceOfSatisfying(BadTransactionException.class, refusal -> assertThat(refusal.errcode()).isEqualTo("M_NOT_JSON"));
        }
    }

    @Test
    void d5_whateverIsSentEachEventIsThereOnceInItsOrderAndHarmsNoOther() {
        Mutations.of("fuzz/transactions", 20_000, TransactionPropertyTest::fuzzerTestOneInput);
    }

    /** What holds for every body; {@code fuzz/run transactions} calls this. */
    public static void fuzzerTestOneInput(byte[] body) {
        List<JsonNode> elements = elements(body);
        List<Event> events;
        try {
            events = readAll(body);
        } catch (BadTransactionException refusal) {
            check(elements == null, "refused, though Jackson finds events");
            check(List.of("M_NOT_JSON", "M_BAD_JSON", "M_TOO_LARGE").contains(refusal.errcode()), refusal.errcode());
            return;
        }
        String whole = new String(body, StandardCharsets.ISO_8859_1);
        int at = 0;
        for (Event event : events) {
            int found = whole.indexOf(new String(event.raw(), StandardCharsets.ISO_8859_1), at);
            check(found >= at && event.raw().length > 0, "an event that was not sent, or not in this order");
            at = found + event.raw().length;
            holds(event);
        }
        check(elements == null || elements.equals(events.stream().map(event -> strictly(event.raw())).toList()), "other events than Jackson reads");
    }

    private static void holds(Event event) {
        Stream.of(event.eventId(), event.roomId(), event.sender(), event.type(), event.stateKey(), event.membership(), event.msgtype(), event.relType(), event.relatesTo(), event.redacts(), event.fromAgent())
                .filter(Objects::nonNull).forEach(text -> check(isStorable(text) && text.getBytes(StandardCharsets.UTF_8).length <= 255, "a text that no column holds"));
        check(event.markerSource() == null || isStorable(event.markerSource()) && event.markerPart() != null, "half a marker");
        check(event.fault() == null || event.fault().matches("[ -~]+\\."), "a fault that is no sentence");
        RoomTask.kind(event, TestEvent.BOT);
        Relation.of(event.raw());
        String text = EventText.of(event.raw());
        check(isStorable(text) && (!"text".equals(event.kind()) || !text.isBlank()), "a text that cannot be asked");
        if (event.fault() == null) {
            JsonNode tree = strictly(event.raw());
            check(tree != null && tree.isObject(), "no fault, though it is no JSON");
            check(event.eventId().equals(tree.path("event_id").textValue()) && event.roomId().equals(tree.path("room_id").textValue()) && event.sender().equals(tree.path("sender").textValue())
                    && event.type().equals(tree.path("type").textValue()) && event.eventId().startsWith("$") && event.roomId().startsWith("!") && event.sender().startsWith("@"), "other ids than Jackson reads");
        }
        List<Event> between = readAll(concat("{\"events\":[7,".getBytes(StandardCharsets.UTF_8), event.raw(), ",{\"event_id\":\"$after\"}]}".getBytes(StandardCharsets.UTF_8)));
        check(between.size() == 3 && between.get(1).eventId().equals(event.eventId()) && Arrays.equals(between.get(1).raw(), event.raw()) && between.get(2).eventId().equals("$after"), "it harms what is around it");
    }

    /** The elements of the events that Jackson finds in a body; null if it finds no such list, or no JSON. */
    private static List<JsonNode> elements(byte[] body) {
        JsonNode tree = strictly(body);
        return tree == null || !tree.path("events").isArray() ? null : StreamSupport.stream(tree.path("events").spliterator(), false).toList();
    }

    /** What Jackson reads; null if it is no UTF-8 or no JSON, or has a key twice. */
    private static JsonNode strictly(byte[] json) {
        try {
            return JACKSON.readTree(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString());
        } catch (IOException e) {
            return null;
        }
    }

    private static boolean isStorable(String text) {
        return text.indexOf(0) < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Every byte of it may be another, but for those that hold an event together: quotes, brackets, backslashes. */
    private byte[] spoilt(byte[] event) {
        byte[] spoilt = event.clone();
        for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
            int at = random.nextInt(spoilt.length);
            byte other = (byte) random.nextInt(256);
            if ("\"{}[]\\".indexOf(spoilt[at]) < 0 && "\"{}[]\\".indexOf(other) < 0 && spoilt[Math.max(at - 1, 0)] != '\\') {
                spoilt[at] = other;
            }
        }
        return spoilt;
    }

    private byte[] body(List<String> events) {
        List<String> members = new ArrayList<>(List.of(key("events") + "[" + blank() + String.join(blank() + "," + blank(), events) + blank() + "]"));
        for (int i = random.nextInt(3); i > 0; i--) {
            members.add(random.nextInt(members.size() + 1), key("other" + i + nasty()) + value(4));
        }
        return (blank() + "{" + String.join(blank() + "," + blank(), members) + blank() + "}" + blank()).getBytes(StandardCharsets.UTF_8);
    }

    private List<String> events() {
        return IntStream.range(0, 1 + random.nextInt(5)).mapToObj(n -> {
            List<String> members = new ArrayList<>(List.of(key("event_id") + written("$" + n + "\uFFFD" + plain(nasty())), key("sender") + written("@" + plain(nasty()) + ":test.local"), key("room_id") + written("!" + plain(nasty())),
                    key("type") + written("m.room.message"), key("content") + object(key("msgtype") + written("m.text"), key("body") + written(nasty()))));
            IntStream.range(0, random.nextInt(4)).forEach(i -> members.add(random.nextInt(members.size() + 1), key("extra" + i) + value(4)));
            return object(members.toArray(String[]::new));
        }).toList();
    }

    private String object(String... members) {
        return "{" + blank() + String.join(blank() + "," + blank(), members) + blank() + "}";
    }

    private String value(int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> written(nasty());
            case 1 -> String.valueOf(random.nextInt());
            case 2 -> List.of("true", "false", "null", "1.5", "-0", "2E-3").get(random.nextInt(6));
            case 3 -> random.nextBoolean() ? "{" + blank() + "}" : "[" + blank() + "]";
            case 4 -> "[" + IntStream.range(0, 1 + random.nextInt(3)).mapToObj(i -> blank() + value(depth - 1) + blank()).collect(Collectors.joining(",")) + "]";
            default -> object(IntStream.range(0, 1 + random.nextInt(3)).mapToObj(i -> key(i + nasty()) + value(depth - 1)).toArray(String[]::new));
        };
    }

    private String key(String name) {
        return written(name) + blank() + ":" + blank();
    }

    /** As a JSON text, each character escaped where it must be, or where chance wants it. */
    private String written(String text) {
        return text.codePoints().mapToObj(point -> point == '"' || point == '\\' ? "\\" + (char) point : point < ' ' || random.nextInt(8) == 0 ? escaped(point) : Character.toString(point))
                .collect(Collectors.joining("", "\"", "\""));
    }

    private static String escaped(int point) {
        return Character.toString(point).chars().mapToObj(half -> String.format("\\u%04x", half)).collect(Collectors.joining());
    }

    private String nasty() {
        return IntStream.range(0, random.nextInt(6)).mapToObj(i -> NASTY.get(random.nextInt(NASTY.size()))).collect(Collectors.joining());
    }

    private static String plain(String text) {
        return text.replace("\u0000", "");
    }

    private String blank() {
        return random.nextInt(3) == 0 ? List.of(" ", "\n", "\t", "\r\n").get(random.nextInt(4)) : "";
    }

    private static byte[] concat(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
