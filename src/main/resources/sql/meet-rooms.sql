-- The rooms to be read back: every mapped one, and every one that an event came from. In a trial (OBSERVE) none, and how far one was read
-- is forgotten: after it each begins at its newest event, so that nothing of that time is answered.
WITH RECURSIVE heard AS ( -- a walk over the rooms of the inbox, one index probe each
  (SELECT room_id FROM router.inbox WHERE room_id IS NOT NULL ORDER BY room_id LIMIT 1)
  UNION ALL
  SELECT following.* FROM heard CROSS JOIN LATERAL (SELECT room_id FROM router.inbox WHERE room_id > heard.room_id ORDER BY room_id LIMIT 1) following
), known AS (
  SELECT room_id
  FROM (SELECT room_id FROM heard UNION SELECT room_id COLLATE "C" FROM agent_mappings WHERE room_id IS NOT NULL) room
  WHERE NOT CAST(:#${properties:router.observe} AS boolean)
), gone AS (
  DELETE FROM router.reader WHERE room_id NOT IN (SELECT room_id FROM known)
)
INSERT INTO router.reader (room_id)
SELECT room_id FROM known WHERE room_id NOT IN (SELECT room_id FROM router.reader)
ORDER BY room_id  -- as every instance does: none waits for another in a circle
ON CONFLICT DO NOTHING
