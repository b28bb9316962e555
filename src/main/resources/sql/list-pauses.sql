-- Whom nothing is sent to for now, and since when. Where messages wait, somebody tries again within a minute; without any nobody does, and
-- how the peer is by now is not known.
SELECT name, to_char(down_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
  to_char(paused_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS until, reason
FROM router.peer
WHERE down_since IS NOT NULL AND paused_until > now() - interval '5 minutes'
ORDER BY name LIKE 'agent:%', down_since, name
LIMIT 100
