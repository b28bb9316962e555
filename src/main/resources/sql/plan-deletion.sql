INSERT INTO plan (agent_id, action, is_stored, agent_name, old_name, old_user, old_password, old_room, old_created)
SELECT agent_id, 'delete', true, agent_name, agent_name, matrix_user_id, matrix_password, room_id, room_created
FROM agent_mappings
WHERE agent_id = :#${header.agent_id}
