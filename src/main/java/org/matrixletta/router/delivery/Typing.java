package org.matrixletta.router.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/**
 * Shows in a room that its agent is at work on a message (Matrix specification, client-server API, typing notifications). It is
 * a courtesy: at most a few requests a second, one after the other, and what fails is not repeated.
 */
@Component("typing")
class Typing {

    /** Most answers come sooner. */
    private static final Duration UNSEEN = Duration.ofSeconds(2);
    private static final Duration SHOWN = Duration.ofSeconds(30);
    /** Before clients take it away, with time for a request that is slow. */
    private static final Duration REFRESH = Duration.ofSeconds(20);
    private static final int AT_ONCE = 20;

    private final Turns turns;
    private final AnswerContents answers;
    private final ReplyRequests requests;
    private final Map<String, Sign> shown = new HashMap<>();

    Typing(Turns turns, AnswerContents answers, ReplyRequests requests) {
        this.turns = turns;
        this.answers = answers;
        this.requests = requests;
    }

    /**
     * That somebody types in a room, or does no more.
     *
     * @param at since when that is so, as System.nanoTime says
     * @param milliseconds for how long it is shown; 0: not any more
     */
    record Sign(String roomId, String userId, long at, long milliseconds) {
    }

    /** The requests that are due: first where an agent is done, then where one is at work. */
    public synchronized List<Sign> due() {
        long now = System.nanoTime();
        Map<String, Turn> working = turns.asking().filter(turn -> now - turn.begun() > UNSEEN.toNanos()).collect(Collectors.toMap(Turn::roomId, turn -> turn, (one, other) -> one));
        List<Sign> due = new ArrayList<>();
        shown.values().stream().filter(sign -> !working.containsKey(sign.roomId())).forEach(sign -> due.add(new Sign(sign.roomId(), sign.userId(), now, 0)));
        working.values().stream().filter(turn -> !shown.containsKey(turn.roomId()) || now - shown.get(turn.roomId()).at() > REFRESH.toNanos())
                .sorted(Comparator.comparing(Turn::begun)).forEach(turn -> due.add(new Sign(turn.roomId(), answers.sender(turn), now, SHOWN.toMillis())));
        return due.subList(0, Math.min(due.size(), AT_ONCE));
    }

    /** Writes the request, and takes it for done. */
    public synchronized void show(@Body Sign sign, Exchange exchange) {
        if (sign.milliseconds() == 0) {
            shown.remove(sign.roomId());
        } else {
            shown.put(sign.roomId(), sign);
        }
        requests.type(sign, exchange);
    }
}
