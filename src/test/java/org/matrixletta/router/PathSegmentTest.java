package org.matrixletta.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H6: whatever an id holds, a peer sees one segment of the path that was meant. */
@Tag("H6")
class PathSegmentTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "agent-1_a~b.c | agent-1_a~b.c", "!room:test.local | %21room%3Atest.local", "$a/b+c | %24a%2Fb%2Bc", "@ü🤖:x | %40%C3%BC%F0%9F%A4%96%3Ax", "a%2Fb | a%252Fb",
        "../../x?y#z | ..%2F..%2Fx%3Fy%23z", "..; | ..%3B", "... | ...", "{{router.api-key}} | %7B%7Brouter.api-key%7D%7D", "${env:HOME} | %24%7Benv%3AHOME%7D", "' ' | %20", "a\\b | a%5Cb"})
    void h6_anyIdBecomesOneSegment(String id, String segment) {
        assertThat(PathSegment.encode(id)).isEqualTo(segment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "\uD800", "a\uDC00b"})
    void h6_whatWouldNameAnotherPathIsRefused(String id) {
        assertThatThrownBy(() -> PathSegment.encode(id)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("correct it");
    }

    @Test
    void h6_everyIdComesBackAsItWasSent() {
        Random random = new Random(6);
        for (int i = 0; i < 2_000; i++) {
            String id = random.ints(1 + random.nextInt(20), 0, 0x11000).filter(point -> point < 0xD800 || point > 0xDFFF)
                    .collect(() -> new StringBuilder("x"), StringBuilder::appendCodePoint, StringBuilder::append).toString();
            URI uri = URI.create("http://peer/a/" + PathSegment.encode(id) + "/b");
            assertThat(uri.getRawQuery()).isNull();
            assertThat(uri.getRawFragment()).isNull();
            assertThat(uri.normalize().getRawPath().split("/")).hasSize(4);
            assertThat(URLDecoder.decode(uri.getRawPath().split("/")[2], StandardCharsets.UTF_8)).isEqualTo(id);
        }
    }
}
