package org.matrixletta.router.delivery;

import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.matrixletta.router.Settings;
import org.springframework.stereotype.Component;

/** The events that this process is sending, and how many more it may claim. */
@Component("replies")
class Replies {

    private static final int AT_ONCE = 64;

    private final Settings settings;
    private final Instance instance;
    private final UnderWay<Reply> underWay = new UnderWay<>();

    Replies(Settings settings, Instance instance) {
        this.settings = settings;
        this.instance = instance;
    }

    /** A claim of as many events as may be on their way at once. */
    public Claim claim() {
        int slots = settings.observe() ? 0 : Math.max(0, AT_ONCE - underWay.size());
        return Claim.ofReplies(instance.id(), instance.holdsLease(), slots, settings.botUser());
    }

    /** Takes a claimed row on. */
    public Reply begin(@Body Map<String, Object> row) {
        Reply reply = Reply.of(row);
        return underWay.begin(reply.key(), reply);
    }

    /** Counts the event as under way until the exchange is done, however that ends. */
    public void hold(@Body Reply reply, Exchange exchange) {
        underWay.endWith(exchange, reply.key(), new Correlation(reply.eventId(), reply.roomId(), null));
    }

    /** The rows under way, by source and part. */
    String[] underWay() {
        return underWay.keys();
    }
}
