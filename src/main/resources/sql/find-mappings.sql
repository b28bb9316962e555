-- Each criterion that is NULL matches every row; of several rows for one room the oldest comes first and is the one that counts.
SELECT agent_id, agent_name, matrix_user_id, true AS created, room_id, coalesce(room_created, false) AS room_created,
  coalesce(invited.status, '{}') AS invitation_status
FROM agent_mappings
  LEFT JOIN (SELECT agent_id, jsonb_object_agg(invitee, status) FILTER (WHERE invitee IS NOT NULL) AS status FROM invitation_status GROUP BY agent_id) invited USING (agent_id)
WHERE agent_id = coalesce(CAST(:#${header.agent_id} AS text), agent_id)
  AND room_id IS NOT DISTINCT FROM coalesce(CAST(:#${header.room_id} AS text), room_id)
  AND matrix_user_id = coalesce(CAST(:#${header.user_id} AS text), matrix_user_id)
ORDER BY CASE WHEN CAST(:#${header.room_id} AS text) IS NULL THEN agent_name END, created_at, agent_id
