-- What happened to one message, in order: its steps, and the events that were posted because of it, or still are to be.
WITH message AS (
  SELECT event_id, generation FROM router.inbox WHERE seq = :#${variable.seq}
), posted AS (
  SELECT outbox.* FROM message CROSS JOIN generate_series(0, generation) AS asked JOIN router.outbox ON outbox.source = message.event_id || '/' || asked
  UNION ALL
  SELECT outbox.* FROM message JOIN router.outbox ON outbox.source LIKE 'notice/%' AND strpos(outbox.source, '/' || message.event_id || '/') > 0
)
SELECT at, what, detail, NULL AS source, NULL AS part, NULL AS sender, NULL AS event_id, NULL AS tries FROM router.step WHERE seq = :#${variable.seq}
UNION ALL
SELECT coalesce(sent_at, claimed_at), state, reason, source, part, sender, event_id, tries FROM posted
ORDER BY at NULLS LAST, part
