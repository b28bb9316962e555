-- The rooms that the bot is in, as the homeserver has just listed them; messages that waited for this are due.
WITH listed AS (
  SELECT unnest(CAST(:#${variable.rooms} AS text[])) AS room_id
), joined AS (
  INSERT INTO router.joined_room SELECT room_id FROM listed ON CONFLICT DO NOTHING
), gone AS (
  DELETE FROM router.joined_room WHERE room_id NOT IN (SELECT room_id FROM listed)
)
UPDATE router.inbox SET next_at = now() WHERE state = 'waiting' AND reason = 'membership-unknown'
