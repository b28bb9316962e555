-- Nothing is sent to a peer for a while: two seconds at first, a minute at most, with jitter; whoever comes then is the probe.
INSERT INTO router.peer AS peer (name, down_since, paused_until, refused_at, tries, reason)
VALUES (:#${variable.pause.peer()}, now(), now() + 2 * interval '1 second', CASE WHEN :#${variable.pause.refused()} THEN now() END, 1, :#${variable.pause.reason()})
ON CONFLICT (name) DO UPDATE SET
  down_since = coalesce(peer.down_since, now()),
  tries = CASE WHEN peer.paused_until > now() THEN peer.tries ELSE peer.tries + 1 END,
  paused_until = CASE WHEN peer.paused_until > now() THEN peer.paused_until
    ELSE now() + least(60, power(2, least(peer.tries + 1, 6))) * (0.75 + random() / 4) * interval '1 second' END,
  refused_at = coalesce(excluded.refused_at, peer.refused_at),
  reason = excluded.reason
RETURNING tries = 1 AS is_first
