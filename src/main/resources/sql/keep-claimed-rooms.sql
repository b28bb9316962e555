-- The rooms that an entry of the file claims and that the table still gives to nobody: their messages wait, and are looked at anew now.
WITH claimed AS (
  SELECT DISTINCT room_id FROM plan
  WHERE ord IS NOT NULL AND room_id IS NOT NULL AND NOT EXISTS (SELECT FROM agent_mappings WHERE agent_mappings.room_id = plan.room_id)
), kept AS (
  INSERT INTO router.claimed_room SELECT room_id FROM claimed ON CONFLICT DO NOTHING
), served AS (
  DELETE FROM router.claimed_room WHERE NOT EXISTS (SELECT FROM claimed WHERE claimed.room_id = claimed_room.room_id)
)
UPDATE router.inbox SET next_at = now() WHERE state = 'waiting' AND reason IN ('claimed', 'file-unread')
