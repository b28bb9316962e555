SELECT agent_id, agent_name, matrix_user_id, room_id FROM agent_mappings ORDER BY agent_id
