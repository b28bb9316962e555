-- Ends the waiting messages of a room, or of the rooms that are an agent's by now. What is being claimed at this moment is asked.
WITH waiting_room AS (
  SELECT room_id, coalesce((SELECT agent_id FROM agent_mappings WHERE agent_mappings.room_id = room.room_id COLLATE "default" ORDER BY created_at, agent_id LIMIT 1),
    CASE WHEN NOT EXISTS (SELECT FROM router.claimed_room WHERE claimed_room.room_id = room.room_id) THEN nullif(:#${variable.criteria.defaultAgent()}, '') END) AS agent_id
  FROM (SELECT DISTINCT room_id FROM router.inbox WHERE state = 'waiting') room
), unwanted AS (
  SELECT seq FROM router.inbox
  WHERE state = 'waiting' AND room_id IN (SELECT room_id FROM waiting_room WHERE room_id = :#${variable.criteria.roomId()} OR agent_id = :#${variable.criteria.agentId()})
  FOR UPDATE SKIP LOCKED
), dropped AS (
  UPDATE router.inbox SET state = 'dropped', settled_at = now()
  FROM unwanted WHERE inbox.seq = unwanted.seq
  RETURNING inbox.seq
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, 'dropped', 'by the operator' FROM dropped
)
SELECT count(*) FROM dropped
