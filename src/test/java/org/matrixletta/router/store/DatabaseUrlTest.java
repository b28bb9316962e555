package org.matrixletta.router.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DATABASE_URL in every form that an old .env may hold. */
@Tag("C4")
class DatabaseUrlTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {
        "postgresql://letta:secret@db:5433/letta | jdbc:postgresql://db:5433/letta | db:5433/letta | letta | secret",
        "postgres://letta:secret@db/letta | jdbc:postgresql://db/letta | db:5432/letta | letta | secret",
        "postgresql+psycopg2://letta:secret@db:5432/letta | jdbc:postgresql://db:5432/letta | db:5432/letta | letta | secret",
        "postgresql+psycopg://letta:secret@db:5432/letta | jdbc:postgresql://db:5432/letta | db:5432/letta | letta | secret",
        "jdbc:postgresql://db:5432/letta?user=letta&password=secret | jdbc:postgresql://db:5432/letta | db:5432/letta | letta | secret",
        "postgresql://letta:s%40%2Fc%3Ar%25+t@db:5432/letta | jdbc:postgresql://db:5432/letta | db:5432/letta | letta | s@/c:r%+t",
        "postgresql://letta:secret@db:5432/letta?sslmode=require | jdbc:postgresql://db:5432/letta?sslmode=require | db:5432/letta | letta | secret",
        "postgresql://letta@db/letta?sslmode=verify-full&password=secret&connectTimeout=3 | jdbc:postgresql://db/letta?sslmode=verify-full&connectTimeout=3 | db:5432/letta | letta | secret",
        "postgresql://letta:secret@db/letta?sslpassword=other&sslkey=k | jdbc:postgresql://db/letta?sslpassword=other&sslkey=k | db:5432/letta | letta | secret",
        "postgresql://localhost/letta | jdbc:postgresql://localhost/letta | 127.0.0.1:5432/letta | '' | ''",
        "' postgresql://letta:secret@[::1]:5432/letta ' | jdbc:postgresql://[::1]:5432/letta | [::1]:5432/letta | letta | secret",
        "postgresql://letta:secret@one:5432,two:5432/letta | jdbc:postgresql://one:5432,two:5432/letta | one:5432,two:5432/letta | letta | secret"})
    void c4_everyFormIsTakenApart(String text, String jdbcUrl, String place, String user, String password) {
        DatabaseUrl url = DatabaseUrl.parse(text);

        assertThat(url.jdbcUrl()).isEqualTo(jdbcUrl);
        assertThat(url.place()).isEqualTo(place);
        assertThat(url.user()).isEqualTo(user);
        assertThat(url.password()).isEqualTo(password);
        assertThat(url.toString()).doesNotContain("secret", "other").contains(place);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql://letta:secret@db/letta", "postgresql://letta:secret@db", "secret", "postgresql://letta:sec/ret@db/letta", "postgresql://letta:secret%zz@db/letta",
        "postgresql://letta:secret%@db/letta", "sqlite:///secret.db", "postgresql:///letta?host=/run/secret",
        "postgresql://letta:secret/ret@db", "postgresql://letta:secret/1?ret@db/letta", "jdbc:postgresql://letta:secret/ret"})
    void c4_anythingElseIsRefusedWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageMatching("is not a PostgreSQL URL|has a % .*")
                .hasMessageNotContainingAny("secret", "ret@", "zz");
    }

    @Test
    void c4_thePasswordOfTheComposedDatabaseIsReadAsThatDatabaseReadsIt() throws IOException {
        String composed = new ObjectMapper(new YAMLFactory()).readTree(Path.of("docker-compose.yml").toFile()).at("/services/router/environment/DATABASE_URL").asText();
        String password = "ab/cd+ef@gh:ij?kl=="; // base64, and what else people make up

        DatabaseUrl url = DatabaseUrl.parse(composed.replaceFirst("\\$\\{POSTGRES_PASSWORD:[^}]*}", Matcher.quoteReplacement(password)));

        assertThat(url.password()).isEqualTo(password);
        assertThat(url.user()).isEqualTo("router");
        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://database:5432/letta");
    }

    @Test
    void c4_anOddNameCanBeShown() {
        assertThat(DatabaseUrl.parse("postgresql://letta:secret@db/a%20%22b%22").toString()).isEqualTo("postgresql://db:5432/a \"b\"");
    }
}
