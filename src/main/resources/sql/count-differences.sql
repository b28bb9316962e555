SELECT
  (SELECT count(*) FROM agent_mappings) AS stored,
  count(*) FILTER (WHERE action = 'create') AS missing,
  count(*) FILTER (WHERE action = 'update' AND room_id IS DISTINCT FROM old_room) AS rooms,
  count(*) FILTER (WHERE action = 'update' AND agent_name <> old_name) AS names,
  count(*) FILTER (WHERE action = 'update' AND matrix_user_id <> old_user) AS users,
  count(*) FILTER (WHERE action = 'update' AND room_created <> coalesce(old_created, false)) AS room_created,
  count(*) FILTER (WHERE action = 'update' AND matrix_password <> old_password) AS passwords,
  count(*) FILTER (WHERE action = 'update' AND invitations <> coalesce(old_invitations, '{}')) AS invitations,
  count(*) FILTER (WHERE action = 'rejected') AS rejected,
  count(*) FILTER (WHERE action = 'update') AS updates,
  count(*) FILTER (WHERE action IN ('create', 'update') AND changed_in_database IS NOT NULL) AS changed_in_database,
  count(*) FILTER (WHERE action = 'absent' AND is_stored) AS only_in_database,
  count(*) FILTER (WHERE action = 'accepted') AS accepted
FROM plan
