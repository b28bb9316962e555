package org.matrixletta.router.letta;

import static org.matrixletta.router.letta.Outcome.didNotHappen;
import static org.matrixletta.router.letta.Outcome.unknown;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.letta.Outcome.Remedy;

/**
 * Reads what Letta answered to a message: POST /v1/agents/{agent_id}/messages of Letta 0.16.8 (server/rest_api/routers/v1/agents.py,
 * error bodies in server/rest_api/app.py).
 *
 * <p>Only what Letta refuses before a turn begins is certain not to have happened. Any other failure may follow a first step whose
 * answer and side effects are stored, so it is unknown: a turn whose second step fails answers 500 or 429 with our message stored.
 *
 * <p>A 2xx whose body is no complete JSON (broken off, too long, a proxy's page) is unknown, too: the turn may or may not stand in the
 * agent's history, and looking there tells. A 2xx with whole JSON that is no answer comes from whoever ran the request; no look could
 * say more, and asking again could double the turn, so it is a failed turn that keeps the beginning of the body as its reason.
 */
public final class LettaAnswer {

    /** The longest body that is read, in bytes; what writes the body to memory must stop there as well. */
    public static final int LONGEST_BODY = 16 * 1024 * 1024;

    private static final Duration LONGEST_WAIT = Duration.ofDays(1);
    private static final int EXCERPT_BYTES = 1_000;
    private static final int CAUSES = 20;
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
    /** How Letta's store says that it has not found something: another agent, a run, a block (orm/sqlalchemy_base.py). */
    private static final Pattern SOMETHING_NOT_FOUND = Pattern.compile("Agent with ID \\S+ not found|[A-Za-z]+ not found with .*", Pattern.DOTALL);
    private static final String WHERE = "check LETTA_API_URL";

    private final Clock clock;

    /** @param clock tells how far off a date is that Letta asks to wait for */
    public LettaAnswer(Clock clock) {
        this.clock = clock;
    }

    /**
     * Reads an answer; never throws.
     *
     * @param agentId the agent that was asked
     * @param status the HTTP status
     * @param retryAfter the header Retry-After; null if there is none
     * @param location the header Location; null if there is none
     * @param body the body; null if there is none
     */
    public Outcome read(String agentId, int status, String retryAfter, String location, byte[] body) {
        byte[] bytes = body == null ? new byte[0] : body;
        Duration delay = delay(retryAfter);
        return switch (status / 100) {
            case 2 -> readTurn(bytes);
            case 3 -> didNotHappen(Remedy.PAUSE_LETTA, delay,
                    "Letta redirects (" + status + ")" + target(location) + "; set LETTA_API_URL to the address that answers itself.");
            default -> readFailure(agentId, status, delay, bytes);
        };
    }

    /**
     * Reads why there is no answer; never throws. What failed before the request was written is certain, everything else unknown.
     *
     * @param failure as the HTTP client threw it, or wrapped
     */
    public Outcome failed(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(CAUSES).map(LettaAnswer::judge).flatMap(Optional::stream).findFirst()
                .orElseGet(() -> unknown(Remedy.TRY, null, "The connection to Letta broke before its answer was complete."));
    }

    private static Optional<Outcome> judge(Throwable cause) {
        if (cause instanceof RefusedException refused) {
            return Optional.of(didNotHappen(Remedy.GIVE_UP, null, refused.getMessage()));
        }
        if (cause instanceof ConnectionRequestTimeoutException) {
            return Optional.of(didNotHappen(Remedy.WAIT, null, "All connections to Letta were taken; the message was not sent."));
        }
        if (cause instanceof UnknownHostException) {
            return Optional.of(didNotHappen(Remedy.PAUSE_LETTA, null, "Letta's host name is unknown; " + WHERE + "."));
        }
        if (cause instanceof ConnectTimeoutException || cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return Optional.of(didNotHappen(Remedy.PAUSE_LETTA, null, "Letta does not take connections; see that it runs, and " + WHERE + "."));
        }
        if (cause instanceof SSLHandshakeException || cause instanceof SSLPeerUnverifiedException) {
            return Optional.of(didNotHappen(Remedy.PAUSE_LETTA, null, "No trusted connection to Letta could be made; check its certificate and LETTA_API_URL."));
        }
        if (cause instanceof SocketTimeoutException) {
            return Optional.of(unknown(Remedy.TRY, null, "Letta did not answer within LETTA_TURN_LIMIT."));
        }
        return Optional.empty();
    }

    private static Outcome readTurn(byte[] body) {
        Turn turn = body.length > LONGEST_BODY ? null : LettaJson.whole(body, Turn::read);
        if (turn == null) {
            return unknown(Remedy.TRY, null, "Letta's answer could not be read: it is no complete JSON of at most 16 MiB.");
        }
        if (turn.messages == null || turn.stopReason == null) {
            return Outcome.happened(Remedy.GIVE_UP, "Letta's answer was not understood: " + excerpt(body), turn.said(), turn.runId());
        }
        return Outcome.ended(turn.stopReason, turn.said(), turn.runId());
    }

