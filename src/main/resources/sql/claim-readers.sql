-- Rooms that are due to be read and that somebody of ours may be in, first those whose messages wait; nobody else reads them meanwhile.
WITH due AS (
  SELECT reader.room_id, agent_user
  FROM router.reader CROSS JOIN LATERAL (SELECT (
    SELECT matrix_user_id FROM agent_mappings WHERE agent_mappings.room_id = reader.room_id COLLATE "default" ORDER BY created_at, agent_id LIMIT 1) AS agent_user) mapped
  WHERE (next_at <= now() OR next_at > now() + greatest(CAST(:#${variable.limits.everySeconds()} AS bigint), 3600) * interval '1 second')  -- no wait is that long: the clock was set back
    AND (agent_user IS NOT NULL OR EXISTS (SELECT FROM router.joined_room WHERE joined_room.room_id = reader.room_id))
  ORDER BY EXISTS (SELECT FROM router.inbox WHERE inbox.state = 'waiting' AND inbox.room_id = reader.room_id) DESC, next_at LIMIT 100
  FOR UPDATE OF reader SKIP LOCKED
)
UPDATE router.reader SET next_at = now() + interval '5 minutes'
FROM due
WHERE reader.room_id = due.room_id
RETURNING reader.room_id, position, read_at, fault, agent_user, now() AS claimed_at,
  EXISTS (SELECT FROM router.inbox WHERE inbox.state = 'waiting' AND inbox.room_id = reader.room_id AND source = 'catch-up') AS has_finds,
  now() - CAST(:#${variable.limits.maxSeconds()} AS bigint) * interval '1 second' AS oldest
