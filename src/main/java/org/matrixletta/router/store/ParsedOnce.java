package org.matrixletta.router.store;

import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.sql.DefaultSqlPrepareStatementStrategy;
import org.springframework.stereotype.Component;

/**
 * How camel-sql prepares a statement whose values come as a map in the body, as those do that every message needs: its text is read
 * once, not for each execution, which costs as much as all else that Camel does for it. Camel gives this to every endpoint of camel-sql.
 */
@Component("parsedOnce")
class ParsedOnce extends DefaultSqlPrepareStatementStrategy {

    private static final Pattern PARAMETER = Pattern.compile(":#(\\w+)");

    /** What takes a value out of an expression, or a list apart, is left to Camel. */
    private static final Pattern OTHER = Pattern.compile(":#(?:\\$|in:)");

    private record Statement(String text, List<String> names, boolean isPlain) {
    }

    private final Map<String, Statement> statements = new ConcurrentHashMap<>();

    @Override
    public String prepareQuery(String query, boolean allowNamedParameters, Exchange exchange) throws SQLException {
        return parsed(query).isPlain() ? parsed(query).text() : super.prepareQuery(query, allowNamedParameters, exchange);
    }

    /** @throws IllegalStateException if the body lacks a value */
    @Override
    public Iterator<?> createPopulateIterator(String query, String preparedQuery, int expectedParams, Exchange exchange, Object value) throws SQLException {
        if (!parsed(query).isPlain() || !(value instanceof Map<?, ?> values)) {
            return super.createPopulateIterator(query, preparedQuery, expectedParams, exchange, value);
        }
        List<String> names = parsed(query).names();
        if (!values.keySet().containsAll(names)) {
            throw new IllegalStateException("the values of a statement lack one of " + names);
        }
        return names.stream().map(values::get).iterator();
    }

    private Statement parsed(String query) {
        return statements.computeIfAbsent(query, text -> new Statement(PARAMETER.matcher(text).replaceAll("?"),
                PARAMETER.matcher(text).results().map((MatchResult name) -> name.group(1)).toList(), !OTHER.matcher(text).find()));
    }
}