    private static Outcome readFailure(String agentId, int status, Duration delay, byte[] body) {
        LettaError error = body.length > LONGEST_BODY ? LettaError.NONE : LettaError.read(body);
        boolean ofTheModel = error.type().startsWith("llm_");
        String what = "Letta answered " + status + (error.isWord() ? " (" + error.type() + ")" : "");
        return switch (status) {
            case 400 -> ofTheModel
                    ? unknown(Remedy.TRY, delay, what + ": the agent's model did not take the request.")
                    : unknown(Remedy.GIVE_UP, delay, what + ": it does not take this message; look at Letta's log.");
            case 401, 402 -> {
                if (ofTheModel) {
                    yield unknown(Remedy.PAUSE_AGENT, delay, what + ": the provider of the agent's model refuses; check its key and its credit in Letta.");
                }
                String reason = what + (status == 401 ? "; check LETTA_TOKEN." : "; check the account that LETTA_TOKEN belongs to.");
                yield status == 401 && error.type().isEmpty() ? didNotHappen(Remedy.PAUSE_LETTA, delay, reason) : unknown(Remedy.PAUSE_LETTA, delay, reason);
            }
            case 404 -> notFound(agentId, delay, error);
            case 409 -> conflict(delay, what, error);
            case 413, 415 -> unknown(Remedy.GIVE_UP, delay, what + ": it does not take a message of this size or form.");
            case 422 -> didNotHappen(Remedy.GIVE_UP, delay, what + ": it does not take the form of the agent's id or of this message; look at Letta's log.");
            case 429, 502, 503 -> unknown(Remedy.WAIT, delay, what + ": it is busy, or not ready yet.");
            default -> unknown(Remedy.TRY, delay, what + "; look at Letta's log.");
        };
    }

    private static Outcome notFound(String agentId, Duration delay, LettaError error) {
        if (error.isAbsenceOf(agentId)) {
            return didNotHappen(Remedy.GONE, delay, "Letta has no such agent; correct the room's mapping, or make the agent anew.");
        }
        if (SOMETHING_NOT_FOUND.matcher(error.detail()).matches()) {
            // Letta is at this address, and it was at work on the turn: neither the agent nor the address is wrong.
            return unknown(Remedy.TRY, delay, "Letta answered 404: something that the agent's turn needs is missing; look at Letta's log.");
        }
        return didNotHappen(Remedy.PAUSE_LETTA, delay, "There is no Letta at this address (404); " + WHERE + ".");
    }

    private static Outcome conflict(Duration delay, String what, LettaError error) {
        if (error.isPendingApproval()) {
            return didNotHappen(Remedy.APPROVAL, delay, "The agent waits for an approval in Letta; approve or deny its tool call there.");
        }
        if (error.namesARun()) {
            return didNotHappen(Remedy.WAIT, delay, what + ": the agent is busy with another request.");
        }
        return unknown(Remedy.WAIT, delay, what + ": something else holds what the turn needs.");
    }

    /** Retry-After, in seconds or as a date (RFC 9110, section 10.2.3); null if it is neither. */
    private Duration delay(String header) {
        String text = header == null ? "" : header.strip();
        Duration delay;
        if (SECONDS.matcher(text).matches()) {
            delay = Duration.ofSeconds(Long.parseLong(text));
        } else {
            Instant date = httpDate(text);
            if (date == null) {
                return null;
            }
            delay = Duration.between(clock.instant(), date);
        }
        return delay.isNegative() ? Duration.ZERO : delay.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : delay;
    }

    /** A date as HTTP writes it (RFC 9110, section 5.6.7); null if it is none. */
    static Instant httpDate(String text) {
        try {
            return text == null ? null : ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** Where a redirect leads, without what its path and query may hold. */
    private static String target(String location) {
        try {
            URI uri = location == null ? null : URI.create(location);
            return uri == null || uri.getHost() == null ? "" : " to " + uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String excerpt(byte[] body) {
        return new String(body, 0, Math.min(body.length, EXCERPT_BYTES), StandardCharsets.UTF_8);
    }

    /** The body of a 2xx. */
    private static final class Turn {

        private List<Message> messages;
        private String stopReason;

        static Turn read(JsonParser json) throws IOException {
            Turn turn = new Turn();
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return turn;
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = json.currentName();
                json.nextToken();
                switch (key) {
                    case "messages" -> turn.messages = LettaJson.list(json, MessageReader::read);
                    case "stop_reason" -> turn.stopReason = LettaJson.texts(json).get("stop_reason");
                    default -> json.skipChildren();
                }
            }
            return turn;
        }

        Said said() {
            return messages == null ? Said.NOTHING : Said.of(messages);
        }

        String runId() {
            return messages == null ? null : messages.stream().map(Message::runId).filter(Objects::nonNull).findFirst().orElse(null);
        }
    }
}
