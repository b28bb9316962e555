package org.matrixletta.router.matrix;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.matrixletta.router.matrix.MessagesPage.Dated;
import org.matrixletta.router.matrix.SendOutcome.Kind;

/**
 * One run over what is new in a room (Matrix Client-Server API, GET /rooms/{roomId}/messages): says what to GET, takes the answers a page
 * at a time, and ends with the position from which the next run reads on.
 *
 * <p>It reads forwards, so that each page can be stored in the order of the room before the next is asked for, and until there is no
 * further page: what comes after an event that was found was then pushed after it, or is on a page behind it. A position is always an
 * {@code end} of the homeserver, the only token that every server takes for {@code from}.
 */
public final class RoomReading {

    static final int PAGE = 100;
    /** A run ends after so many pages, for the sake of the other rooms. */
    static final int PAGES = 10;

    private static final Set<Kind> PASSING = EnumSet.of(Kind.LATER, Kind.BUSY, Kind.AWAY, Kind.PAUSE);
    private static final Duration REST = Duration.ofMinutes(1);
    /** Nobody is read while the homeserver is known to be away: it was just this request. Nor is a room read sooner again, whatever wait the homeserver asks for. */
    private static final Duration AGAIN = Duration.ofSeconds(10);
    private static final int BAD_REQUEST = 400;

    private enum Step {
        /** Looks for the newest event of a room that was not met before. */
        MEET,
        /** Passes by that event. */
        PASS,
        /** Goes back to where there is nothing to find any more. */
        RETURN,
        /** Reads what is new. */
        READ,
        NONE
    }

    private final String roomId;
    private final Deque<String> readers;
    private final String claimedPosition;
    private final String claimedFault;
    private final Timestamp claimedAt;
    private final Instant readAt;
    private final boolean hasEarlierFinds;
    private Instant oldest;
    private Step step;
    private String from;
    private String position;
    private int pages;
    private List<Dated> events = List.of();
    private final List<String> order = new ArrayList<>();
    private int finds;
    private boolean isComplete;
    private boolean hasRest;
    private boolean hasLostPosition;
    private boolean hasGap;
    private String fault;
    private Duration delay;

    /**
     * A run over a row of claim-readers.sql.
     *
     * @param readers who may read the room, first whoever is tried first; at least one
     */
    RoomReading(Map<String, Object> row, List<String> readers) {
        this.roomId = (String) row.get("room_id");
        this.readers = new ArrayDeque<>(readers);
        this.claimedPosition = (String) row.get("position");
        this.claimedFault = (String) row.get("fault");
        this.claimedAt = (Timestamp) row.get("claimed_at");
        this.readAt = row.get("read_at") instanceof Timestamp at ? at.toInstant() : null;
        this.hasEarlierFinds = Boolean.TRUE.equals(row.get("has_finds"));
        this.oldest = ((Timestamp) row.get("oldest")).toInstant();
        this.from = claimedPosition;
        this.step = claimedPosition == null ? Step.MEET : Step.READ;
    }

    /** Whether there is something to GET. */
    public boolean isOpen() {
        return step != Step.NONE;
    }

    /** What to GET next. */
    HomeserverRequest next() {
        boolean isBack = step == Step.MEET || step == Step.RETURN;
        return HomeserverRequest.messages(roomId, readers.peek(), isBack, step == Step.MEET || step == Step.PASS ? 1 : PAGE, from);
    }

    /**
     * Takes the answer to what {@link #next} named.
     *
     * @param status the HTTP status
     * @param retryAfter the header Retry-After; null if there is none
     * @param body the body; null if there is none
     */
    void answered(int status, String retryAfter, byte[] body, EventReader reader) {
        events = List.of();
        if (status / 100 != 2) {
            refused(status, SendOutcome.of(status, retryAfter, body, Instant.now()));
            return;
        }
        MessagesPage page = MessagesPage.read(body == null ? new byte[0] : body, reader, Instant.now());
        if (page == null) {
            fails("The homeserver's answer is no page of events");
            return;
        }
        switch (step) {
            case MEET -> met(page);
            case PASS -> {
                position = page.end() == null ? from : page.end();
                ends();
            }
            case RETURN -> returned(page);
            default -> read(page);
        }
    }

