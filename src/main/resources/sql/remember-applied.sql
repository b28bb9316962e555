-- What this file said. An agent that it no longer holds was, but is not, in the last applied file; a pruned one is forgotten.
WITH forgotten AS (
  DELETE FROM router.applied USING plan
  WHERE plan.agent_id = applied.agent_id AND plan.action = 'delete'
)
INSERT INTO router.applied AS known (agent_id, digest, room_id)
SELECT agent_id, digest, CASE WHEN action = 'absent' THEN applied_room ELSE room_id END
FROM plan
WHERE action IN ('create', 'update', 'unchanged', 'release') OR action = 'absent' AND agent_id IN (SELECT agent_id FROM router.applied)
ON CONFLICT (agent_id) DO UPDATE SET digest = EXCLUDED.digest, room_id = EXCLUDED.room_id
