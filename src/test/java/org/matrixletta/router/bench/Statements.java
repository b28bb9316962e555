package org.matrixletta.router.bench;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.JdbcTemplate;

/** Runs the router's own SQL files by plain JDBC: the floor of what a route can reach. */
public final class Statements {

    private static final Pattern PARAMETER = Pattern.compile(":#(?:\\$\\{variable\\.)?(\\w+)(?:\\.(\\w+)\\(\\)}|})?");

    private final JdbcTemplate jdbc;
    private final Map<String, String> texts = new ConcurrentHashMap<>();

    public Statements(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The rows that a statement returns. */
    public List<Map<String, Object>> query(String file, Map<String, Object> variables) throws Exception {
        List<Object> values = new ArrayList<>();
        String sql = read(file, variables, values);
        return jdbc.queryForList(sql, values.toArray());
    }

    /** Runs a statement that returns none. */
    public void update(String file, Map<String, Object> variables) throws Exception {
        List<Object> values = new ArrayList<>();
        String sql = read(file, variables, values);
        jdbc.update(sql, values.toArray());
    }

    private String read(String file, Map<String, Object> variables, List<Object> values) throws Exception {
        Matcher parameter = PARAMETER.matcher(text(file));
        while (parameter.find()) {
            Object variable = variables.get(parameter.group(1));
            values.add(parameter.group(2) == null ? variable : call(variable, parameter.group(2)));
        }
        return parameter.replaceAll("?");
    }

    private static Object call(Object variable, String name) throws ReflectiveOperationException {
        Method method = variable.getClass().getMethod(name);
        method.setAccessible(true);
        return method.invoke(variable);
    }

    private String text(String file) throws IOException {
        if (!texts.containsKey(file)) {
            try (InputStream sql = Statements.class.getResourceAsStream("/sql/" + file)) {
                texts.put(file, new String(sql.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return texts.get(file);
    }
}
