-- What state events still ask for, of each room the first that is due; nobody else takes it while it is worked on. Which agent an
-- upgrade is about is fixed by the first claim: after that its mapping may have left the room already.
WITH due AS (
  SELECT DISTINCT ON (room_id) seq FROM router.inbox
  WHERE task IS NOT NULL AND (next_at <= now() OR coalesce(claimed_at > now() + interval '1 second', next_at > now() + interval '10 seconds')) AND NOT CAST(:#${properties:router.observe} AS boolean)
  ORDER BY room_id, seq
), known AS (
  SELECT seq, mapping.*
  FROM (SELECT seq FROM due ORDER BY seq LIMIT 16) first JOIN router.inbox event USING (seq)
    LEFT JOIN LATERAL (
      SELECT agent_mappings.agent_id, agent_name, matrix_user_id, room_id FROM agent_mappings
      WHERE CASE event.task WHEN 'tombstone' THEN coalesce(agent_mappings.agent_id = event.agent_id, room_id = event.room_id) ELSE matrix_user_id = event.state_key END
      ORDER BY created_at, agent_id LIMIT 1) mapping ON true
)
UPDATE router.inbox SET next_at = now() + interval '3 minutes', tries = tries + 1, claimed_at = now(), agent_id = known.agent_id
FROM known
WHERE inbox.seq = known.seq AND inbox.task IS NOT NULL AND (inbox.next_at <= now() OR coalesce(inbox.claimed_at > now() + interval '1 second', inbox.next_at > now() + interval '10 seconds'))  -- as in claim-messages.sql
RETURNING (SELECT raw FROM router.inbox later WHERE inbox.type = 'm.room.member' AND later.type = 'm.room.member' AND later.room_id = inbox.room_id AND later.state_key = inbox.state_key AND later.seq > inbox.seq ORDER BY later.seq DESC LIMIT 1) AS later,
  task, event_id, inbox.room_id, sender, state_key, reason, raw, tries, received_at, inbox.claimed_at,
  known.agent_id, known.agent_name, known.matrix_user_id AS agent_user, known.room_id AS agent_room
