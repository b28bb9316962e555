package org.matrixletta.router;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Gives a class whose tests need no settings of their own, and neither stop nor restart it, the one router that all such classes
 * share: a {@link RunningRouter} of mappings only, or a {@link MessagingRouter}. Its store is empty whenever a class begins; peers,
 * meters and what was said once in the log remain, so that each class has rooms and agents of its own.
 */
public final class SharedRouter implements ParameterResolver {

    private record Mappings(RunningRouter router) implements CloseableResource {
        @Override
        public void close() {
            router.close();
        }
    }

    private record Messages(MessagingRouter run) implements CloseableResource {
        @Override
        public void close() {
            run.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == RunningRouter.class || type == MessagingRouter.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // In the store of the whole run, which closes what is in it.
        ExtensionContext.Store store = context.getRoot().getStore(Namespace.create(SharedRouter.class));
        if (parameter.getParameter().getType() == RunningRouter.class) {
            return asNew(store.getOrComputeIfAbsent(Mappings.class, key -> new Mappings(RunningRouter.start()), Mappings.class).router());
        }
        MessagingRouter run = store.getOrComputeIfAbsent(Messages.class, key -> new Messages(
                MessagingRouter.start("--router.letta-agent-id=agent-default", "--router.matrix-ignored-users=@ghost_*:test.local")), Messages.class).run();
        asNew(run.router);
        MessagingRouter.soon().until(() -> isIdle(run.sql));
        run.sql.execute("TRUNCATE router.inbox, router.outbox, router.step, router.peer, router.mark, router.claimed_room");
        return run;
    }

    /** Whether nothing is under way any more; what has not begun never does. */
    private static boolean isIdle(JdbcTemplate sql) {
        sql.update("UPDATE router.inbox SET state = 'dropped', task = NULL, owner = NULL WHERE state IN ('waiting', 'unknown') OR task IS NOT NULL");
        sql.update("UPDATE router.outbox SET state = 'dropped' WHERE state = 'waiting'");
        return sql.queryForObject("SELECT (SELECT count(*) FROM router.inbox WHERE state = 'asking') + (SELECT count(*) FROM router.outbox WHERE state IN ('waiting', 'sending'))", Integer.class) == 0;
    }

    private static RunningRouter asNew(RunningRouter router) {
        try {
            Files.deleteIfExists(router.file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        router.emptyStore();
        logAsStarted(router.bean(Environment.class), router.bean(LoggingSystem.class));
        return router;
    }

    /** Log levels are those of the whole process: a router that was started since has left it its own. */
    private static void logAsStarted(Environment settings, LoggingSystem logging) {
        Map<String, LogLevel> levels = new HashMap<>(Binder.get(settings).bind("logging.level", Bindable.mapOf(String.class, LogLevel.class)).get());
        levels.put(LoggingSystem.ROOT_LOGGER_NAME, levels.remove("root"));
        for (LoggerConfiguration logger : logging.getLoggerConfigurations()) {
            if (logger.getConfiguredLevel() != levels.get(logger.getName())) {
                logging.setLogLevel(logger.getName(), levels.get(logger.getName()));
            }
        }
    }
}
