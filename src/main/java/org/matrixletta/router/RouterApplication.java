package org.matrixletta.router;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.matrixletta.router.cli.RouterCommand;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The launcher: without arguments it serves, with a command it does that one thing and exits. */
@SpringBootApplication
@EnableConfigurationProperties(Settings.class)
public class RouterApplication {

    /** Exit code: bad input or usage. */
    private static final int BAD_INPUT = 2;

    public static void main(String[] arguments) {
        if (arguments.length > 0 && !arguments[0].startsWith("--router.")) {
            System.exit(RouterCommand.run(arguments));
        }
        try {
            service().run(arguments);
        } catch (RuntimeException e) {
            if (OneSentence.sentences(e).isEmpty()) {
                throw e;
            }
            System.exit(BAD_INPUT);
        }
    }

    /** The service, with a copy of application.yaml and routes/ beside the jar preferred to the packed ones. */
    public static SpringApplication service() {
        SpringApplication application = new SpringApplication(RouterApplication.class);
        application.setDefaultProperties(besideJar());
        return application;
    }

    /** Where application.yaml and the routes come from: beside the jar, never the working directory, which may hold anything. */
    public static Map<String, Object> besideJar() {
        Map<String, Object> places = new HashMap<>();
        Path folder = jarFolder();
        places.put("spring.config.location", "classpath:/application.yaml,optional:file:" + folder + "/application.yaml");
        places.put("camel.main.routes-include-pattern",
                Files.isDirectory(folder.resolve("routes")) ? "file:" + folder + "/routes/*.camel.yaml" : "classpath:routes/*.camel.yaml");
        return places;
    }

    /** The caller's environment as the service reads it: without empty variables, with secrets from their files. */
    public static Map<String, Object> environment() {
        return SettingsEnvironment.read();
    }

    /** The folder of the jar, where a user's own application.yaml and routes/ may lie. */
    public static Path jarFolder() {
        String location = RouterApplication.class.getProtectionDomain().getCodeSource().getLocation().toString();
        String jar = location.replaceFirst("^jar:(nested:)?", "").replaceFirst("/?!.*$", "").replaceFirst("^file:", "");
        try {
            return Path.of(new java.net.URI("file", null, jar.replaceFirst("/$", ""), null)).getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the jar's own place is not a path: " + location, e);
        }
    }
}
