package org.matrixletta.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which management ports stop the start. */
class RemoteManagementTest {

    @TempDir
    Path folder;

    @Test
    void withoutAPortAllIsWell() {
        assertThat(RemoteManagement.faults(properties())).isEmpty();
        assertThat(RemoteManagement.faults(properties("com.sun.management.jmxremote=", "com.sun.management.jmxremote.authenticate=false"))).isEmpty();
    }

    @Test
    void aPortThatAsksForAPasswordIsFine() {
        assertThat(RemoteManagement.faults(properties("com.sun.management.jmxremote.port=9010"))).isEmpty();
        assertThat(RemoteManagement.faults(properties("com.sun.management.jmxremote.port=9010", "com.sun.management.jmxremote.authenticate=true"))).isEmpty();
    }

    @Test
    void aPortThatAsksForNoneIsOneSentence() {
        assertThat(RemoteManagement.faults(properties("com.sun.management.jmxremote.port=9010", "com.sun.management.jmxremote.authenticate=false")))
                .singleElement().asString().contains("JMX port 9010 is open without a password", "set -Dcom.sun.management.jmxremote.authenticate=true");
        // The runtime takes anything but true for false
        assertThat(RemoteManagement.faults(properties("com.sun.management.jmxremote.port=0", "com.sun.management.jmxremote.authenticate=yes"))).hasSize(1);
    }

    @Test
    void theRuntimesOwnFileCountsAndPropertiesComeFirst() throws IOException {
        Path file = Files.writeString(folder.resolve("management.properties"), "com.sun.management.jmxremote.port=9010\ncom.sun.management.jmxremote.authenticate=false\n");
        String named = "com.sun.management.config.file=" + file;

        assertThat(RemoteManagement.faults(properties(named))).singleElement().asString().contains("port 9010");
        assertThat(RemoteManagement.faults(properties(named, "com.sun.management.jmxremote.authenticate=true"))).isEmpty();
    }

    private static Properties properties(String... lines) {
        Properties properties = new Properties();
        properties.setProperty("java.home", System.getProperty("java.home"));
        Arrays.stream(lines).map(line -> line.split("=", 2)).forEach(part -> properties.setProperty(part[0], part[1]));
        return properties;
    }
}
