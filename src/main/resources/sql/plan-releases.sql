-- A stored agent that the file does not hold gives up the room that a sync gave it to the entry that newly wants it.
UPDATE plan SET
  action = 'release', reason = format('its room goes to %s', taker.agent_id),
  agent_name = plan.old_name, matrix_user_id = plan.old_user, matrix_password = plan.old_password, room_id = NULL, room_created = plan.old_created
FROM plan taker
WHERE plan.action = 'absent' AND plan.applied_room = plan.old_room
  AND taker.action IN ('create', 'update') AND taker.room_id = plan.old_room AND taker.old_room IS DISTINCT FROM taker.room_id
