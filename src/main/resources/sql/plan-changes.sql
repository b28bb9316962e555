-- Compares file, table and the last applied file, agent by agent; agents with nothing to do or say are left out.
WITH invited AS (
  SELECT agent_id, jsonb_object_agg(invitee, status) FILTER (WHERE invitee IS NOT NULL) AS invitations FROM invitation_status GROUP BY agent_id
), compared AS (
  SELECT
    agent_id, entry.ord, entry.line, entry.digest,
    CASE WHEN entry.fault IS NOT NULL OR entry.matrix_user_id IS NOT NULL OR stored.matrix_user_id IS NOT NULL THEN entry.fault
      ELSE 'matrix_user_id is missing; a new agent needs one like @agent_name:your.server' END AS fault,
    coalesce(entry.agent_name, stored.agent_name, 'Unknown') AS agent_name,
    coalesce(entry.matrix_user_id, stored.matrix_user_id) AS matrix_user_id,
    coalesce(entry.matrix_password, stored.matrix_password, '') AS matrix_password,
    CASE WHEN entry.states_room THEN entry.room_id ELSE stored.room_id END AS room_id,
    coalesce(entry.room_created, stored.room_created, false) AS room_created,
    entry.invitations,
    stored.matrix_user_id IS NOT NULL AS is_stored,
    stored.agent_name AS old_name, stored.matrix_user_id AS old_user, stored.matrix_password AS old_password,
    stored.room_id AS old_room, stored.room_created AS old_created, invited.invitations AS old_invitations,
    applied.agent_id IS NOT NULL AS is_applied, applied.digest AS applied_digest, applied.room_id AS applied_room
  FROM entry
    FULL JOIN agent_mappings stored USING (agent_id)
    FULL JOIN router.applied USING (agent_id)
    LEFT JOIN invited USING (agent_id)
), differing AS (
  SELECT *,
    (agent_name, matrix_user_id, matrix_password, room_id, room_created)
      IS DISTINCT FROM (old_name, old_user, old_password, old_room, coalesce(old_created, false))
    OR coalesce(invitations <> coalesce(old_invitations, '{}'), false) AS differs
  FROM compared
), judged AS (
  SELECT *,
    CASE
      WHEN ord IS NULL OR fault IS NOT NULL OR NOT differs THEN NULL
      WHEN is_stored AND NOT is_applied THEN 'never synced'
      WHEN applied_digest IS DISTINCT FROM digest THEN NULL
      WHEN is_stored THEN 'changed'
      ELSE 'deleted'
    END AS changed_in_database
  FROM differing
  WHERE fault IS NOT NULL OR differs OR ord IS NULL OR digest IS DISTINCT FROM applied_digest
)
INSERT INTO plan
SELECT
  agent_id,
  CASE
    WHEN ord IS NULL AND is_stored AND :#${variable.sync.prune()} THEN 'delete'
    WHEN ord IS NULL THEN 'absent'
    WHEN fault IS NOT NULL THEN 'rejected'
    WHEN NOT differs THEN 'unchanged'
    WHEN changed_in_database IS NOT NULL AND NOT :#${variable.sync.byHand()} THEN 'kept'
    WHEN is_stored THEN 'update'
    ELSE 'create'
  END,
  fault, ord, line, digest, agent_name, matrix_user_id, matrix_password, room_id, room_created, invitations,
  is_stored, old_name, old_user, old_password, old_room, old_created, old_invitations, applied_room, changed_in_database
FROM judged
WHERE ord IS NOT NULL OR (:#${variable.sync.wholeFile()} AND (is_stored OR applied_digest IS NOT NULL))
