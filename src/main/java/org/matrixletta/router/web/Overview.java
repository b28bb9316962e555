package org.matrixletta.router.web;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Variable;
import org.matrixletta.router.Report;
import org.springframework.stereotype.Component;

/** How the router and each agent's messages are, at a glance. */
@Component("overview")
class Overview {

    private final Health health;

    Overview(Health health) {
        this.health = health;
    }

    /** The columns of overview.sql, and what /health tells whoever has a key. */
    Report report(@Variable("overview") Map<String, Object> overview) {
        return new OverviewReport(overview, health.details());
    }

    private record OverviewReport(Map<String, Object> overview, Map<String, Object> health) implements Report {

        @Override
        public String text() {
            StringBuilder text = new StringBuilder();
            overview.forEach((what, said) -> text.append(what).append(": ").append(said).append('\n'));
            return text.toString();
        }

        @Override
        public Object json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("success", true);
            json.putAll(overview);
            json.put("health", health);
            return json;
        }

        @Override
        public int exitCode() {
            return 0;
        }
    }
}
