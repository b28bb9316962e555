package org.matrixletta.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** application.yaml says which settings there are; the table of README.md and .env.example say the same. */
class SettingsListsTest {

    private static final Pattern SETTING = Pattern.compile("(?m)^ +[a-z-]+: \"?\\$\\{([A-Z_]+):(.*)}\"?(?: +#.*)?$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \\|");
    private static final Pattern NAME = Pattern.compile("`([A-Z_]+)`");
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^(#?)([A-Z_]+)=(.*)$");
    private static final Pattern COMPOSED = Pattern.compile("\\$\\{([A-Z_]+)");
    /** What Compose itself reads. */
    private static final Set<String> COMPOSE = Set.of("COMPOSE_PROFILES", "COMPOSE_FILE");

    @Test
    void theReadmesTableHasEverySettingAndNoOther() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String table = readme.substring(readme.indexOf("\n## Settings\n"), readme.indexOf("\n## Commands\n"));
        Set<String> listed = ROW.matcher(table).results().flatMap(row -> NAME.matcher(row.group(1)).results()).map(name -> name.group(1)).collect(Collectors.toSet());

        assertThat(missing(settings().keySet(), listed)).as("settings of application.yaml that README.md, Settings, lacks").isEmpty();
        assertThat(missing(listed, settings().keySet())).as("settings in README.md, Settings, that application.yaml does not know").isEmpty();
    }

    @Test
    void theExampleHasEverySettingAndNoOther() throws IOException {
        Set<String> listed = examples().map(line -> line.group(2)).collect(Collectors.toSet());
        Set<String> known = new TreeSet<>(settings().keySet());
        known.addAll(COMPOSE);
        try (Stream<Path> files = Files.list(Path.of("."))) {
            for (Path file : files.filter(path -> path.getFileName().toString().matches("docker-compose.*[.]yml")).toList()) {
                COMPOSED.matcher(Files.readString(file)).results().forEach(name -> known.add(name.group(1)));
            }
        }

        assertThat(missing(settings().keySet(), listed)).as("settings of application.yaml that .env.example lacks").isEmpty();
        assertThat(missing(listed, known)).as("variables of .env.example that neither application.yaml nor a compose file knows").isEmpty();
    }

    @Test
    void whatTheExampleLeavesOutHasTheDefaultThatItShows() throws IOException {
        Map<String, String> settings = settings();
        assertThat(examples().filter(line -> line.group(1).equals("#") && settings.containsKey(line.group(2))))
                .allSatisfy(line -> assertThat(line.group(3).replaceAll("^'|'$", "")).as("default of " + line.group(2) + " in .env.example").isEqualTo(settings.get(line.group(2))));
    }

    /** Each setting with its default. */
    private static Map<String, String> settings() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        SETTING.matcher(Files.readString(Path.of("application.yaml"))).results().forEach(setting -> settings.put(setting.group(1), setting.group(2)));
        assertThat(settings).hasSizeGreaterThan(40).containsKeys("DATABASE_URL", "LOG_LEVEL");
        return settings;
    }

    private static Stream<MatchResult> examples() throws IOException {
        return EXAMPLE.matcher(Files.readString(Path.of(".env.example"))).results();
    }

    private static Set<String> missing(Set<String> wanted, Set<String> there) {
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(there);
        return missing;
    }
}
