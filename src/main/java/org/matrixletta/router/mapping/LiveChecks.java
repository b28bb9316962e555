package org.matrixletta.router.mapping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.matrixletta.router.Globs;
import org.matrixletta.router.Settings;
import org.matrixletta.router.letta.LettaPath;
import org.matrixletta.router.mapping.Finding.Kind;
import org.matrixletta.router.matrix.HomeserverRequest;
import org.matrixletta.router.matrix.Membership;
import org.springframework.stereotype.Component;

/** Asks the peers about the stored mappings, and adds what they say to a verification. */
@Component("liveChecks")
class LiveChecks {

    /** As many of each kind as any other list of a report has at most. */
    private static final int LISTED = 1_000;

    private final Settings settings;
    private final Globs unlisted;

    LiveChecks(Settings settings) {
        this.settings = settings;
        this.unlisted = new Globs(settings.lettaUnlisted());
    }

    /** A check that has asked nothing yet. */
    public LiveCheck begin() {
        return new LiveCheck(settings.matrixHomeserverUrl().isEmpty() ? "MATRIX_HOMESERVER_URL is not set" : null,
                settings.lettaApiUrl().isEmpty() ? "LETTA_API_URL is not set" : null);
    }

    /** Asks for the next page of Letta's agents. */
    public void askForAgents(@Variable("live") LiveCheck live, Exchange exchange) {
        ask(live.agents().next(), exchange);
    }

    /** A page has come. */
    public void listedAgents(@Variable("live") LiveCheck live, Exchange exchange) {
        live.agents().answered(status(exchange), exchange.getMessage().getBody(byte[].class));
    }

    /** No page has come. */
    public void noAgents(@Variable("live") LiveCheck live) {
        live.agents().failed("Letta did not answer; see that it runs, and check LETTA_API_URL");
    }

    /** The mapping of a row. */
    public LiveMapping take(@Body Map<String, Object> row) {
        return LiveMapping.of(row);
    }

    /** Whether the homeserver is to be asked about this mapping. */
    public boolean asksHomeserver(@Variable("live") LiveCheck live, @Variable("mapping") LiveMapping mapping) {
        return live.asksHomeserver(mapping);
    }

    /** Asks who is in the mapping's room: as the agent's user, or as the bot where that user is not ours. */
    public void askHomeserver(@Variable("mapping") LiveMapping mapping, Exchange exchange) {
        HomeserverRequest.joinedMembers(mapping.room(), settings.isOurUser(mapping.user()) ? mapping.user() : settings.botUser()).write(exchange);
    }

    /** The homeserver has answered. */
    public void homeserverSaid(@Variable("live") LiveCheck live, @Variable("mapping") LiveMapping mapping, Exchange exchange) {
        live.homeserverSaid(mapping, Membership.of(mapping.user(), settings.isOurUser(mapping.user()), status(exchange), exchange.getMessage().getBody(byte[].class)));
    }

    /** The homeserver has not answered. */
    public void homeserverSilent(@Variable("live") LiveCheck live, @Variable("mapping") LiveMapping mapping) {
        live.homeserverSilent(mapping);
    }

    /** Whether Letta is to be asked about this mapping's agent. */
    public boolean asksLetta(@Variable("live") LiveCheck live, @Variable("mapping") LiveMapping mapping) {
        return live.asksLetta(mapping);
    }

    /** Asks for the mapping's agent. */
    public void askLetta(@Variable("mapping") LiveMapping mapping, Exchange exchange) {
        ask(LettaPath.agent(mapping.agentId()), exchange);
    }

    /** Letta has answered. */
    public void lettaSaid(@Variable("live") LiveCheck live, @Variable("mapping") LiveMapping mapping, Exchange exchange) {
        live.lettaSaid(mapping, status(exchange), exchange.getMessage().getBody(byte[].class));
    }

    /** Letta has not answered. */
    public void lettaSilent(@Variable("live") LiveCheck live, @Variable("mapping") LiveMapping mapping) {
        live.lettaSilent(mapping);
    }

    /** The verification with what the peers said; differences of agents that MAPPINGS_ACCEPTED names are none. */
    public VerificationReport report(@Variable("verification") VerificationReport verification, @Variable("live") LiveCheck live, @Variable("mappings") List<Map<String, Object>> mappings) {
        List<Finding> found = new ArrayList<>(live.findings());
        Set<Object> mapped = mappings.stream().map(row -> row.get("agent_id")).collect(Collectors.toCollection(HashSet::new));
        live.names().forEach((id, name) -> {
            if (!mapped.contains(id) && !id.equals(settings.lettaAgentId()) && !unlisted.include(name)) {
                found.add(new Finding(Kind.UNMAPPED, id, name, null, null));
            }
        });
        Set<String> accepted = new HashSet<>(Arrays.asList(settings.mappingsAccepted().split("[, ]+")));
        List<Finding> judged = found.stream().map(finding -> finding.kind().isDifference && accepted.contains(finding.subject()) ? finding.accepted() : finding)
                .distinct().filter(finding -> !verification.findings().contains(finding)).sorted(Comparator.comparing(Finding::kind).thenComparing(Finding::subject)).toList();
        return verification.with(judged, LISTED, asked(mappings));
    }

    private String asked(List<Map<String, Object>> mappings) {
        long rooms = mappings.stream().filter(mapping -> mapping.get("room_id") != null).count();
        return Stream.of(settings.matrixHomeserverUrl().isEmpty() ? null : "the homeserver at " + settings.matrixHomeserverUrl() + " about " + rooms + " rooms",
                settings.lettaApiUrl().isEmpty() ? null : "Letta at " + settings.lettaApiUrl() + " about " + mappings.size() + " agents")
                .filter(Objects::nonNull).collect(Collectors.collectingAndThen(Collectors.joining(", and "), whom -> "Asked " + (whom.isEmpty() ? "nobody" : whom)));
    }

    private static void ask(LettaPath next, Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, "GET");
        message.setHeader(Exchange.HTTP_PATH, next.path());
        if (!next.query().isEmpty()) {
            message.setHeader(Exchange.HTTP_QUERY, next.query());
        }
        message.setBody(null);
    }

    private static int status(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
