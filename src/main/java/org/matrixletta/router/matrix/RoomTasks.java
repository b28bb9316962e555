package org.matrixletta.router.matrix;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.matrixletta.router.Printable;
import org.matrixletta.router.Settings;
import org.matrixletta.router.matrix.RoomVisit.End;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Decides what becomes of invitations, removals and upgrades of rooms. */
@Component("roomTasks")
class RoomTasks {

    private static final Logger log = LoggerFactory.getLogger("rooms");

    private static final String EVENTS = "router.room.events";
    private static final String REMOVED = "removed";
    private static final String NOT_FOLLOWED = "tombstone-not-followed";
    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    /** After that, nobody expects that it still happens. */
    private static final Duration PATIENCE = Duration.ofDays(1);
    /** An agent is often invited before the mapping file says which room is its own. */
    private static final Duration MAPPING_PATIENCE = Duration.ofHours(1);
    private static final Duration BETWEEN_MAPPINGS = Duration.ofMinutes(1);
    /** Whoever upgrades a room invites its members afterwards: an upgrade that cannot be followed yet is worth an alarm after this many tries, about a minute. */
    private static final int ALARMING_TRY = 5;

    private final Settings settings;
    private final MeterRegistry meters;

    RoomTasks(Settings settings, MeterRegistry meters) {
        this.settings = settings;
        this.meters = meters;
        meters.counter(EVENTS, "outcome", REMOVED);
    }

    /** The task of a claimed row. */
    public RoomTask take(@Body Map<String, Object> row) {
        return RoomTask.of(row, settings.botUser());
    }

    /** What is to be asked of the homeserver first. */
    public RoomVisit begin(@Variable("task") RoomTask task) {
        return switch (task.kind()) {
            case RoomTask.INVITE -> mayJoin(task) ? RoomVisit.join(task.user(), task.roomId()) : RoomVisit.none();
            case RoomTask.TOMBSTONE -> beginUpgrade(task);
            default -> RoomVisit.none();
        };
    }

    /** Writes the next request of the visit. */
    public void ask(@Variable("visit") RoomVisit visit, Exchange exchange) {
        visit.next().write(exchange);
    }

