package org.matrixletta.router.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A request as it came over the wire.
 *
 * @param target the path with its query, undecoded
 * @param headers by name, the first letter large and the others small ({@code Content-type})
 */
public record RecordedRequest(String method, String target, Map<String, List<String>> headers, byte[] body) {

    /** The path, undecoded. */
    public String path() {
        return target.split("\\?", 2)[0];
    }

    /** The path's segments, decoded once; a plus sign is a plus sign there. */
    List<String> segments() {
        return Arrays.stream(path().substring(1).split("/", -1)).map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8)).toList();
    }

    /** The decoded value of a query parameter; null if it is not given. */
    public String query(String name) {
        return queries(name).findFirst().orElse(null);
    }

    Stream<String> queries(String name) {
        String[] parts = target.split("\\?", 2);
        return parts.length == 1 ? Stream.empty() : Arrays.stream(parts[1].split("&")).map(pair -> pair.split("=", 2)).filter(pair -> pair[0].equals(name))
                .map(pair -> pair.length == 1 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
    }

    int number(String name, int otherwise) {
        String value = query(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    /** The first value of a header; null if it is not given. */
    public String header(String name) {
        return headers.entrySet().stream().filter(header -> header.getKey().equalsIgnoreCase(name)).map(header -> header.getValue().get(0)).findFirst().orElse(null);
    }

    /** The body as JSON; null if it is not. */
    public JsonNode json() {
        return Json.read(body);
    }
}
