package org.matrixletta.router.matrix;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** The agents' users that the homeserver asks about because it does not know them (Matrix specification, application service API, "Querying"). */
@Component("agentUsers")
class AgentUsers {

    private final Settings settings;

    AgentUsers(Settings settings) {
        this.settings = settings;
    }

    /** The user that a segment of a path names; a plus sign is itself there (RFC 3986, section 3.3). */
    public String decode(@Header("user_id") String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Whether no agent of the table has this user, or another homeserver would have to make it; in a trial none is made. */
    public boolean areNone(@Variable("user") String user, @Variable("rows") List<Map<String, Object>> rows) {
        return settings.observe() || rows.isEmpty() || !UserId.isOne(user) || !user.endsWith(":" + settings.matrixServerName());
    }

    public void register(@Variable("user") String user, Exchange exchange) throws JsonProcessingException {
        UserRegistration.ask(user, exchange);
    }

    public void registered(@Variable("user") String user, Exchange exchange) {
        UserRegistration.require(user, exchange);
    }
}
