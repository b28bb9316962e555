-- What /health says of the store. Of rooms that nobody of ours is in any more nothing is read, and nothing is missed.
WITH behind AS (
  SELECT has_rest, fault FROM router.reader
  WHERE (has_rest OR fault IS NOT NULL)
    AND (EXISTS (SELECT FROM agent_mappings WHERE agent_mappings.room_id = reader.room_id COLLATE "default") OR EXISTS (SELECT FROM router.joined_room WHERE joined_room.room_id = reader.room_id))
)
SELECT
  (SELECT count(*) FROM agent_mappings) AS mappings,
  (SELECT count(*) FROM (SELECT FROM agent_mappings WHERE room_id IS NOT NULL GROUP BY room_id HAVING count(*) > 1) contested) AS contested_rooms,
  (SELECT kept FROM router.sync WHERE sha256 IS NOT NULL ORDER BY id DESC LIMIT 1) AS waiting_for_sync_by_hand,
  (SELECT at FROM router.sync WHERE sha256 IS NOT NULL ORDER BY id DESC LIMIT 1) AS last_sync,
  (SELECT at FROM router.verification ORDER BY at DESC LIMIT 1) AS last_verification,
  (SELECT extract(epoch FROM now() - max(at))::bigint FROM router.verification) AS verified_seconds_ago,
  (SELECT differences FROM router.verification ORDER BY at DESC LIMIT 1) AS differences,
  (SELECT count(*) FROM router.inbox WHERE state = 'waiting') AS waiting_messages,
  (SELECT extract(epoch FROM now() - min(waiting_since))::bigint FROM router.inbox WHERE state = 'waiting') AS oldest_waiting_seconds,
  (SELECT count(*) FROM router.inbox WHERE state = 'unknown') AS unknown_turns,
  (SELECT count(*) FROM router.outbox WHERE state = 'waiting') AS waiting_replies,
  (SELECT count(*) FROM behind WHERE has_rest) AS rooms_with_unread_rest,
  (SELECT count(*) FROM behind WHERE fault IS NOT NULL) AS unreadable_rooms,
  (SELECT count(*) FROM router.inbox WHERE state = 'dead') + (SELECT count(*) FROM router.outbox WHERE state = 'dead') AS dead_letters
