package org.matrixletta.router.matrix;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** Reads a transaction of the homeserver into the rows of the inbox (Matrix specification, application service API, pushing events). */
@Component("pushedEvents")
class PushedEvents {

    private final Settings settings;
    private final TransactionReader reader;

    PushedEvents(Settings settings) {
        this.settings = settings;
        this.reader = new TransactionReader(new EventReader(new EventFilter(settings.botUser(), settings.allowedSenders(), settings.matrixIgnoredUsers())));
    }

    /**
     * The rows of a transaction, as values of store-events.sql.
     *
     * @throws BadTransactionException if the body is no transaction as a whole
     */
    public Map<String, Object> read(@Body InputStream body) throws Exception {
        return new EventRows(reader.read(body == null ? InputStream.nullInputStream() : body), List.of(), "push", settings.botUser(), settings.roomWaitingLimit(), settings.observe()).values();
    }
}
