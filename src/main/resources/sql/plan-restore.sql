-- Takes a sync back, row by row; a row that is no longer as that sync left it is refused.
INSERT INTO plan (agent_id, action, reason, agent_name, matrix_user_id, matrix_password, room_id, room_created, invitations,
  is_stored, old_name, old_user, old_password, old_room, old_created, old_invitations)
SELECT
  change.agent_id,
  CASE
    WHEN change.left_as IS DISTINCT FROM present.fingerprint THEN 'rejected'
    WHEN change.old IS NULL THEN 'delete'
    WHEN stored.agent_id IS NULL THEN 'create'
    ELSE 'update'
  END,
  CASE WHEN change.left_as IS DISTINCT FROM present.fingerprint THEN 'its row was changed since that sync' END,
  coalesce(change.old ->> 'agent_name', stored.agent_name), change.old ->> 'matrix_user_id', change.old ->> 'matrix_password',
  change.old ->> 'room_id', CAST(change.old ->> 'room_created' AS boolean), nullif(change.old -> 'invitation_status', 'null'),
  stored.agent_id IS NOT NULL, stored.agent_name, stored.matrix_user_id, stored.matrix_password, stored.room_id, stored.room_created,
  (SELECT jsonb_object_agg(invitee, status) FROM invitation_status WHERE invitation_status.agent_id = change.agent_id)
FROM router.change
  LEFT JOIN agent_mappings stored USING (agent_id)
  LEFT JOIN LATERAL (
    SELECT router.fingerprint(stored.agent_name, stored.matrix_user_id, stored.matrix_password, stored.room_id, stored.room_created) AS fingerprint
    WHERE stored.agent_id IS NOT NULL
  ) present ON true
WHERE change.sync_id = :#${variable.syncId}
