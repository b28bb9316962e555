INSERT INTO agent_mappings AS stored (agent_id, agent_name, matrix_user_id, matrix_password, room_id, room_created)
SELECT agent_id, agent_name, matrix_user_id, matrix_password, room_id, room_created
FROM plan
WHERE action IN ('create', 'update', 'release')
ON CONFLICT (agent_id) DO UPDATE SET
  agent_name = EXCLUDED.agent_name,
  matrix_user_id = EXCLUDED.matrix_user_id,
  matrix_password = EXCLUDED.matrix_password,
  room_id = EXCLUDED.room_id,
  room_created = EXCLUDED.room_created,
  updated_at = now()
