-- What waits, runs and failed, per agent and in all; which peers are away; the last verifications. A message that waits is its agent's
-- whose room it is by now, as in list-messages.sql. No text is read.
WITH room AS (
  SELECT room_id, count(*) AS waiting, min(waiting_since) AS oldest FROM router.inbox WHERE state = 'waiting' GROUP BY room_id
), work AS (
  SELECT coalesce(mapping.agent_id, CASE WHEN NOT EXISTS (SELECT FROM router.claimed_room WHERE claimed_room.room_id = room.room_id) THEN nullif(:#${variable.criteria.defaultAgent()}, '') END) AS agent_id,
    waiting, 0 AS running, 0 AS unknown, 0 AS failed, oldest
  FROM room
    LEFT JOIN LATERAL (SELECT agent_id FROM agent_mappings WHERE agent_mappings.room_id = room.room_id COLLATE "default" ORDER BY created_at, agent_id LIMIT 1) mapping ON true
  UNION ALL
  SELECT agent_id, 0, CASE state WHEN 'asking' THEN 1 ELSE 0 END, CASE state WHEN 'unknown' THEN 1 ELSE 0 END, 0, waiting_since FROM router.inbox WHERE state IN ('asking', 'unknown')
  UNION ALL
  SELECT agent_id, 0, 0, 0, count(*), NULL FROM router.inbox WHERE state = 'dead' GROUP BY agent_id
), agent AS (
  SELECT agent_id, sum(waiting) AS waiting, sum(running) AS running, sum(unknown) AS unknown, sum(failed) AS failed, min(oldest) AS oldest,
    (SELECT jsonb_agg(mark ORDER BY mark) FROM router.mark WHERE mark.agent_id = work.agent_id) AS marks
  FROM work GROUP BY agent_id
  UNION ALL
  SELECT agent_id, 0, 0, 0, 0, NULL, jsonb_agg(mark ORDER BY mark) FROM router.mark WHERE agent_id NOT IN (SELECT agent_id FROM work WHERE agent_id IS NOT NULL) GROUP BY agent_id
)
SELECT
  now() AS at,
  (SELECT coalesce(jsonb_object_agg(agent_id, to_jsonb(agent) - 'agent_id'), '{}') FROM agent WHERE agent_id IS NOT NULL) AS agents,
  (SELECT jsonb_build_object('waiting', coalesce(sum(waiting), 0), 'running', coalesce(sum(running), 0), 'unknown', coalesce(sum(unknown), 0), 'failed', coalesce(sum(failed), 0),
    'oldest', min(oldest) FILTER (WHERE waiting > 0)) FROM agent) AS messages,
  jsonb_build_object( -- one state each, for so are the indexes
    'waiting', (SELECT count(*) FROM router.outbox WHERE state = 'waiting'),
    'sending', (SELECT count(*) FROM router.outbox WHERE state = 'sending'),
    'failed', (SELECT count(*) FROM router.outbox WHERE state = 'dead')) AS replies,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'down_since', down_since, 'reason', reason) ORDER BY name), '[]') FROM router.peer WHERE down_since IS NOT NULL) AS peers,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('at', at, 'differences', differences) ORDER BY at DESC), '[]')
    FROM (SELECT at, differences FROM router.verification ORDER BY at DESC LIMIT 10) last) AS verifications
