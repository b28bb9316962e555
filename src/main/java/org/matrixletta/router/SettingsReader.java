package org.matrixletta.router;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;

/** Reads the settings without starting anything, for what is wanted before there is a database or a homeserver. */
public final class SettingsReader {

    private SettingsReader() {
    }

    /**
     * The settings as a start would find them: those of the environment, of an application.yaml beside the jar, and of the packed one.
     *
     * @throws RuntimeException one that {@link OneSentence} knows, if a setting cannot be read
     */
    public static Settings read() {
        StandardEnvironment environment = new StandardEnvironment();
        new SettingsEnvironment().postProcessEnvironment(environment, null);
        Resource besideJar = new FileSystemResource(RouterApplication.jarFolder().resolve("application.yaml"));
        if (besideJar.exists()) {
            add(besideJar, environment);
        }
        add(new ClassPathResource("application.yaml"), environment);
        return Binder.get(environment).bindOrCreate("router", Settings.class);
    }

    private static void add(Resource file, StandardEnvironment environment) {
        try {
            new YamlPropertySourceLoader().load(file.getDescription(), file).forEach(environment.getPropertySources()::addLast);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
