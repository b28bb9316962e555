-- Whom nothing is sent to, and since when. Where messages wait, somebody tries again within a minute; without any nobody does, and whether
-- the peer is still away is not known (NULL).
SELECT name, CASE WHEN paused_until > now() - interval '5 minutes' THEN false END AS reachable,
  to_char(down_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
  to_char(paused_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS until, reason
FROM router.peer
WHERE down_since IS NOT NULL
ORDER BY name LIKE 'agent:%', down_since DESC, name
LIMIT 100
