package org.matrixletta.router;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Inputs that chance makes from good ones, a few in every build. {@code fuzz/run} begins with the same ones, and is led by what they
 * reach in the code.
 */
public final class Mutations {

    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final int LONGEST = 20_000;

    /** What readers of JSON, Markdown and HTML stumble over. */
    private static final List<byte[]> TOKENS = Stream.of("\"", "\\", "{", "}", "[", "]", ",", ":", "null", "1e999", "-0", "{}", "[]", "\"\"", "\\u0000", "\\ud800", "\\udc00", "\\\"", "\u0000", "\uFEFF",
            "\n", "\r", "\t", " ", "\u2028", "\u202E", "\u200D", "e\u0301", "🇩🇪", "👍🏽", "```", "~~~", "> ", "- ", "| ", "**", "<b>", "</b>", "<a href='", "&#0;", "](", "![", "\uE000", "\uE001").map(token -> token.getBytes(StandardCharsets.UTF_8)).toList();

    private Mutations() {
    }

    /**
     * Gives every file of a folder to the target, then so many inputs made from them; {@code -Dmutations=100000} makes more, and
     * {@code -Dseed} the same again.
     *
     * @param folder under src/test/resources
     * @throws AssertionError if the target throws: it names the file that holds the input; in the folder, that input is kept
     */
    public static void of(String folder, int inputs, Consumer<byte[]> target) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("Mutations of " + folder + ": -Dseed=" + seed);
        Random random = new Random(seed);
        List<byte[]> seeds = seeds(folder);
        seeds.forEach(input -> give(input, folder, target));
        for (int i = Integer.getInteger("mutations", inputs); i > 0; i--) {
            byte[] input = seeds.get(random.nextInt(seeds.size()));
            for (int changes = 1 << random.nextInt(4); changes > 0; changes--) {
                input = changed(input, seeds.get(random.nextInt(seeds.size())), random);
            }
            give(input, folder, target);
        }
    }

    /** Fails with these words if it does not hold; without the cost of a library, as fuzzers ask some million times. */
    public static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private static List<byte[]> seeds(String folder) {
        try (Stream<Path> files = Files.list(RESOURCES.resolve(folder))) {
            return files.sorted().map(Mutations::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void give(byte[] input, String folder, Consumer<byte[]> target) {
        try {
            target.accept(input);
        } catch (Throwable failure) {
            Path kept = Path.of("target", "found-by-" + folder.replace('/', '-'));
            try {
                Files.write(kept, input);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw new AssertionError(kept + " holds the input; copy it to " + RESOURCES.resolve(folder) + ", so that every build tries it: " + failure.getMessage(), failure);
        }
    }

    /** A piece is taken out, said twice, put elsewhere, taken from the other input, or a token or any byte is written over it or before it. */
    private static byte[] changed(byte[] input, byte[] other, Random random) {
        int from = random.nextInt(input.length + 1);
        int to = Math.min(input.length, from + (random.nextInt(4) == 0 ? random.nextInt(input.length + 1) : random.nextInt(4)));
        byte[] token = switch (random.nextInt(6)) {
            case 0 -> new byte[0];
            case 1 -> new byte[] {(byte) random.nextInt(256)};
            case 2 -> piece(input, random);
            case 3 -> piece(other, random);
            default -> TOKENS.get(random.nextInt(TOKENS.size()));
        };
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        changed.write(input, 0, from);
        changed.writeBytes(token);
        int rest = random.nextInt(3) == 0 ? from : to;
        changed.write(input, rest, input.length - rest);
        return changed.size() > LONGEST ? input : changed.toByteArray();
    }

    private static byte[] piece(byte[] input, Random random) {
        int from = random.nextInt(input.length + 1);
        byte[] piece = new byte[random.nextInt(Math.min(input.length - from, 200) + 1)];
        System.arraycopy(input, from, piece, 0, piece.length);
        return piece;
    }
}
