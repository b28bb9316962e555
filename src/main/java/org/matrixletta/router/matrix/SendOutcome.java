package org.matrixletta.router.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.matrixletta.router.Masked;

/**
 * What to do after {@code PUT /rooms/{roomId}/send/m.room.message/{txnId}} (Matrix specification, client-server API, "Standard error
 * response" and "Rate limiting"; application service API, "Identity assertion").
 *
 * @param kind what to do
 * @param eventId the event that was sent; else null
 * @param retryAfter how long the homeserver asks to wait; null where it does not say, for a back-off
 * @param reason why, at most 200 characters without a credential or the text of a message; null if it was sent
 */
public record SendOutcome(Kind kind, String eventId, Duration retryAfter, String reason) {

    /** What to do. JOIN, REGISTER and DEVICE are steps to be taken once; what still fails after them goes on as {@link #BOT}. */
    public enum Kind {
        /** The event is in the room. */
        SENT,
        /** It may or may not be: the same transaction again, later. */
        LATER,
        /** It is not, for the homeserver asks to wait: the same transaction after that. */
        BUSY,
        /** It may or may not be, and nothing else would fare better: sending pauses, then the same transaction again. */
        AWAY,
        /** The user is not in the room: join if invited, then again. */
        JOIN,
        /** The homeserver does not know the user: register it, then again. */
        REGISTER,
        /** The homeserver does not know the device: make it, then again. */
        DEVICE,
        /** This user can never write here: the bot posts it. */
        BOT,
        /** The content is too large: in smaller parts, as new transactions. */
        SPLIT,
        /** The homeserver does not know the related event, or no thread can begin there: without the relation, as a new transaction. */
        UNRELATE,
        /** It will never be taken: a dead letter. */
        REFUSED,
        /** Nothing can be sent before an operator acts: sending pauses, with an alarm. */
        PAUSE
    }

    // Said of the user, whatever is sent.
    private static final Set<String> USER_CODES = Set.of("M_EXCLUSIVE", "M_INVALID_USERNAME", "M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED",
            "M_USER_LIMIT_EXCEEDED", "M_CONSENT_NOT_GIVEN", "M_GUEST_ACCESS_FORBIDDEN");

