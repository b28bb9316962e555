-- A room or Matrix user that several entries claim: the present owner keeps it, else the first in the file; the others are rejected.
WITH claim AS (
  SELECT 'room' AS kind, room_id AS value, agent_id, ord, old_room = room_id AS owns FROM plan WHERE ord IS NOT NULL AND room_id IS NOT NULL
  UNION ALL
  SELECT 'Matrix user', matrix_user_id, agent_id, ord, old_user = matrix_user_id FROM plan WHERE ord IS NOT NULL AND matrix_user_id IS NOT NULL
), contested AS (
  SELECT kind, value, coalesce(min(ord) FILTER (WHERE owns), min(ord)) AS winner FROM claim GROUP BY kind, value HAVING count(*) > 1
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
