-- Rooms that are due to be read, first those whose messages wait; nobody else reads them meanwhile.
WITH due AS (
  SELECT room_id FROM router.reader
  WHERE next_at <= now() OR next_at > now() + interval '2 days'  -- no wait is that long: the clock was set back
  ORDER BY EXISTS (SELECT FROM router.inbox WHERE inbox.state = 'waiting' AND inbox.room_id = reader.room_id) DESC, next_at LIMIT 100
), mapped AS (
  SELECT room_id, (
    SELECT matrix_user_id FROM agent_mappings WHERE agent_mappings.room_id = due.room_id COLLATE "default" ORDER BY created_at, agent_id LIMIT 1) AS agent_user
  FROM due
)
UPDATE router.reader SET next_at = now() + interval '5 minutes'
FROM mapped
WHERE reader.room_id = mapped.room_id AND (reader.next_at <= now() OR reader.next_at > now() + interval '2 days')
RETURNING reader.room_id, position, read_at, fault, agent_user, now() AS claimed_at,
  now() - CAST(:#${variable.limits.maxSeconds()} AS bigint) * interval '1 second' AS oldest,
  EXISTS (SELECT FROM router.joined_room WHERE joined_room.room_id = reader.room_id) AS holds_bot
