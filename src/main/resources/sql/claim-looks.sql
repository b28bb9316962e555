-- Turns whose outcome is unknown and that may be looked at now; nobody else looks meanwhile. What is long overdue, or was looked at later
-- than now, tells of a clock that was set, or of nobody who looked: what follows from the time that has passed begins anew.
WITH letta AS ( -- while Letta is away, the first look is a probe
  SELECT CASE WHEN down_since IS NULL THEN :#${variable.claim.slots()} WHEN paused_until <= now() THEN least(1, :#${variable.claim.slots()}) ELSE 0 END AS free, down_since IS NOT NULL AS is_probe, refused_at
  FROM (VALUES ('letta')) letta (name) LEFT JOIN router.peer USING (name)
), due AS (
  SELECT seq, next_at < now() - interval '10 minutes' OR claimed_at > now() + interval '1 second' AS is_odd FROM router.inbox
  WHERE state = 'unknown' AND owner IS NULL AND (next_at <= now() OR coalesce(claimed_at > now() + interval '1 second', true))
  ORDER BY next_at LIMIT (SELECT free FROM letta)
), claimed AS (
  UPDATE router.inbox SET owner = :#${variable.claim.owner()}, claimed_at = now(),
    looks = CASE WHEN is_odd THEN 0 ELSE looks END, ended_at = CASE WHEN is_odd THEN now() ELSE ended_at END
  FROM due WHERE inbox.seq = due.seq AND inbox.state = 'unknown' AND inbox.owner IS NULL
  RETURNING inbox.seq, owner, event_id, generation, room_id, sender, agent_id, agent_name, agent_user, is_default, tries, waits, looks, remedy, reason, claimed_at, ended_at,
    -- what was found bears the time of the homeserver, whose clock and Letta's may be apart
    asked_at - CASE WHEN source = 'catch-up' AND asked_at = sent_at THEN interval '5 minutes' ELSE interval '0' END AS asked_at,
    coalesce(sent_at, received_at) AS received_at, raw, type
)
SELECT claimed.*, refused_at, is_probe FROM claimed CROSS JOIN letta
