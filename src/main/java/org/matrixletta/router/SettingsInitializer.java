package org.matrixletta.router;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.web.context.ConfigurableWebApplicationContext;

/** Judges the settings before anything is made of them, and derives what the endpoints of the routes need. */
final class SettingsInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var environment = context.getEnvironment();
        Settings settings = Binder.get(environment).bindOrCreate("router", Settings.class);
        boolean serves = context instanceof ConfigurableWebApplicationContext;
        List<String> faults = new ArrayList<>(serves ? settings.faultsOfService() : settings.faultsOfCommand());
        faults.addAll(RemoteManagement.faults(System.getProperties()));
        if (!faults.isEmpty()) {
            throw new SettingsException(faults);
        }
        environment.getPropertySources().addLast(new MapPropertySource("derived", Map.of(
                "router.watched-folder", settings.watchedFolder().toString(),
                "router.watched-name", settings.mappingsFile().getFileName().toString(),
                "router.carries-messages", settings.carriesMessages(),
                "router.serves", serves,
                "router.homeserver-peer", peer(settings.matrixHomeserverUrl()),
                "router.letta-peer", peer(settings.lettaApiUrl()),
                "router.text-seconds", settings.retainText().toSeconds(),
                "router.message-seconds", settings.retainMessages().toSeconds(),
                "router.gone-milliseconds", settings.lettaGoneAfter().toMillis(),
                "router.turn-milliseconds", settings.lettaTurnLimit().toMillis())));
    }

    /** An address as an endpoint of camel-http; one that no request reaches where none that is possible is set. */
    private static String peer(String url) {
        return Settings.isAddress(url) ? url.replaceFirst("/+$", "") : "http://not-set.invalid";
    }
}
