-- The rooms that the entries of the file claim: where the table gives one to nobody, its messages wait, and are looked at anew now.
WITH claimed AS (
  SELECT DISTINCT room_id COLLATE "C" AS room_id FROM entry WHERE room_id IS NOT NULL
), kept AS (
  INSERT INTO router.claimed_room
  SELECT room_id FROM claimed WHERE NOT EXISTS (SELECT FROM router.claimed_room WHERE claimed_room.room_id = claimed.room_id)
), left_out AS (
  DELETE FROM router.claimed_room WHERE NOT EXISTS (SELECT FROM claimed WHERE claimed.room_id = claimed_room.room_id)
)
UPDATE router.inbox SET next_at = now() WHERE state = 'waiting' AND reason IN ('claimed', 'file-unread')
