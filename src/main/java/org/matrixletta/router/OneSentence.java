package org.matrixletta.router;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;

/** Says why the router does not start, where the reason lies with its operator: a sentence each on standard error, no stack trace. */
public final class OneSentence implements SpringBootExceptionReporter {

    OneSentence(ConfigurableApplicationContext context) {
        // Spring Boot makes a reporter through this constructor; this one needs no context.
    }

    @Override
    public boolean reportException(Throwable failure) {
        List<String> sentences = sentences(failure);
        sentences.forEach(System.err::println);
        return !sentences.isEmpty();
    }

    /** What to tell the operator; empty if the failure is not the operator's. */
    public static List<String> sentences(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SettingsException wrong) {
                return wrong.faults();
            }
            if (cause instanceof PortInUseException taken) {
                return List.of("Port " + taken.getPort() + " is taken by another program; stop that one, or set API_PORT to a free port.");
            }
            if (cause instanceof CamelSpringBootInitializationException || cause instanceof FailedToCreateRouteException) {
                return List.of("A route cannot be made: " + cause.getMessage().lines().limit(2).map(String::strip).collect(Collectors.joining(" "))
                        + "; correct the file in routes/, or remove that folder to use the packed routes.");
            }
            if (cause instanceof BindException unreadable) {
                return List.of(unreadable(unreadable.getName(), unreadable.getTarget()));
            }
        }
        return List.of();
    }

    /** Says that a setting is not of the kind that it has to be. */
    static String unreadable(ConfigurationPropertyName name, Bindable<?> target) {
        String setting = name.toString().equals("logging.level.root") ? "LOG_LEVEL" : name.getLastElement(Form.DASHED).replace('-', '_').toUpperCase(Locale.ROOT);
        return setting + " is " + switch (target.getType().resolve(Object.class).getSimpleName()) {
            case "int" -> "no whole number";
            case "boolean" -> "neither true nor false";
            case "Duration" -> "no time with its unit, such as 30s, 15m, 24h or 30d";
            case "LogLevel" -> "none of ERROR, WARN, INFO, DEBUG and TRACE";
            default -> "not of the kind that it has to be";
        } + "; correct it, or leave it out for its default.";
    }
}
