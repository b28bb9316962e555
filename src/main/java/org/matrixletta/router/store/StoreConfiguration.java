package org.matrixletta.router.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.DriverManager;
import org.flywaydb.core.Flyway;
import org.matrixletta.router.Settings;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The connection pool and the migrations; both bear a database that is not there yet. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

    static final int CONNECTIONS = 10;

    @Bean
    DatabaseUrl databaseUrl(Settings settings) {
        return DatabaseUrl.parse(settings.databaseUrl());
    }

    @Bean
    HikariDataSource dataSource(DatabaseUrl url, @Value("${router.connection-milliseconds:5000}") long connectionMilliseconds) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(url.jdbcUrl());
        if (!url.user().isEmpty()) {
            pool.setUsername(url.user());
            pool.setPassword(url.password());
        }
        pool.setPoolName("store");
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setInitializationFailTimeout(-1);
        pool.setConnectionTimeout(connectionMilliseconds);
        // PostgreSQL's own default. The pool would ask the first connection for it, and if that one breaks just then, refuse every later one.
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        // The same statements are asked again and again, by indexes; to plan a claim of messages anew takes longer than the claim.
        pool.setConnectionInitSql("SET plan_cache_mode = force_generic_plan");
        // The server's error detail repeats the failing row, and with it the password.
        pool.addDataSourceProperty("logServerErrorDetail", "false");
        pool.addDataSourceProperty("ApplicationName", "matrix-letta-router");
        pool.addDataSourceProperty("connectTimeout", "4");
        pool.addDataSourceProperty("loginTimeout", "5");
        HikariDataSource store = new HikariDataSource(pool);
        // The pool has set this to its connection timeout, and waits as long at its close for an attempt that is still under way.
        DriverManager.setLoginTimeout(1);
        return store;
    }

    @Bean
    Flyway flyway(HikariDataSource dataSource) {
        return Flyway.configure().dataSource(dataSource).schemas("router").defaultSchema("router").locations("classpath:db/migration").load();
    }
}
