-- Stores the events of one transaction, each once and in order. What the event itself, our outbox or the counts decide is decided
-- here; agent_mappings is not looked at, so that a transaction is acknowledged whatever the agents do.
WITH pushed AS (
  SELECT DISTINCT ON (event_id) *
  FROM unnest(
      CAST(:#${variable.events.eventIds()} AS text[]), CAST(:#${variable.events.roomIds()} AS text[]), CAST(:#${variable.events.senders()} AS text[]),
      CAST(:#${variable.events.types()} AS text[]), CAST(:#${variable.events.kinds()} AS text[]), CAST(:#${variable.events.relTypes()} AS text[]),
      CAST(:#${variable.events.relatesTo()} AS text[]), CAST(:#${variable.events.redacts()} AS text[]), CAST(:#${variable.events.markerSources()} AS text[]),
      CAST(:#${variable.events.markerParts()} AS int[]), CAST(:#${variable.events.fromAgents()} AS text[]), CAST(:#${variable.events.flags()} AS boolean[]),
      CAST(:#${variable.events.raws()} AS bytea[]), CAST(:#${variable.events.rules()} AS text[]), CAST(:#${variable.events.faults()} AS text[]))
    WITH ORDINALITY AS pushed (event_id, room_id, sender, type, kind, rel_type, relates_to, redacts, marker_source, marker_part, from_agent, flagged, raw, rule, fault, place)
  ORDER BY event_id, place
), posted AS ( -- an echo is a receipt, also where the answer to our request was lost
  UPDATE router.outbox SET state = 'sent', event_id = pushed.event_id, sent_at = now(), reason = NULL
  FROM pushed
  WHERE outbox.source = pushed.marker_source AND outbox.part = pushed.marker_part
    AND outbox.room_id = pushed.room_id AND outbox.sender = pushed.sender AND outbox.state IN ('waiting', 'sending')
), erased AS (
  UPDATE router.inbox SET raw = NULL
  FROM pushed
  WHERE pushed.redacts IS NOT NULL AND inbox.room_id = pushed.room_id
    AND (inbox.event_id = pushed.redacts OR inbox.rel_type = 'm.replace' AND inbox.relates_to = pushed.redacts)
), room AS (
  SELECT room_id,
    (SELECT count(*) FROM (SELECT FROM router.inbox waiting WHERE waiting.state = 'waiting' AND waiting.room_id = rooms.room_id LIMIT :#${variable.events.roomLimit()}) counted) AS waiting
  FROM (SELECT DISTINCT room_id FROM pushed WHERE rule IS NULL AND fault IS NULL) rooms
), judged AS (
  SELECT pushed.*,
    CASE
      WHEN marker_source IS NOT NULL AND (sender = :#${variable.events.bot()}
        OR EXISTS (SELECT FROM router.outbox WHERE outbox.source = marker_source AND outbox.part = marker_part AND outbox.sender = pushed.sender)) THEN 'own-echo'
      WHEN rule IS NOT NULL THEN rule
      WHEN :#${variable.events.roomLimit()} > 0
        AND room.waiting + count(*) FILTER (WHERE rule IS NULL AND fault IS NULL) OVER (PARTITION BY room_id ORDER BY place) > :#${variable.events.roomLimit()} THEN 'flood'
    END AS verdict,
    EXISTS (SELECT FROM (SELECT redacts, room_id FROM pushed UNION ALL SELECT redacts, room_id FROM router.inbox) redaction
      WHERE redaction.redacts IN (pushed.event_id, CASE pushed.rel_type WHEN 'm.replace' THEN pushed.relates_to END) AND redaction.room_id = pushed.room_id) AS is_redacted
  FROM pushed LEFT JOIN room USING (room_id)
), stored AS (
  INSERT INTO router.inbox (event_id, room_id, sender, type, kind, rel_type, relates_to, redacts, marker_source, marker_part, from_agent, flagged, raw, source, state, reason, settled_at)
  SELECT event_id, room_id, sender, type, kind, rel_type, relates_to, redacts, marker_source, marker_part, from_agent, flagged,
    CASE WHEN NOT is_redacted THEN raw END, :#${variable.events.source()},
    CASE WHEN fault IS NOT NULL THEN 'dead' WHEN verdict IS NOT NULL THEN 'ignored' ELSE 'waiting' END,
    coalesce(fault, verdict),
    CASE WHEN coalesce(fault, verdict) IS NOT NULL THEN now() END
  FROM judged
  ORDER BY place
  ON CONFLICT (event_id) DO NOTHING
  RETURNING room_id, state, reason
), told AS (
  INSERT INTO router.outbox (source, part, room_id, content)
  SELECT source, 1, room_id, router.notice_content(source, router.notice_text('flood'))
  FROM (SELECT DISTINCT room_id, 'notice/flood/' || room_id || '/' || current_date AS source FROM stored WHERE reason = 'flood' AND NOT :#${variable.events.observe()}) flooded
  ON CONFLICT DO NOTHING
)
SELECT state, reason, count(*) FROM stored GROUP BY state, reason
