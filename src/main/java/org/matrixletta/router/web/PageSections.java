package org.matrixletta.router.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Variable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.mapping.WatchedFile;
import org.springframework.stereotype.Component;

/** Which sections of the page are not what they were at the last look. */
@Component("pageSections")
class PageSections {

    private final Settings settings;
    private final WatchedFile file;
    private final RouteControl routes;
    private Map<String, Object> last = Map.of();

    PageSections(Settings settings, WatchedFile file, RouteControl routes) {
        this.settings = settings;
        this.file = file;
        this.routes = routes;
    }

    /**
     * Their names: mappings, messages, routes.
     *
     * @param stored what page-sections.sql says of mappings and messages
     */
    synchronized List<String> changed(@Variable("sections") Map<String, Object> stored) {
        Map<String, Object> now = new LinkedHashMap<>();
        now.put("mappings", stored.get("mappings") + " " + file.version(settings.mappingsFile().toFile()));
        now.put("messages", stored.get("messages"));
        now.put("routes", routes.states());
        List<String> changed = now.keySet().stream().filter(section -> !Objects.equals(now.get(section), last.get(section))).toList();
        last = now;
        return changed;
    }
}
