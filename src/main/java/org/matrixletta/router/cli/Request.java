package org.matrixletta.router.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a command asks for: of the running service by HTTP, or of the same route in this process.
 *
 * @param method the HTTP method
 * @param path the HTTP path, with {@code {name}} where an input goes
 * @param route the route behind that path
 * @param inputs what the request says in path and query, by name
 * @param headers what it says in headers of its own
 * @param body a JSON text, or null
 * @param file a mapping file that is the body, or null
 */
record Request(String method, String path, String route, Map<String, String> inputs, Map<String, String> headers, String body, Path file) {

    static Request of(String method, String path, String route) {
        return new Request(method, path, route, Map.of(), Map.of(), null, null);
    }

    /** The same request with one more input; null leaves it as it is. */
    Request with(String name, Object value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(inputs);
        more.put(name, value.toString());
        return new Request(method, path, route, more, headers, body, file);
    }

    Request withBody(String json) {
        return new Request(method, path, route, inputs, headers, json, file);
    }

    /** The same request with a file as its body; null leaves it to the file that the router is set to. */
    Request withFile(Path mappingFile) {
        return mappingFile == null ? this : new Request(method, path, route, inputs, headers, body, mappingFile).with("fileName", mappingFile);
    }

    /** The same request, refused where the thing it would change does not exist (RFC 9110, section 13.1.1). */
    Request ifPresent() {
        return new Request(method, path, route, inputs, Map.of("If-Match", "*"), body, file);
    }

    /** Path and query, every input encoded. */
    String target() {
        String target = path;
        for (Map.Entry<String, String> input : inputs.entrySet()) {
            target = target.replace("{" + input.getKey() + "}", encoded(input.getValue()));
        }
        String query = inputs.entrySet().stream().filter(input -> !path.contains("{" + input.getKey() + "}"))
                .map(input -> input.getKey() + "=" + encoded(input.getValue())).collect(Collectors.joining("&"));
        return query.isEmpty() ? target : target + "?" + query;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
