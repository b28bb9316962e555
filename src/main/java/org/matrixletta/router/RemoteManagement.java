package org.matrixletta.router;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * Whether the Java runtime was told to open a management port (JDK, Monitoring and Management Guide, "Monitoring and Management Using JMX
 * Technology"), and to whom: whoever gets in there reads tokens and files, and runs programs, as the router may.
 */
final class RemoteManagement {

    private static final String PREFIX = "com.sun.management.jmxremote.";

    private RemoteManagement() {
    }

    /**
     * Says what is wrong with the port, for a process that is about to start. A runtime that is to ask for a password and has no file
     * of them does not come that far: it ends by itself.
     *
     * @param system the properties of the process, by whichever way they came
     * @return one sentence; empty if there is no port, or one that asks for a password
     */
    static List<String> faults(Properties system) {
        Properties told = file(system.getProperty("com.sun.management.config.file", system.getProperty("java.home") + "/conf/management/management.properties"));
        told.putAll(system);
        String port = told.getProperty(PREFIX + "port");
        return port == null || Boolean.parseBoolean(told.getProperty(PREFIX + "authenticate", "true")) ? List.of()
                : List.of("JMX port " + Printable.name(port) + " is open without a password, and who gets in there reads every token; set -D" + PREFIX + "authenticate=true and -D" + PREFIX
                + "password.file, or leave out -D" + PREFIX + "port.");
    }

    private static Properties file(String name) {
        Properties properties = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(name))) {
            properties.load(file);
        } catch (IOException e) {
            // The runtime has read it, or found that there is none, before this.
            properties.clear();
        }
        return properties;
    }
}
