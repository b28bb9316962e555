-- An entry that wants a room or user which a stored row keeps is rejected; so its own row keeps what it has, and so on to the fixpoint.
WITH RECURSIVE taken AS (
  SELECT plan.agent_id, 'room' AS kind, stored.room_id AS value, stored.agent_id AS holder,
    coalesce(rival.action = 'update' AND rival.room_id IS DISTINCT FROM stored.room_id
      OR rival.action = 'absent' AND rival.applied_room = stored.room_id
      OR rival.action = 'delete', false) AS gives_way,
    rival.action AS holder_action
  FROM plan
    JOIN agent_mappings stored ON stored.room_id = plan.room_id AND stored.agent_id <> plan.agent_id
    LEFT JOIN plan rival ON rival.agent_id = stored.agent_id
  WHERE plan.action IN ('create', 'update') AND plan.old_room IS DISTINCT FROM plan.room_id
  UNION ALL
  SELECT plan.agent_id, 'Matrix user', stored.matrix_user_id, stored.agent_id,
    coalesce(rival.action = 'update' AND rival.matrix_user_id <> stored.matrix_user_id OR rival.action = 'delete', false),
    rival.action
  FROM plan
    JOIN agent_mappings stored ON stored.matrix_user_id = plan.matrix_user_id AND stored.agent_id <> plan.agent_id
    LEFT JOIN plan rival ON rival.agent_id = stored.agent_id
  WHERE plan.action IN ('create', 'update') AND plan.old_user IS DISTINCT FROM plan.matrix_user_id
), stays AS (
  SELECT agent_id FROM plan WHERE action IN ('rejected', 'kept')
  UNION
  SELECT agent_id FROM taken WHERE NOT gives_way
  UNION
  SELECT taken.agent_id FROM taken JOIN stays ON stays.agent_id = taken.holder
), refused AS (
  SELECT taken.agent_id, string_agg(format('%s %s stays with %s, %s', kind, value, holder,
    CASE
      WHEN holder_action = 'absent' AND kind = 'room' THEN 'which the file does not hold and no sync gave that room; use set-room to take it away, or add that agent to the file'
      WHEN holder_action = 'absent' THEN 'which the file does not hold; remove that agent with sync --prune, or give this entry another user'
      WHEN holder_action = 'kept' THEN 'whose row was changed in the database; run sync by hand to let the file win'
      WHEN holder_action IN ('rejected', 'update', 'create') AND :#${variable.sync.wholeFile()} THEN 'whose own entry is rejected; correct that entry first'
      WHEN holder_action IS NOT NULL THEN 'whose row stays as it is; take it away there first'
      ELSE 'who has it already; take it away there first'
    END), '; ') AS reason
  FROM taken JOIN stays ON stays.agent_id = taken.agent_id LEFT JOIN stays keeper ON keeper.agent_id = taken.holder
  WHERE NOT gives_way OR keeper.agent_id IS NOT NULL
  GROUP BY taken.agent_id
)
UPDATE plan SET action = 'rejected', reason = refused.reason
FROM refused
WHERE plan.agent_id = refused.agent_id AND plan.action IN ('create', 'update')
