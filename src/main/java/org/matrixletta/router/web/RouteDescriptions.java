package org.matrixletta.router.web;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.stereotype.Component;

/** Gives the routes that Camel makes of the addresses in http.camel.yaml the description of their address, for JMX and `routes`. */
@Component
class RouteDescriptions implements CamelContextConfiguration {

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        ModelCamelContext model = (ModelCamelContext) camel;
        Map<String, String> descriptions = new HashMap<>(Map.of("http-openapi", "Serves the OpenAPI description of all addresses."));
        model.getRestDefinitions().forEach(rest -> rest.getVerbs().forEach(verb -> descriptions.put(verb.getId(), verb.getDescription())));
        model.getRouteDefinitions().stream().filter(route -> route.getDescription() == null)
                .forEach(route -> route.setDescription(descriptions.get(route.getRouteId())));
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
        // Nothing is left to do.
    }
}
