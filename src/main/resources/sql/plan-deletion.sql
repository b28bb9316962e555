INSERT INTO plan (agent_id, action, is_stored, agent_name, old_name, old_user, old_password, old_room, old_created, old_invitations)
SELECT agent_id, 'delete', true, agent_name, agent_name, matrix_user_id, matrix_password, room_id, room_created,
  (SELECT jsonb_object_agg(invitee, status) FROM invitation_status WHERE invitation_status.agent_id = agent_mappings.agent_id)
FROM agent_mappings
WHERE agent_id = :#${header.agent_id}
