package org.matrixletta.router.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.matrixletta.router.RouterApplication;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The few settings that lead to the running service, read from the same application.yaml and environment without starting Spring:
 * asking a service is a matter of a fraction of a second.
 */
record CommandSettings(String apiHost, String apiPort, String apiKey, String databaseUrl) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z_]+):(.*)}");

    static CommandSettings read() {
        Map<String, Object> environment = RouterApplication.environment();
        Map<?, ?> packed = router(RouterApplication.class.getResourceAsStream("/application.yaml"));
        Map<?, ?> beside = besideJar();
        return new CommandSettings(setting("api-host", environment, packed, beside), setting("api-port", environment, packed, beside),
                setting("api-key", environment, packed, beside), setting("database-url", environment, packed, beside));
    }

    private static Map<?, ?> besideJar() {
        Path file = RouterApplication.jarFolder().resolve("application.yaml");
        try {
            return Files.exists(file) ? router(Files.newInputStream(file)) : Map.of();
        } catch (IOException e) {
            throw new CommandException(2, file + " cannot be read; allow it, or remove it to use the packed one.");
        }
    }

    private static Map<?, ?> router(InputStream yaml) {
        try (yaml) {
            Map<String, Object> all = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
            return all != null && all.get("router") instanceof Map<?, ?> router ? router : Map.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String setting(String name, Map<String, Object> environment, Map<?, ?> packed, Map<?, ?> beside) {
        Object stated = beside.containsKey(name) ? beside.get(name) : packed.get(name);
        String value = stated == null ? "" : stated.toString();
        Matcher placeholder = PLACEHOLDER.matcher(value);
        return placeholder.matches() ? environment.getOrDefault(placeholder.group(1), placeholder.group(2)).toString() : value;
    }
}
