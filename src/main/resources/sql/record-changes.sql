INSERT INTO router.change (sync_id, agent_id, action, old, left_as)
SELECT
  :#${variable.record[id]}, agent_id, action,
  CASE WHEN is_stored THEN jsonb_build_object('agent_name', old_name, 'matrix_user_id', old_user, 'matrix_password', old_password,
    'room_id', old_room, 'room_created', old_created,
    -- Only where the sync touches them, for only then a restore may.
    'invitation_status', CASE WHEN invitations IS NOT NULL OR action = 'delete' THEN coalesce(old_invitations, '{}') END) END,
  CASE WHEN action <> 'delete' THEN router.fingerprint(agent_name, matrix_user_id, matrix_password, room_id, room_created) END
FROM plan
WHERE action IN ('create', 'update', 'release', 'delete')
ORDER BY agent_id