    /** Gives the answer to the visit. */
    public void answered(@Variable("visit") RoomVisit visit, Exchange exchange) {
        Message answer = exchange.getMessage();
        visit.answered(answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class), answer.getHeader("Retry-After", String.class), answer.getBody(byte[].class));
    }

    /** Ends a visit that got no answer. */
    public void failed(@Variable("visit") RoomVisit visit, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        visit.failed(failure);
    }

    /** Whether the rooms that the bot is in have to be read anew. */
    public boolean changesBotRooms(@Variable("task") RoomTask task) {
        return task.kind().equals(RoomTask.BOT_ROOMS) || task.kind().equals(RoomTask.INVITE) && task.user().equals(task.bot());
    }

    /** Whether the mapping has to follow the upgrade now. */
    public boolean movesMapping(@Variable("task") RoomTask task, @Variable("visit") RoomVisit visit) {
        return task.kind().equals(RoomTask.TOMBSTONE) && task.roomId().equals(task.agentRoom()) && visit.end() == End.DONE;
    }

    /** The change of the mapping. */
    public byte[] newRoom(@Variable("task") RoomTask task) {
        return JsonNodeFactory.instance.objectNode().put("room_id", task.replacement()).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The mapping has followed; the agent's user goes after it. */
    public RoomVisit moved(@Variable("task") RoomTask task) {
        log.warn("🔀 Room {} of {} was upgraded by {} and is now {}; the mapping has followed", Printable.line(task.roomId()), agent(task), Printable.line(task.sender()), Printable.line(task.replacement()));
        return settings.isOurUser(task.agentUser()) ? RoomVisit.join(task.agentUser(), task.replacement()) : RoomVisit.none();
    }

    /**
     * What becomes of the task.
     *
     * @param refusal why the mapping could not follow an upgrade; null if it did, or did not have to
     */
    public RoomSettlement settle(@Variable("task") RoomTask task, @Variable("visit") RoomVisit visit, @Variable("refusal") String refusal) {
        return switch (task.kind()) {
            case RoomTask.INVITE -> visit.end() == null ? notInvited(task) : invited(task, visit);
            case RoomTask.REMOVED -> task.roomId().equals(task.agentRoom()) ? removed(task) : RoomSettlement.nothing(task);
            case RoomTask.TOMBSTONE -> refusal != null ? kept(task, refusal) : upgraded(task, visit);
            default -> RoomSettlement.nothing(task);
        };
    }

    /** Says and counts what was written; a removal that is marked already is no news. */
    public void log(@Variable("result") RoomSettlement result, @Variable("isNews") Boolean isNews) {
        if (!Boolean.TRUE.equals(isNews)) {
            return;
        }
        if (result.what() != null) {
            meters.counter(EVENTS, "outcome", result.what()).increment();
        }
        if (result.line() != null && result.isAlarm()) {
            log.error("❌ {}", result.line());
        } else if (result.line() != null) {
            log.info("{}", result.line());
        }
    }

    private boolean mayJoin(RoomTask task) {
        return task.user().equals(task.bot()) || settings.isOurUser(task.user()) && task.roomId().equals(task.agentRoom());
    }

    private RoomVisit beginUpgrade(RoomTask task) {
        if (!task.isAllowed() || task.agentId() == null || !isRoom(task.replacement())) {
            return RoomVisit.none();
        }
        boolean isOurs = settings.isOurUser(task.agentUser());
        if (task.roomId().equals(task.agentRoom())) {
            return RoomVisit.look(isOurs ? task.agentUser() : task.bot(), task.replacement(), task.roomId());
        }
        // The mapping has followed before; only the user has not.
        return isOurs && task.replacement().equals(task.agentRoom()) ? RoomVisit.join(task.agentUser(), task.replacement()) : RoomVisit.none();
    }

    private static RoomSettlement invited(RoomTask task, RoomVisit visit) {
        String where = "room " + Printable.line(task.roomId()) + " as " + Printable.line(task.user()) + ", invited by " + Printable.line(task.sender());
        if (visit.end() == End.DONE) {
            return RoomSettlement.done(task, "joined", null).ignoredBy("membership").saying("Joined " + where);
        }
        return visit.end() == End.LATER && !isOld(task, PATIENCE) ? RoomSettlement.nothing(task).again(delay(task, visit))
                : RoomSettlement.done(task, "not-joined", visit.reason()).alarming("Could not join " + where + ": " + visit.reason() + "; invite that user again.");
    }

    private RoomSettlement notInvited(RoomTask task) {
        if (!settings.isOurUser(task.user())) {
            return RoomSettlement.nothing(task);
        }
        RoomSettlement refused = task.rule().equals(RoomTask.INVITE_NOT_ALLOWED) ? RoomSettlement.nothing(task)
                : RoomSettlement.done(task, RoomTask.INVITE_NOT_ALLOWED, null).ignoredBy(RoomTask.INVITE_NOT_ALLOWED).saying("Invitation of " + Printable.line(task.user()) + " into room "
                        + Printable.line(task.roomId()) + " by " + Printable.line(task.sender()) + " is not followed: the table does not give it that room");
        return isOld(task, MAPPING_PATIENCE) ? refused : refused.again(BETWEEN_MAPPINGS.toMillis());
    }

    private static RoomSettlement removed(RoomTask task) {
        return RoomSettlement.done(task, REMOVED, null).alarming(agent(task) + " was put out of its room " + Printable.line(task.roomId()) + " by " + Printable.line(task.sender())
                + "; the router does not go back by itself, invite " + Printable.line(task.user()) + " there again, or give the agent another room.");
    }

    private static RoomSettlement upgraded(RoomTask task, RoomVisit visit) {
        boolean hasMoved = task.replacement() != null && task.replacement().equals(task.agentRoom());
        if (!hasMoved && !task.roomId().equals(task.agentRoom())) {
            return RoomSettlement.nothing(task);
        }
        if (!task.isAllowed()) {
            return kept(task, Printable.line(task.sender()) + " is no allowed sender (MATRIX_ALLOWED_SENDERS)");
        }
        if (!isRoom(task.replacement())) {
            return kept(task, "no new room is named");
        }
        return visit.end() == null || visit.end() == End.DONE ? RoomSettlement.done(task, "followed", null)
                : visit.end() == End.OTHER_ROOM ? kept(task, "the new room does not name the old one as its predecessor") : notYet(task, visit);
    }

    private static RoomSettlement notYet(RoomTask task, RoomVisit visit) {
        if (isOld(task, PATIENCE)) {
            return RoomSettlement.done(task, "kept", visit.reason()).ignoredBy(NOT_FOLLOWED);
        }
        RoomSettlement again = RoomSettlement.nothing(task).again(delay(task, visit));
        return task.tries() == ALARMING_TRY ? again.alarming(upgrade(task) + ", and " + Printable.line(task.agentUser()) + " cannot follow yet: " + visit.reason()
                + "; invite it there, or give the agent another room.") : again;
    }

    /** The mapping stays with the old room. */
    private static RoomSettlement kept(RoomTask task, String reason) {
        return RoomSettlement.done(task, "kept", reason).ignoredBy(task.isAllowed() ? NOT_FOLLOWED : task.rule())
                .alarming(upgrade(task) + ", but the mapping stays: " + reason.replaceFirst("\\.$", "") + "; if that room is the right one, give it to the agent with set-room.");
    }

    private static String upgrade(RoomTask task) {
        return "Room " + Printable.line(task.roomId()) + " of " + agent(task) + " was closed in favour of " + (task.replacement() == null ? "no room" : Printable.line(task.replacement()));
    }

    private static String agent(RoomTask task) {
        return Printable.agent(task.agentName(), task.agentId());
    }

    private static boolean isRoom(String id) {
        return id != null && id.length() > 1 && id.startsWith("!");
    }

    private static boolean isOld(RoomTask task, Duration patience) {
        return task.claimedAt().isAfter(task.receivedAt().plus(patience));
    }

    private static long delay(RoomTask task, RoomVisit visit) {
        long doubled = Math.min(LONGEST_WAIT.toMillis(), FIRST_WAIT.toMillis() << Math.min(task.tries() - 1, 16));
        return visit.retryAfter() == null ? doubled : Math.min(LONGEST_WAIT.toMillis(), visit.retryAfter().toMillis());
    }
}
