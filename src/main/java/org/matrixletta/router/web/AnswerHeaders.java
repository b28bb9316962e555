package org.matrixletta.router.web;

import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.springframework.stereotype.Component;

/** Lets no header into an answer but our own; what a request brought along, its key too, would else go back with it. */
@Component("answerHeaders")
class AnswerHeaders extends HttpHeaderFilterStrategy {

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !name.equalsIgnoreCase(Answers.EXIT_CODE) && !name.equalsIgnoreCase(Logins.SET_COOKIE);
    }
}
