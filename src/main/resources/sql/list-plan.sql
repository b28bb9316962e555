-- The first lines of each kind, in the file's order; the report says how many more there are.
SELECT kind.action, line.*
FROM unnest(ARRAY['create', 'update', 'kept', 'rejected', 'release', 'delete', 'absent']) kind (action)
CROSS JOIN LATERAL (
  SELECT agent_id, coalesce(agent_name, old_name) AS agent_name, reason, line, changed_in_database, is_stored,
    old_name, agent_name AS new_name, old_user, matrix_user_id AS new_user, old_room, room_id AS new_room,
    coalesce(old_created, false) AS old_created, room_created AS new_created,
    is_stored AND matrix_password <> old_password AS password_differs,
    is_stored AND invitations <> coalesce(old_invitations, '{}') AS invitations_differ
  FROM plan
  WHERE plan.action = kind.action AND (plan.action <> 'absent' OR plan.is_stored)
  ORDER BY ord, agent_id
  LIMIT 1000
) line
