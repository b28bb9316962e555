package org.matrixletta.router.web;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Header;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.springframework.stereotype.Component;

/** Shows and steers the routes by their ids, as JMX does, for whoever has the API key. */
@Component("routeControl")
class RouteControl {

    private final CamelContext camel;

    RouteControl(CamelContext camel) {
        this.camel = camel;
    }

    /** Every route: id, what it does, state, and how many exchanges it has seen. */
    public RouteReport list() {
        ManagedCamelContext managed = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        List<Map<String, Object>> routes = new ArrayList<>();
        for (Route route : camel.getRoutes()) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("id", route.getId());
            shown.put("state", camel.getRouteController().getRouteStatus(route.getId()).name());
            ManagedRouteMBean counted = managed.getManagedRoute(route.getId());
            shown.put("total", counted == null ? 0 : count(counted, true));
            shown.put("failed", counted == null ? 0 : count(counted, false));
            shown.put("description", route.getDescription());
            routes.add(shown);
        }
        return new RouteReport(routes);
    }

    /** The state of every route, as one text. */
    public String states() {
        return camel.getRoutes().stream().map(route -> route.getId() + " " + camel.getRouteController().getRouteStatus(route.getId())).collect(Collectors.joining("\n"));
    }

    /**
     * Stops, starts, suspends or resumes one route.
     *
     * @throws RefusedException if there is no such route or no such action
     */
    public RouteReport change(@Header("route_id") String id, @Header("action") String action) throws Exception {
        if (camel.getRoute(id) == null) {
            throw new RefusedException(404, "There is no route of that name; `routes` lists them.");
        }
        switch (action) {
            case "stop" -> camel.getRouteController().stopRoute(id);
            case "start" -> camel.getRouteController().startRoute(id);
            case "suspend" -> camel.getRouteController().suspendRoute(id);
            case "resume" -> camel.getRouteController().resumeRoute(id);
            default -> throw new RefusedException(404, "A route can be stopped, started, suspended or resumed.");
        }
        return new RouteReport(list().routes().stream().filter(route -> route.get("id").equals(id)).toList());
    }

    private static long count(ManagedRouteMBean route, boolean all) {
        try {
            return all ? route.getExchangesTotal() : route.getExchangesFailed();
        } catch (Exception e) {
            throw new IllegalStateException("the counts of route " + route.getRouteId() + " cannot be read", e);
        }
    }

    record RouteReport(List<Map<String, Object>> routes) implements Report {

        @Override
        public String text() {
            StringBuilder text = new StringBuilder();
            for (Map<String, Object> route : routes) {
                text.append(String.format("%-22s %-9s %6d %4d failed  %s%n", route.get("id"), route.get("state"), route.get("total"), route.get("failed"),
                        route.get("description") == null ? "" : route.get("description")));
            }
            return text.toString();
        }

        @Override
        public Object json() {
            return Map.of("success", true, "routes", routes);
        }

        @Override
        public int exitCode() {
            return 0;
        }
    }
}
