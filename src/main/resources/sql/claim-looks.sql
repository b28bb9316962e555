-- Turns whose outcome is unknown and that may be looked at now; nobody else looks meanwhile.
WITH due AS (
  SELECT seq FROM router.inbox
  WHERE state = 'unknown' AND owner IS NULL AND (next_at <= now() OR next_at > now() + interval '1 hour')
    AND NOT EXISTS (SELECT FROM router.peer WHERE name = 'letta' AND paused_until > now())
  ORDER BY next_at LIMIT :#${variable.claim.slots()}
), claimed AS (
  UPDATE router.inbox SET owner = :#${variable.claim.owner()}, claimed_at = now()
  FROM due WHERE inbox.seq = due.seq AND inbox.state = 'unknown' AND inbox.owner IS NULL
  RETURNING inbox.seq, owner, event_id, generation, room_id, sender, agent_id, agent_name, agent_user, is_default, tries, waits, looks, remedy, reason, claimed_at, asked_at, raw, type
)
SELECT claimed.*, (SELECT refused_at FROM router.peer WHERE name = 'letta') AS refused_at FROM claimed
