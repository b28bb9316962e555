-- A room or Matrix user that several entries claim: the present owner keeps it, else the first in the file; the others are rejected.
WITH contested AS (
  SELECT 'room' AS kind, room_id AS value, coalesce(min(ord) FILTER (WHERE old_room = room_id), min(ord)) AS winner
  FROM plan WHERE ord IS NOT NULL AND room_id IS NOT NULL GROUP BY room_id HAVING count(*) > 1
  UNION ALL
  SELECT 'Matrix user', matrix_user_id, coalesce(min(ord) FILTER (WHERE old_user = matrix_user_id), min(ord))
  FROM plan WHERE ord IS NOT NULL AND matrix_user_id IS NOT NULL GROUP BY matrix_user_id HAVING count(*) > 1
), claim AS (
  SELECT kind, value, agent_id, ord FROM contested JOIN plan ON plan.room_id = value WHERE kind = 'room' AND ord IS NOT NULL
  UNION ALL
  SELECT kind, value, agent_id, ord FROM contested JOIN plan ON plan.matrix_user_id = value WHERE kind = 'Matrix user' AND ord IS NOT NULL
), named AS (
  SELECT kind, value, string_agg(agent_id, ', ' ORDER BY ord) AS claimants, min(agent_id) FILTER (WHERE ord = winner) AS kept_by
  FROM claim JOIN contested USING (kind, value)
  GROUP BY kind, value
), loser AS (
  SELECT claim.agent_id, string_agg(format('%s %s is claimed by %s and stays with %s; leave it to one of them', kind, value, claimants, kept_by), '; ') AS reason
  FROM claim JOIN contested USING (kind, value) JOIN named USING (kind, value)
  WHERE claim.ord <> contested.winner
  GROUP BY claim.agent_id
)
UPDATE plan SET action = 'rejected', reason = concat_ws('; ', plan.reason, loser.reason)
FROM loser
WHERE plan.agent_id = loser.agent_id AND plan.ord IS NOT NULL
