package org.matrixletta.router.mapping;

import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.matrixletta.router.letta.AgentList;
import org.matrixletta.router.letta.Presence;
import org.matrixletta.router.mapping.Finding.Kind;
import org.matrixletta.router.matrix.Membership;

/** What the homeserver and Letta say of the stored mappings, in one verification; answers may come in any order, from several threads. */
public final class LiveCheck {

    /** So often in a row without an answer, a peer is not asked any more: each question may take a minute to fail. */
    private static final int SILENCE = 32;

    private final AgentList agents = new AgentList();
    private final Queue<Finding> findings = new ConcurrentLinkedQueue<>();
    private final Set<String> present = ConcurrentHashMap.newKeySet();
    private final Set<String> joined = ConcurrentHashMap.newKeySet();
    private final AtomicInteger homeserverSilence = new AtomicInteger();
    private final AtomicInteger lettaSilence = new AtomicInteger();
    private final String noHomeserver;

    /**
     * A check that has asked nothing yet.
     *
     * @param noHomeserver why the homeserver cannot be asked; null if it can
     * @param noLetta why Letta cannot be asked; null if it can
     */
    LiveCheck(String noHomeserver, String noLetta) {
        this.noHomeserver = noHomeserver;
        if (noLetta != null) {
            agents.failed(noLetta);
        }
    }

    /** Letta's list of agents, to be read before the mappings are checked. */
    public AgentList agents() {
        return agents;
    }

    /** The agents that Letta has, of those that are mapped. */
    public String[] present() {
        return present.toArray(String[]::new);
    }

    /** The agents whose user is in their room. */
    public String[] joined() {
        return joined.toArray(String[]::new);
    }

    /** Whether the homeserver is to be asked about the mapping's room; if it cannot be asked, that is noted. */
    boolean asksHomeserver(LiveMapping mapping) {
        String unasked = noHomeserver != null ? noHomeserver : homeserverSilence.get() >= SILENCE ? Membership.unanswered().reason() : null;
        if (mapping.room() != null && unasked != null) {
            findings.add(mapping.finding(Kind.ROOM_UNKNOWN, unasked));
        }
        return mapping.room() != null && unasked == null;
    }

    void homeserverSaid(LiveMapping mapping, Membership said) {
        homeserverSilence.set(0);
        judge(mapping, said);
    }

    void homeserverSilent(LiveMapping mapping) {
        homeserverSilence.incrementAndGet();
        judge(mapping, Membership.unanswered());
    }

    /** Whether Letta is to be asked about this agent by itself, for its list lacks it; where nothing is known, that is noted. */
    boolean asksLetta(LiveMapping mapping) {
        boolean isListed = agents.names().containsKey(mapping.agentId());
        if (isListed) {
            present.add(mapping.agentId());
        } else if (agents.unknown() != null) {
            findings.add(mapping.finding(Kind.AGENT_UNKNOWN, agents.unknown()));
        } else if (lettaSilence.get() >= SILENCE) {
            lettaSilent(mapping);
        }
        return !isListed && agents.unknown() == null && lettaSilence.get() < SILENCE;
    }

    void lettaSaid(LiveMapping mapping, int status, byte[] body) {
        lettaSilence.set(0);
        switch (Presence.of(mapping.agentId(), status, body)) {
            case PRESENT -> present.add(mapping.agentId());
            case GONE -> findings.add(mapping.finding(Kind.AGENT_GONE, null));
            case UNKNOWN -> findings.add(mapping.finding(Kind.AGENT_UNKNOWN, "Letta does not list it, and answered " + status + " when it was asked for it"));
        }
    }

    void lettaSilent(LiveMapping mapping) {
        lettaSilence.incrementAndGet();
        findings.add(mapping.finding(Kind.AGENT_UNKNOWN, "Letta does not list it, and did not answer when it was asked for it"));
    }

    /** What was found out so far about mappings. */
    Queue<Finding> findings() {
        return findings;
    }

    /** Letta's agents by id, with their names; none where they are not known. */
    Map<String, String> names() {
        return agents.names();
    }

    private void judge(LiveMapping mapping, Membership said) {
        switch (said.kind()) {
            case JOINED -> joined.add(mapping.agentId());
            case NOT_JOINED -> findings.add(mapping.finding(Kind.NOT_JOINED, mapping.user() + " in " + mapping.room() + ": " + said.reason()));
            case NO_ROOM -> findings.add(mapping.finding(Kind.ROOM_GONE, mapping.room()));
            case UNKNOWN -> findings.add(mapping.finding(Kind.ROOM_UNKNOWN, said.reason()));
        }
    }
}
