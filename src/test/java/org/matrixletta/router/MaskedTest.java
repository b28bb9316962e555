package org.matrixletta.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stored reason tells no secret and stays one line. */
class MaskedTest {

    @ParameterizedTest
    @ValueSource(strings = {
            "invalid header value: \"Bearer SECRET\"",
            "bearer   SECRET, and more",
            "Authorization: Basic SECRET",
            "authorization=SECRET",
            "{\"Authorization\":\"Bearer SECRET\"}",
            "GET /_matrix/client/v3/sync?access_token=SECRET&since=1 failed",
            "?as_token=SECRET",
            "grant_type=password&client_secret=SECRET",
            "https://user:SECRET@test.local/path",
            "postgresql://letta:SECRET@with@at@db:5432/letta",
            "https://:SECRET@test.local",
            "{\"access_token\": \"SECRET\", \"user_id\": \"@a:b\"}",
            "{\"hs_token\":\"SECRET\\\" SECRET\"}",
            "{\"matrix_password\" : \"SECRET with blanks\"}",
            "{\"Client-Secret\":[\"SECRET\",\"SECRET\"]}",
            "{\"password\":{\"old\":[\"SECRET\"],\"new\":{\"x\":\"SECRET\"},\n\"y\":\"SECRET\"}}",
            "{\"new_password\":12345SECRET}",
            "{\"detail\":\"{\\\"token\\\":\\\"SECRET\\\"}\"}",
            "[{'loc': ['body'], 'api_key': 'SECRET with blanks'}]",
            "{\"refresh_token\":\"SECRET is cut of",
            "password: SECRET",
            "X-BARE-PASSWORD: SECRET",
            "Incorrect API key provided: sk-SECRET1234567.",
            "syt_Ym90_SECRETSECRET_1aB2",
            "eyJhbGciOiJIUzI1NiJ9.SECRET.SECRET",
    })
    void noCredentialIsLeft(String text) {
        assertThat(Masked.of(text)).contains("***").doesNotContain("SECRET");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "The homeserver answered 401 M_UNKNOWN_TOKEN: Invalid access token passed.",
            "User @agent_bmo:test.local not in room !9-YmM523BWULrXxDTaN6rgKZWWNGhNSOK2PGtEdA96o (None)",
            "Agent with ID agent-7d7c8a3e-1f0a-4c0b-9d2e-0123456789ab not found",
            "ConnectException: Connection refused: https://test.local:8448/_matrix?user_id=@a:b",
    })
    void whatIsNoCredentialStaysReadable(String text) {
        assertThat(Masked.of(text)).isEqualTo(text);
    }

    @Test
    void itIsOneLineOfAtMost200CharactersWithoutControlOrBidirectionalCharacters() {
        assertThat(Masked.of("a\r\n\u001B[31m\u202Eb")).isEqualTo("a\\u000D\\u000A\\u001B[31m\\u202Eb");
        assertThat(Masked.of("é".repeat(200))).isEqualTo("é".repeat(200));
        assertThat(Masked.of("é".repeat(201))).isEqualTo("é".repeat(199) + "…");
        assertThat(Masked.of("é" + "😀".repeat(200))).isEqualTo("é" + "😀".repeat(99) + "…");
        assertThat(Masked.of("\n".repeat(16_000_000))).hasSize(200);
        assertThat(Masked.of("a-".repeat(8_000_000))).hasSize(200);
        assertThat(Masked.of("{\"token\":\"" + "\\\\".repeat(8_000_000))).isEqualTo("{\"token\":\"***\"");
    }

    @Test
    void nothingSaidIsNothing() {
        assertThat(Masked.of(null)).isEmpty();
        assertThat(Masked.of("")).isEmpty();
    }
}