    /** Ends the run, for there was no answer. */
    void failed() {
        events = List.of();
        later(AGAIN);
    }

    /** An empty room has no position yet. */
    private void met(MessagesPage page) {
        if (page.end() == null) {
            ends();
        } else {
            from = page.end();
            step = Step.PASS;
        }
    }

    private void read(MessagesPage page) {
        events = page.events().stream().filter(event -> event.isFromTogether() && !event.sentAt().isBefore(oldest)).toList();
        if (!hasFinds()) {
            order.clear();
        }
        events.forEach(dated -> order.add(dated.event().eventId()));
        boolean hasNext = page.end() != null && !page.end().equals(from);
        if (hasNext) {
            position = page.end();
            from = page.end();
        }
        if (!hasNext) {
            ends();
        } else if (++pages == PAGES) {
            hasRest = true;
            later(REST);
        }
    }

    private void returned(MessagesPage page) {
        if (page.end() != null) {
            from = page.end();
        }
        Instant oldestOfPage = page.oldest();
        boolean isBack = page.end() == null || oldestOfPage == null || oldestOfPage.isBefore(oldest);
        if (isBack || ++pages == PAGES) {
            hasGap = !isBack;
            pages = 0;
            step = from == null ? Step.NONE : Step.READ;
        }
    }

    /** Whoever is not in the room leaves it to the next; a position that is not known any more is looked for once. */
    private void refused(int status, SendOutcome said) {
        if (PASSING.contains(said.kind())) {
            later(said.retryAfter());
        } else if (status == BAD_REQUEST && step == Step.READ && !hasLostPosition) {
            hasLostPosition = true;
            oldest = readAt != null && readAt.isAfter(oldest) ? readAt : oldest;
            from = null;
            pages = 0;
            step = Step.RETURN;
        } else if (readers.size() > 1) {
            readers.remove();
        } else {
            fails(said.reason());
        }
    }

    private void ends() {
        isComplete = true;
        step = Step.NONE;
    }

    private void later(Duration told) {
        delay = told == null ? REST : told.compareTo(AGAIN) < 0 ? AGAIN : told;
        step = Step.NONE;
        fault = claimedFault;
    }

    private void fails(String reason) {
        fault = reason;
        // Whoever is mapped to a room often joins it a little later.
        delay = claimedPosition == null ? REST : null;
        step = Step.NONE;
    }

    /** The events of the last page that may be asked, whether they were pushed or not. */
    List<Dated> events() {
        return events;
    }

    /** Whether the last page has events to be stored. */
    public boolean hasEvents() {
        return !events.isEmpty();
    }

    /** The ids of all events since the page of the first find, in the order of the room: a page that was pushed comes after a find of the page before. */
    public String[] eventIds() {
        return order.toArray(String[]::new);
    }

    /** So many of the last page had not come before. */
    void found(int count) {
        finds += count;
    }

    /** How many events had not come before. */
    public int finds() {
        return finds;
    }

    /** Whether this run has found something, or one before it something that waits: what was pushed comes behind it. */
    public boolean hasFinds() {
        return hasEarlierFinds || finds > 0;
    }

    /** The room that is read. */
    public String roomId() {
        return roomId;
    }

    /** The position that this run began with; null in a room that was not met before. */
    public String claimedPosition() {
        return claimedPosition;
    }

    /** When the run began, by the database's clock. */
    public Timestamp claimedAt() {
        return claimedAt;
    }

    /** From where to read on; null: from where this run began. */
    public String position() {
        return position;
    }

    /** Whether all is read that was there when the run began. */
    public boolean isComplete() {
        return isComplete;
    }

    /** Whether one run was not enough. */
    public boolean hasRest() {
        return hasRest;
    }

    /** Whether the homeserver did not know the position any more. */
    boolean hasLostPosition() {
        return hasLostPosition;
    }

    /** Whether there is more behind a lost position than one run goes back, which is not read any more. */
    boolean hasGap() {
        return hasGap;
    }

    /** Why nobody of ours may read the room; null if that is not so. */
    public String fault() {
        return fault;
    }

    /** Whether the fault is new, or over. */
    boolean isNews() {
        return (fault == null) != (claimedFault == null);
    }

    /** In how many milliseconds the room is due again; null: at its usual time. */
    public Long delay() {
        return delay == null ? null : delay.toMillis();
    }
}
