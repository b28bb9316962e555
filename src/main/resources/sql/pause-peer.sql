-- Nothing is sent to a peer for a while: two seconds at first, a minute at most, with jitter; whoever comes then is the probe.
INSERT INTO router.peer AS peer (name, down_since, paused_until, refused_at, tries, tell_after, reason)
VALUES (:#${variable.pause.peer()}, now(), now() + 2 * interval '1 second', CASE WHEN :#${variable.pause.refused()} THEN now() END, 1,
  CAST(:#${variable.pause.tellAfter()} AS int), :#${variable.pause.reason()})
ON CONFLICT (name) DO UPDATE SET
  down_since = coalesce(peer.down_since, now()),
  tries = CASE WHEN peer.paused_until > now() THEN peer.tries ELSE peer.tries + 1 END,
  paused_until = CASE WHEN peer.paused_until > now() THEN peer.paused_until
    ELSE now() + least(60, power(2, least(peer.tries + 1, 6))) * (0.75 + random() / 4) * interval '1 second' END,
  refused_at = coalesce(excluded.refused_at, peer.refused_at),
  tell_after = excluded.tell_after,
  reason = excluded.reason
RETURNING down_since = now() AS is_first
