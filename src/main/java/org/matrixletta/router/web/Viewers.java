package org.matrixletta.router.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Who has the page open, and is told which of its sections changed (HTML standard, server-sent events). It is here and not in a route
 * because an answer of Camel's platform-http that does not end holds a thread.
 */
@RestController("viewers")
class Viewers {

    private static final int MOST = 50;
    /** A viewer that is gone is noticed by what is sent to it. */
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private record Viewer(String session, SseEmitter events) {
    }

    private final Sessions sessions;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private volatile Instant toldAt = Instant.EPOCH;

    Viewers(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Tells a session of every change from now on, until it ends; an event's data are the names of sections. */
    @GetMapping("/ui/events")
    SseEmitter watch(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String session = BrowserAccess.sessionId(request);
        if (session == null || viewers.size() >= MOST) {
            new Refusal(response, false).send(session == null ? new Denial(403, "Only a session of the page is told of changes.")
                    : new Denial(503, "The page is open " + MOST + " times already; close one."));
            return null;
        }
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        // Nginx would else keep events back until there are many.
        response.setHeader("X-Accel-Buffering", "no");
        Viewer viewer = new Viewer(session, new SseEmitter(Sessions.DURATION.toMillis()));
        viewer.events().onCompletion(() -> viewers.remove(viewer));
        viewer.events().onError(failure -> viewers.remove(viewer));
        viewers.add(viewer);
        viewer.events().send(SseEmitter.event().comment("watching"));
        return viewer.events();
    }

    /** Whether anybody watches. */
    boolean arePresent() {
        return !viewers.isEmpty();
    }

    /** Tells everybody which sections changed, and, so that nobody who is gone is kept, now and then that none did. */
    void tell(@Body List<String> changed) {
        boolean isSilent = changed.isEmpty() && Instant.now().isBefore(toldAt.plus(SILENCE));
        toldAt = isSilent ? toldAt : Instant.now();
        for (Viewer viewer : viewers) {
            if (sessions.find(viewer.session()) == null) {
                viewer.events().complete();
            } else if (!isSilent) {
                send(viewer, changed);
            }
        }
    }

    /** The server waits at its stop for answers that do not end. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        viewers.forEach(viewer -> viewer.events().complete());
    }

    private void send(Viewer viewer, List<String> changed) {
        try {
            viewer.events().send(changed.isEmpty() ? SseEmitter.event().comment("nothing") : SseEmitter.event().data(String.join(" ", changed)));
        } catch (IOException | IllegalStateException e) {
            // It is gone: its browser asks anew if it wants to know more.
            viewers.remove(viewer);
        }
    }
}
