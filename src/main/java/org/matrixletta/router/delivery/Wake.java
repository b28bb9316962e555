package org.matrixletta.router.delivery;

import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/**
 * Calls a route that looks for work, by an exchange of its own: Camel hands what shall happen at the end of an exchange over to the one
 * that it puts into a queue, and a call that is one too many is thrown away with all of it.
 */
@Component("wake")
class Wake {

    private final ProducerTemplate template;

    Wake(ProducerTemplate template) {
        this.template = template;
    }

    /**
     * Has the route look once more after what it is doing.
     *
     * @param queue the endpoint that the route begins with; it holds one call
     */
    public void call(String queue) {
        template.sendBody(queue + "?size=1&discardWhenFull=true", null);
    }
}
