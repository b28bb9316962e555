SELECT agent_id, agent_name, matrix_user_id, matrix_password, true AS created, room_id, coalesce(room_created, false) AS room_created,
  coalesce(invited.status, '{}') AS invitation_status
FROM agent_mappings
  LEFT JOIN (SELECT agent_id, jsonb_object_agg(invitee, status) FILTER (WHERE invitee IS NOT NULL) AS status FROM invitation_status GROUP BY agent_id) invited USING (agent_id)
ORDER BY created_at, agent_id
