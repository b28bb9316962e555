-- The newest messages that meet the criteria, and how many more there are. A message that waits is shown with the agent whose room it
-- is by now, any other with the agent that was asked; the echoes of our own events only where ignored ones are asked for. No text is read.
WITH waiting_room AS (
  SELECT room.room_id, mapping.agent_id IS NULL AS is_default, mapping.agent_name,
    coalesce(mapping.agent_id, CASE WHEN NOT EXISTS (SELECT FROM router.claimed_room WHERE claimed_room.room_id = room.room_id) THEN nullif(:#${variable.criteria.defaultAgent()}, '') END) AS agent_id
  FROM (SELECT DISTINCT room_id FROM router.inbox WHERE state = 'waiting') room
    LEFT JOIN LATERAL (SELECT agent_id, agent_name FROM agent_mappings WHERE agent_mappings.room_id = room.room_id COLLATE "default" ORDER BY created_at, agent_id LIMIT 1) mapping ON true
), found AS (
  SELECT seq FROM router.inbox
  WHERE (CAST(:#${variable.criteria.state()} AS text) IS NULL AND reason IS DISTINCT FROM 'own-echo' OR state = :#${variable.criteria.state()})
    AND (CAST(:#${variable.criteria.roomId()} AS text) IS NULL OR room_id = :#${variable.criteria.roomId()})
    AND (CAST(:#${variable.criteria.agentId()} AS text) IS NULL OR state <> 'waiting' AND agent_id = :#${variable.criteria.agentId()}
      OR state = 'waiting' AND room_id IN (SELECT room_id FROM waiting_room WHERE waiting_room.agent_id = :#${variable.criteria.agentId()}))
  ORDER BY seq DESC LIMIT :#${variable.criteria.atMost()}
), shown AS (
  SELECT message.*, waiting_room.room_id IS NOT NULL AS is_open, waiting_room.agent_id AS to_agent, waiting_room.agent_name AS to_name, waiting_room.is_default AS to_default
  FROM (SELECT seq FROM found ORDER BY seq DESC LIMIT :#${variable.criteria.limit()}) newest JOIN router.inbox message USING (seq)
    LEFT JOIN waiting_room ON message.state = 'waiting' AND waiting_room.room_id = message.room_id
)
SELECT event_id, room_id, sender, state, reason, CASE WHEN is_open THEN to_agent ELSE agent_id END AS agent_id, CASE WHEN is_open THEN to_name ELSE agent_name END AS agent_name,
  CASE WHEN is_open THEN to_default ELSE is_default END AS is_default, generation, received_at, asked_at, settled_at,
  (SELECT max(sent_at) FROM router.outbox WHERE source = shown.event_id || '/' || shown.generation) AS posted_at, (SELECT count(*) FROM found) AS found
FROM shown
ORDER BY seq DESC
