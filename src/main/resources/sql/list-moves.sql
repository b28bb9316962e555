-- Rooms that get another owner and agents that get another Matrix user: whoever can write the file can take a room, so it is said.
SELECT 'room' AS kind, plan.room_id AS subject, previous.agent_id AS old, plan.agent_id AS new
FROM plan JOIN plan previous ON previous.old_room = plan.room_id AND previous.agent_id <> plan.agent_id
WHERE previous.is_stored AND plan.action IN ('create', 'update') AND plan.old_room IS DISTINCT FROM plan.room_id
UNION ALL
SELECT 'Matrix user', agent_id, old_user, matrix_user_id
FROM plan
WHERE action = 'update' AND matrix_user_id <> old_user
LIMIT 1000
