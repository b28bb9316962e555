-- A room or Matrix user that several entries claim: whose row holds it keeps it, else the first in the file gets it; the others are rejected.
WITH wanted AS (
  SELECT 'room' AS kind, room_id AS value, agent_id, ord, coalesce(old_room = room_id, false) AS owns FROM plan WHERE ord IS NOT NULL AND room_id IS NOT NULL
  UNION ALL
  SELECT 'Matrix user', matrix_user_id, agent_id, ord, coalesce(old_user = matrix_user_id, false) FROM plan WHERE ord IS NOT NULL AND matrix_user_id IS NOT NULL
), owner AS (
  -- An entry about which there is nothing to do is not in the plan, but it claims what its row holds.
  SELECT kind, value, agent_id, entry.ord, true AS owns
  FROM (
    SELECT DISTINCT kind, value, stored.agent_id FROM wanted JOIN agent_mappings stored ON stored.room_id = value WHERE kind = 'room' AND NOT owns
    UNION ALL
    SELECT DISTINCT kind, value, stored.agent_id FROM wanted JOIN agent_mappings stored ON stored.matrix_user_id = value WHERE kind = 'Matrix user' AND NOT owns
  ) held JOIN entry USING (agent_id)
  WHERE NOT EXISTS (SELECT FROM plan WHERE plan.agent_id = held.agent_id)
), contested AS (
  -- Found by hashing first: few values are contested, and only their claims are worth sorting.
  SELECT 'room' AS kind, room_id AS value FROM plan WHERE ord IS NOT NULL AND room_id IS NOT NULL GROUP BY room_id HAVING count(*) > 1
  UNION
  SELECT 'Matrix user', matrix_user_id FROM plan WHERE ord IS NOT NULL AND matrix_user_id IS NOT NULL GROUP BY matrix_user_id HAVING count(*) > 1
  UNION
  SELECT kind, value FROM owner
), claim AS (
  SELECT kind, value, agent_id, ord, owns,
    row_number() OVER (PARTITION BY kind, value ORDER BY ord) AS place,
    count(*) OVER (PARTITION BY kind, value) AS claimants,
    bool_or(owns) OVER (PARTITION BY kind, value) AS is_owned
  FROM (TABLE wanted UNION ALL TABLE owner) every JOIN contested USING (kind, value)
), named AS (
  -- Each reason names the claimants, so a value that all entries of a large file share must not name them all.
  SELECT kind, value,
    string_agg(agent_id, ', ' ORDER BY ord) FILTER (WHERE place <= 20) || CASE WHEN max(claimants) > 20 THEN format(' … and %s more', max(claimants) - 20) ELSE '' END AS claimants,
    coalesce(string_agg(agent_id, ', ' ORDER BY ord) FILTER (WHERE owns), min(agent_id) FILTER (WHERE place = 1)) AS kept_by
  FROM claim
  GROUP BY kind, value
), loser AS (
  SELECT claim.agent_id, string_agg(format('%s %s is claimed by %s and stays with %s; leave it to one of them', kind, value, named.claimants, kept_by), '; ' ORDER BY kind DESC) AS reason
  FROM claim JOIN named USING (kind, value)
  WHERE CASE WHEN is_owned THEN NOT owns ELSE place > 1 END
  GROUP BY claim.agent_id
)
UPDATE plan SET action = 'rejected', reason = concat_ws('; ', plan.reason, loser.reason)
FROM loser
WHERE plan.agent_id = loser.agent_id AND plan.ord IS NOT NULL