    // RFC 9110, section 15.6: what a proxy says in place of a server that it cannot reach.
    private static final Set<Integer> NOBODY_THERE = Set.of(502, 503, 504);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.]{1,64}");
    private static final Pattern ID = Pattern.compile("[@!$#]\\S+");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
    private static final ObjectReader JSON = new ObjectMapper().reader();

    /**
     * Judges an answer.
     *
     * @param status the HTTP status
     * @param retryAfter the header Retry-After, in seconds or as a date (RFC 9110, section 10.2.3); null if it is not there
     * @param body the answer's bytes; null or empty if it has none
     * @param now when the answer came
     */
    public static SendOutcome of(int status, String retryAfter, byte[] body, Instant now) {
        JsonNode answer = json(body);
        if (status >= 200 && status < 300) {
            String eventId = answer.path("event_id").asText();
            return eventId.startsWith("$") ? new SendOutcome(Kind.SENT, eventId, null, null)
                    : because(Kind.LATER, "The homeserver answered " + status + " without an event id");
        }
        String code = CODE.matcher(answer.path("errcode").asText()).matches() ? answer.path("errcode").asText() : "";
        String answered = "The homeserver answered " + status + (code.isEmpty() ? "" : " " + code);
        if (status >= 300 && status < 400) {
            return because(Kind.PAUSE, answered + ", which leads elsewhere; set MATRIX_HOMESERVER_URL to where its client API itself is");
        }
        if (code.equals("M_TOO_LARGE") || status == 413) {
            return because(Kind.SPLIT, answered);
        }
        if (status == 429 || code.equals("M_LIMIT_EXCEEDED")) {
            return new SendOutcome(Kind.BUSY, null, wait(retryAfter, answer, now), Masked.of(answered));
        }
        // Without an errcode something before the homeserver has answered: it may dislike this one message, and it may get well.
        if (status < 400 || status >= 500 || status == 408 || status == 425 || code.isEmpty()) {
            return new SendOutcome(code.isEmpty() && NOBODY_THERE.contains(status) ? Kind.AWAY : Kind.LATER, null, wait(retryAfter, answer, now), Masked.of(answered));
        }
        String error = answer.path("error").asText();
        // An agent may be named like one of the words that decide.
        String words = ID.matcher(error).replaceAll("").toLowerCase(Locale.ROOT);
        return because(judged(status, code, words), answered + remedy(code) + (mayQuote(status, error) ? ": " + error : ""));
    }

    /** Judges a request that got no whole answer: whether it arrived is unknown, and the same transaction asks again. */
    public static SendOutcome of(Throwable failure) {
        // Another failure than of the connection lies with this event alone, and may quote it.
        boolean isOfConnection = failure instanceof IOException;
        return because(isOfConnection ? Kind.AWAY : Kind.LATER, "The homeserver gave no answer: " + failure.getClass().getSimpleName()
                + (isOfConnection && failure.getMessage() != null ? ": " + failure.getMessage() : ""));
    }

    private static Kind judged(int status, String code, String error) {
        if (USER_CODES.contains(code)) {
            return Kind.BOT;
        }
        return switch (code) {
            case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_UNRECOGNIZED", "M_RESOURCE_LIMIT_EXCEEDED" -> Kind.PAUSE;
            case "M_UNKNOWN_DEVICE", "ORG.MATRIX.MSC4326.M_UNKNOWN_DEVICE" -> Kind.DEVICE;
            // Tuwunel says so of a device that it does not know.
            case "M_INVALID_PARAM" -> error.contains("device") ? Kind.DEVICE : Kind.REFUSED;
            case "M_FORBIDDEN" -> forbidden(error);
            default -> status == 401 ? Kind.PAUSE : status == 403 ? Kind.BOT : status == 400 && error.contains("relation") ? Kind.UNRELATE : Kind.REFUSED;
        };
    }

    /** The specification has one code for all of this; the words are those of Synapse, Tuwunel and Dendrite. */
    private static Kind forbidden(String error) {
        if (error.contains("not registered") || error.contains("user") && error.contains("does not exist")) {
            return Kind.REGISTER;
        }
        if (error.contains("masquerade") || error.contains("namespace") || error.contains("permission") || error.contains("power")) {
            return Kind.BOT;
        }
        // Whatever the words for "not in room" are: an attempt to join harms nothing.
        return Kind.JOIN;
    }

    private static String remedy(String code) {
        return switch (code) {
            case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN" -> "; make MATRIX_AS_TOKEN the as_token of the registration that it has loaded";
            case "M_UNRECOGNIZED" -> "; check that MATRIX_HOMESERVER_URL leads to its client API";
            default -> "";
        };
    }

    /** Statuses that are about who and where. What is said of a content may quote it. */
    private static boolean mayQuote(int status, String error) {
        return !error.isEmpty() && (status == 401 || status == 403 || status == 404);
    }

    private static Duration wait(String retryAfter, JsonNode answer, Instant now) {
        Duration wait = null;
        if (retryAfter != null && SECONDS.matcher(retryAfter.strip()).matches()) {
            wait = Duration.ofSeconds(Long.parseLong(retryAfter.strip()));
        } else if (retryAfter != null) {
            wait = until(retryAfter.strip(), now);
        }
        if (wait == null && answer.path("retry_after_ms").canConvertToLong()) {
            wait = Duration.ofMillis(answer.path("retry_after_ms").asLong());
        }
        return wait == null ? null : wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    private static Duration until(String date, Instant now) {
        try {
            return Duration.between(now, ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }

    private static JsonNode json(byte[] body) {
        try {
            return body == null ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static SendOutcome because(Kind kind, String reason) {
        return new SendOutcome(kind, null, null, Masked.of(reason));
    }
}
