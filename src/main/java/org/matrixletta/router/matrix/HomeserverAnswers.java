package org.matrixletta.router.matrix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.matrixletta.router.store.StoreFailure;
import org.matrixletta.router.store.StoreState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What the homeserver is answered (Matrix specification, application service API, and client-server API, standard error response). */
@Component("homeserverAnswers")
class HomeserverAnswers {

    private static final Logger log = LoggerFactory.getLogger("delivery");

    private final ObjectMapper json;
    private final StoreFailure storeFailure;
    private final StoreState store;

    HomeserverAnswers(ObjectMapper json, StoreFailure storeFailure, StoreState store) {
        this.json = json;
        this.storeFailure = storeFailure;
        this.store = store;
    }

    /** Success: the homeserver reads the body and takes anything but a JSON object for a failure. */
    public void acknowledge(Exchange exchange) {
        answer(exchange, 200, "{}");
    }

    /** Neither the user nor the alias is ours. */
    public void unknown(Exchange exchange) throws JsonProcessingException {
        refuse(exchange, 404, "M_NOT_FOUND", "The router does not provide for it.");
    }

    /** Why a request failed. A transaction that is answered so is sent again, and everything behind it waits. */
    public void refuse(Exchange exchange) throws JsonProcessingException {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BadTransactionException bad) {
                log.error("❌ The homeserver sent a transaction that is none: {}", bad.getMessage());
                refuse(exchange, bad.errcode().equals("M_TOO_LARGE") ? 413 : 400, bad.errcode(), bad.getMessage());
                return;
            }
        }
        if (StoreFailure.isStoreFailure(failure)) {
            // However short the store is away: when it is back, the homeserver is told so.
            store.failed(failure);
            refuse(exchange, 503, "M_UNKNOWN", storeFailure.sentence(failure));
        } else {
            log.error("An error of the router itself", failure);
            refuse(exchange, 500, "M_UNKNOWN", "An error of the router itself; its log says more.");
        }
    }

    private void refuse(Exchange exchange, int status, String code, String sentence) throws JsonProcessingException {
        answer(exchange, status, json.writeValueAsString(Map.of("errcode", code, "error", sentence)));
    }

    private static void answer(Exchange exchange, int status, String body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(body);
    }
}
