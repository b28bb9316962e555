package org.matrixletta.router.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.TypeConversionException;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Report;
import org.matrixletta.router.mapping.MappingFileException;
import org.matrixletta.router.store.StoreFailure;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Writes what a route of the API found, as JSON or, for whoever accepts text/plain, as the commands print it. The header
 * {@value #EXIT_CODE} tells a command how to end.
 */
@Component("answers")
public class Answers {

    /** The exit code of a command: 0 fine, 1 differences or rejected entries, 2 bad input or usage, 3 store unavailable. */
    public static final String EXIT_CODE = "Router-Exit-Code";

    private static final Logger log = LoggerFactory.getLogger("api");
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String CHARACTER_NOT_IN_REPERTOIRE = "22021";

    private final ObjectMapper json;
    private final StoreFailure storeFailure;

    Answers(ObjectMapper json, StoreFailure storeFailure) {
        this.json = json;
        this.storeFailure = storeFailure;
    }

    /** Writes the report that is the exchange's body. */
    public void write(Exchange exchange) throws JsonProcessingException {
        Report report = exchange.getMessage().getBody(Report.class);
        boolean text = String.valueOf(exchange.getMessage().getHeader("Accept")).startsWith("text/plain");
        answer(exchange, 200, report.exitCode(), text ? report.text() : json.writeValueAsString(report.json()), text);
    }

    /** Writes why the exchange failed. */
    public void refuse(Exchange exchange) throws JsonProcessingException {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedException refused) {
                refuse(exchange, refused.status(), refused.status() == 404 ? 1 : 2, refused.getMessage());
                return;
            }
            if (cause instanceof MappingFileException unreadable) {
                refuse(exchange, 422, 2, unreadable.getMessage());
                return;
            }
            if (cause instanceof PSQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState()) && "agent_mappings".equals(sql.getServerErrorMessage().getTable())) {
                refuse(exchange, 409, 2, "A room or Matrix user that this would write belongs to another agent by now; nothing was changed.");
                return;
            }
            if (cause instanceof PSQLException sql && CHARACTER_NOT_IN_REPERTOIRE.equals(sql.getSQLState())) {
                refuse(exchange, 422, 2, "The request holds the character U+0000, which nothing here has; leave it out.");
                return;
            }
            if (cause instanceof TypeConversionException wrong) {
                refuse(exchange, wrong.getValue(), wrong.getToType());
                return;
            }
            if (cause instanceof NoTypeConversionAvailableException wrong) {
                refuse(exchange, wrong.getValue(), wrong.getToType());
                return;
            }
        }
        if (StoreFailure.isStoreFailure(failure)) {
            refuse(exchange, 503, 3, storeFailure.sentence(failure));
        } else {
            log.error("An error of the router itself", failure);
            refuse(exchange, 500, 2, "An error of the router itself; its log says more.");
        }
    }

    private void refuse(Exchange exchange, Object parameter, Class<?> type) throws JsonProcessingException {
        refuse(exchange, 422, 2, "A parameter is '" + Printable.name(String.valueOf(parameter)) + "'; it is " + (type == Boolean.class ? "true or false" : "a number") + ", and is stated once.");
    }

    private void refuse(Exchange exchange, int status, int exitCode, String sentence) throws JsonProcessingException {
        boolean text = String.valueOf(exchange.getMessage().getHeader("Accept")).startsWith("text/plain");
        Object detail = status == 422 ? List.of(Map.of("loc", List.of("body"), "msg", sentence, "type", "value_error")) : sentence;
        answer(exchange, status, exitCode, text ? sentence + "\n" : json.writeValueAsString(Map.of("detail", detail)), text);
    }

    private static void answer(Exchange exchange, int status, int exitCode, String body, boolean text) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, text ? "text/plain; charset=utf-8" : "application/json");
        message.setHeader(EXIT_CODE, exitCode);
        message.setBody(body);
    }
}
