-- Turns whose outcome is unknown and that may be looked at now; nobody else looks meanwhile.
WITH letta AS ( -- while Letta is away, the first look is a probe
  SELECT CASE WHEN down_since IS NULL THEN :#${variable.claim.slots()} WHEN paused_until <= now() THEN 1 ELSE 0 END AS free, down_since IS NOT NULL AS is_probe, refused_at
  FROM (VALUES ('letta')) letta (name) LEFT JOIN router.peer USING (name)
), due AS (
  SELECT seq FROM router.inbox
  WHERE state = 'unknown' AND owner IS NULL AND (next_at <= now() OR next_at > now() + interval '1 hour')
  ORDER BY next_at LIMIT (SELECT free FROM letta)
), claimed AS (
  UPDATE router.inbox SET owner = :#${variable.claim.owner()}, claimed_at = now()
  FROM due WHERE inbox.seq = due.seq AND inbox.state = 'unknown' AND inbox.owner IS NULL
  RETURNING inbox.seq, owner, event_id, generation, room_id, sender, agent_id, agent_name, agent_user, is_default, tries, waits, looks, remedy, reason, claimed_at, asked_at, coalesce(sent_at, received_at) AS received_at, raw, type
)
SELECT claimed.*, refused_at, is_probe FROM claimed CROSS JOIN letta
