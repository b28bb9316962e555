-- What it means that Letta says it has no agent of this id. Once is no proof, for a Letta that is being restored says so as well: "wait".
-- If it keeps to that, the agent is gone: "stale". If it says so of more than three agents within a minute and has answered for none
-- since the last of these began to be missing, it is another Letta: "address". Where the room has no mapping, a setting is wrong: "default".
WITH said AS (
  INSERT INTO router.mark AS mark (agent_id, mark) VALUES (:#${variable.turn.agentId()}, 'not-found')
  ON CONFLICT (agent_id, mark) DO UPDATE SET seen_at = now()
  RETURNING at
), fourth AS (
  SELECT at FROM (
    SELECT at FROM router.mark LEFT JOIN router.peer ON name = 'letta'
    WHERE mark = 'not-found' AND agent_id <> :#${variable.turn.agentId()} AND seen_at > coalesce(down_since, now()) - interval '1 minute'
    UNION ALL SELECT at FROM said) missing
  ORDER BY at DESC OFFSET 3 LIMIT 1
)
SELECT CASE
  WHEN EXISTS (SELECT FROM fourth WHERE NOT EXISTS (
    SELECT FROM (SELECT state, settled_at FROM router.inbox ORDER BY seq DESC LIMIT 1000) recent WHERE state = 'answered' AND settled_at > at)) THEN 'address'
  WHEN :#${variable.turn.isDefault()} THEN 'default'
  WHEN EXISTS (SELECT FROM router.mark WHERE agent_id = :#${variable.turn.agentId()} AND mark = 'stale') THEN 'stale'
  WHEN (SELECT at FROM said) <= now() - CAST(:#${properties:router.gone-milliseconds} AS bigint) * interval '1 millisecond' THEN 'stale'
  ELSE 'wait'
END AS absence
