-- The rooms that the entries of the file claim: where the table gives one to nobody, its messages wait, and are looked at anew now.
WITH kept AS (
  INSERT INTO router.claimed_room
  SELECT room_id FROM entry
  WHERE room_id IS NOT NULL AND NOT EXISTS (SELECT FROM router.claimed_room WHERE claimed_room.room_id = entry.room_id COLLATE "C")
  ON CONFLICT DO NOTHING  -- several entries may claim one room
), left_out AS (
  DELETE FROM router.claimed_room WHERE NOT EXISTS (SELECT FROM entry WHERE entry.room_id COLLATE "C" = claimed_room.room_id)
)
UPDATE router.inbox SET next_at = now() WHERE state = 'waiting' AND reason IN ('claimed', 'file-unread')
