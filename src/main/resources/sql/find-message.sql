-- One message, never its text: by its event id, or by the reference that its room was told when it could not be answered.
WITH named AS (
  SELECT array_position(CAST(:#${variable.eventIds} AS text[]), event_id COLLATE "default") AS place, seq
  FROM router.inbox WHERE event_id = ANY (CAST(:#${variable.eventIds} AS text[]))
  UNION ALL
  SELECT 4, seq
  FROM router.inbox, (SELECT '$' || (CAST(:#${variable.eventIds} AS text[]))[1] COLLATE "C" AS beginning) reference
  WHERE event_id >= beginning AND event_id < beginning || '~' AND length(beginning) = 9
)
SELECT inbox.seq, event_id, room_id, sender, state, reason, agent_id, agent_name, is_default, generation, tries, waits, received_at, source, settled_at,
  CASE WHEN state = 'waiting' AND next_at > now() THEN next_at END AS due_at, raw IS NOT NULL AS has_text
FROM named JOIN router.inbox USING (seq)
ORDER BY place, seq DESC LIMIT 1
