package org.matrixletta.router.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Says why a request is refused, in the shape that its sender knows. */
record Refusal(HttpServletResponse response, boolean toHomeserver) {

    void send(Denial denial) throws IOException {
        response.setStatus(denial.status());
        response.setContentType("application/json");
        String code = switch (denial.status()) {
            case 401 -> "M_MISSING_TOKEN";
            case 403 -> "M_FORBIDDEN";
            case 404, 405 -> "M_UNRECOGNIZED";
            case 413 -> "M_TOO_LARGE";
            default -> "M_UNKNOWN";
        };
        String answer = toHomeserver ? "{\"errcode\":\"" + code + "\",\"error\":\"" + denial.sentence() + "\"}" : "{\"detail\":\"" + denial.sentence() + "\"}";
        response.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
    }
}
