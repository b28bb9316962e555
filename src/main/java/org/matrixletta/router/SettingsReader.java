package org.matrixletta.router;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.logging.LogLevel;
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
        return Binder.get(environment()).bindOrCreate("router", Settings.class);
    }

    /**
     * Says why no command can work with the settings and, as one then has to correct them anyhow, what else is wrong with them.
     *
     * @return one sentence per setting; empty if a command can work with them
     */
    public static List<String> faults() {
        try {
            List<String> unreadable = new ArrayList<>();
            BindHandler handler = new BindHandler() {
                @Override
                public Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception failure) {
                    unreadable.add(OneSentence.unreadable(name, target));
                    return null;
                }
            };
            Binder binder = Binder.get(environment());
            Settings settings = binder.bindOrCreate("router", Bindable.of(Settings.class), handler);
            binder.bind("logging.level.root", Bindable.of(LogLevel.class), handler);
            List<String> faults = new ArrayList<>(unreadable);
            faults.addAll(settings.faultsOfCommand());
            faults.addAll(RemoteManagement.faults(System.getProperties()));
            // What cannot be read is not there to be judged further.
            if (!faults.isEmpty() && unreadable.isEmpty()) {
                settings.faultsOfService().stream().filter(fault -> !faults.contains(fault)).forEach(faults::add);
            }
            return faults;
        } catch (SettingsException e) {
            return e.faults();
        }
    }

    private static StandardEnvironment environment() {
        StandardEnvironment environment = new StandardEnvironment();
        new SettingsEnvironment().postProcessEnvironment(environment, null);
        Resource besideJar = new FileSystemResource(RouterApplication.jarFolder().resolve("application.yaml"));
        if (besideJar.exists()) {
            add(besideJar, environment);
        }
        add(new ClassPathResource("application.yaml"), environment);
        return environment;
    }

    private static void add(Resource file, StandardEnvironment environment) {
        try {
            new YamlPropertySourceLoader().load(file.getDescription(), file).forEach(environment.getPropertySources()::addLast);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
