package org.matrixletta.router;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Makes the environment mean what operators expect before application.yaml reads it: an empty variable counts as unset, and
 * {@code NAME_FILE} names a file that holds the value of the secret {@code NAME}.
 */
final class SettingsEnvironment implements EnvironmentPostProcessor, Ordered {

    /** The variables that may come from a file. */
    static final List<String> SECRETS = List.of("DATABASE_URL", "ROUTER_API_KEY", "ROUTER_READ_KEY", "MATRIX_AS_TOKEN", "MATRIX_HS_TOKEN", "LETTA_TOKEN");

    /** The system property that makes the demo and the tests blind to the environment of whoever started them: its lines NAME=value stand for it. */
    private static final String STATED = "router.environment";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        environment.getPropertySources().replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, read()));
    }

    /** Before application.yaml, whose placeholders name these variables. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER - 1;
    }

    /** The environment of this process as settings. */
    static Map<String, Object> read() {
        String stated = System.getProperty(STATED);
        return read(stated == null ? System.getenv() : variables(stated));
    }

    /**
     * The variables as settings.
     *
     * @throws SettingsException if a secret's file cannot be read, or the secret is set as well
     */
    static Map<String, Object> read(Map<String, String> environment) {
        Map<String, Object> variables = new HashMap<>(environment);
        variables.values().removeIf(""::equals);
        for (String secret : SECRETS) {
            if (variables.get(secret + "_FILE") instanceof String file) {
                if (variables.containsKey(secret)) {
                    throw new SettingsException(List.of(secret + " and " + secret + "_FILE are both set; leave one of them out."));
                }
                variables.put(secret, content(secret, Path.of(file)));
            }
        }
        return variables;
    }

    private static Map<String, String> variables(String lines) {
        return lines.lines().filter(line -> line.contains("=")).map(line -> line.split("=", 2)).collect(Collectors.toMap(part -> part[0], part -> part[1]));
    }

    private static String content(String secret, Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new SettingsException(List.of(secret + "_FILE names " + file + ", which cannot be read; correct the path or its permissions."));
        }
    }
}
