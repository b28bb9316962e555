-- How many messages wait for each agent, and the oldest for how long: a row for each of the busiest, and one for all others.
WITH room AS (
  SELECT room_id, count(*) AS messages, min(waiting_since) AS since
  FROM router.inbox
  WHERE state = 'waiting'
  GROUP BY room_id
), resolved AS (
  SELECT messages, since,
    coalesce((SELECT agent_id FROM agent_mappings WHERE agent_mappings.room_id = room.room_id COLLATE "default" ORDER BY created_at, agent_id LIMIT 1), :#${variable.shown.defaultAgent()}) AS agent_id
  FROM room
), agent AS (
  SELECT agent_id, sum(messages) AS messages, min(since) AS since, row_number() OVER (ORDER BY sum(messages) DESC, agent_id) AS place
  FROM resolved
  GROUP BY agent_id
)
SELECT CASE WHEN place <= :#${variable.shown.atMost()} THEN agent_id ELSE 'other' END AS agent, sum(messages) AS waiting,
  extract(epoch FROM now() - min(since))::bigint AS oldest
FROM agent
GROUP BY 1
