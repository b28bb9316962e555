package org.matrixletta.router.cli;

import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.component.direct.DirectEndpoint;
import org.matrixletta.router.RouterApplication;
import org.matrixletta.router.mapping.MappingFile;
import org.matrixletta.router.web.Answers;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The same routes in the command's own process: nothing watches, nothing is scheduled, nothing listens. */
final class Standalone {

    private Standalone() {
    }

    /** Runs the route behind the request. */
    static Answer ask(Request asked, boolean json) throws Exception {
        SpringApplication application = new SpringApplication(RouterApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        Map<String, Object> places = new HashMap<>(RouterApplication.besideJar());
        places.put("camel.main.routes-exclude-pattern", "**/http.camel.yaml");
        application.setDefaultProperties(places);
        try (InputStream file = asked.file() == null ? null : MappingFile.open(asked.file());
                ConfigurableApplicationContext context = application.run("--camel.main.auto-startup=false", "--camel.main.run-controller=false", "--logging.level.org.apache.camel.spring.boot=ERROR", "--logging.level.root=WARN", "--logging.level.org.matrixletta.router.mapping.EntryLoader=INFO",
                        "--camel.main.shutdown-timeout=1")) {
            CamelContext camel = context.getBean(CamelContext.class);
            for (Route route : camel.getRoutes()) {
                if (route.getEndpoint() instanceof DirectEndpoint) {
                    camel.getRouteController().startRoute(route.getId());
                }
            }
            Exchange answer = camel.createProducerTemplate().send(asked.route(), exchange -> {
                exchange.getMessage().setHeader("Accept", json ? "application/json" : "text/plain");
                asked.inputs().forEach(exchange.getMessage()::setHeader);
                asked.headers().forEach(exchange.getMessage()::setHeader);
                exchange.getMessage().setBody(file != null ? file : asked.body());
            });
            if (answer.getException() != null) {
                throw answer.getException();
            }
            return new Answer(answer.getMessage().getHeader(Answers.EXIT_CODE, 2, Integer.class), answer.getMessage().getBody(String.class),
                    answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 500, Integer.class) < 400);
        }
    }
}
