-- Stores the events of one transaction, or of one page of a room's history, each once and in order. What the event itself, our outbox or the counts decide is decided
-- here; agent_mappings is not looked at, so that a transaction is acknowledged whatever the agents do.
WITH given AS (
  SELECT DISTINCT ON (event_id) *
  FROM unnest(
      CAST(:#eventIds AS text[]), CAST(:#roomIds AS text[]), CAST(:#senders AS text[]),
      CAST(:#types AS text[]), CAST(:#kinds AS text[]), CAST(:#relTypes AS text[]),
      CAST(:#relatesTo AS text[]), CAST(:#redacts AS text[]), CAST(:#markerSources AS text[]),
      CAST(:#markerParts AS int[]), CAST(:#fromAgents AS text[]), CAST(:#flags AS boolean[]),
      CAST(:#raws AS bytea[]), CAST(:#rules AS text[]), CAST(:#faults AS text[]),
      CAST(:#stateKeys AS text[]), CAST(:#tasks AS text[]), CAST(:#sentAts AS timestamptz[]))
    WITH ORDINALITY AS given (event_id, room_id, sender, type, kind, rel_type, relates_to, redacts, marker_source, marker_part, from_agent, flagged, raw, rule, fault, state_key, task, sent_at, place)
  ORDER BY event_id, place
), pushed AS ( -- what was seen already neither counts nor does anything
  SELECT * FROM given WHERE NOT EXISTS (SELECT FROM router.inbox WHERE inbox.event_id = given.event_id)
), confirmed AS ( -- what the homeserver pushes after all, it had not forgotten, and nobody was asked it
  UPDATE router.inbox SET source = 'push', next_at = now()
  FROM given
  WHERE :#source = 'push' AND inbox.event_id = given.event_id AND inbox.source = 'catch-up' AND inbox.asked_at IS NULL
    AND coalesce(inbox.state = 'waiting', false)  -- so written, the index of all that waits is not walked
), posted AS ( -- an echo is a receipt, also where the answer to our request was lost
  UPDATE router.outbox SET state = 'sent', event_id = pushed.event_id, sent_at = now(), reason = NULL
  FROM pushed
  WHERE outbox.source = pushed.marker_source AND outbox.part = pushed.marker_part
    AND outbox.room_id = pushed.room_id AND outbox.sender = pushed.sender AND outbox.state IN ('waiting', 'sending', 'dead')
), erased AS (
  UPDATE router.inbox SET raw = NULL
  FROM pushed
  WHERE pushed.redacts IS NOT NULL AND inbox.room_id = pushed.room_id
    AND (inbox.event_id = pushed.redacts OR inbox.rel_type = 'm.replace' AND inbox.relates_to = pushed.redacts)
), unsaid AS ( -- of what we said ourselves, the echo names the row
  UPDATE router.outbox SET content = ''
  FROM pushed JOIN router.inbox echo ON echo.event_id = pushed.redacts AND echo.room_id = pushed.room_id
  WHERE outbox.source = echo.marker_source AND outbox.part = echo.marker_part AND outbox.event_id = echo.event_id AND outbox.state = 'sent'
), redaction AS ( -- of what is pushed now, whichever of the two came first
  SELECT room_id, redacts FROM pushed WHERE redacts IS NOT NULL
  UNION ALL
  SELECT room_id, redacts FROM router.inbox
  WHERE redacts IN (SELECT event_id FROM pushed UNION ALL SELECT relates_to FROM pushed WHERE rel_type = 'm.replace')
), known AS (
  SELECT *,
    ((room_id, event_id) IN (SELECT room_id, redacts FROM redaction) OR rel_type = 'm.replace' AND (room_id, relates_to) IN (SELECT room_id, redacts FROM redaction)) IS TRUE AS is_redacted,
    marker_source IS NOT NULL AND (sender = :#bot
      OR EXISTS (SELECT FROM router.outbox WHERE outbox.source = marker_source AND outbox.part = marker_part AND outbox.sender = pushed.sender)) AS is_echo
  FROM pushed
), judged AS (
  SELECT *, CASE WHEN is_echo THEN 'own-echo' WHEN rule IS NOT NULL THEN rule WHEN is_redacted THEN 'redacted' END AS verdict FROM known
), numbered AS (
  SELECT *, count(*) FILTER (WHERE verdict IS NULL AND fault IS NULL) OVER (PARTITION BY room_id ORDER BY place) AS number FROM judged
), counted AS (
  SELECT *,
    CASE WHEN :#roomLimit > 0 AND verdict IS NULL AND number + max(CASE WHEN number = 1 AND verdict IS NULL THEN
        (SELECT count(*) FROM (SELECT FROM router.inbox waiting WHERE waiting.state = 'waiting' AND waiting.room_id = numbered.room_id LIMIT :#roomLimit) waiting)
      END) OVER (PARTITION BY room_id) > :#roomLimit THEN 'flood' ELSE verdict END AS rule_met
  FROM numbered
), stored AS (
  INSERT INTO router.inbox (event_id, room_id, sender, type, kind, rel_type, relates_to, redacts, marker_source, marker_part, from_agent, flagged, raw, source, observed, state, reason, settled_at, state_key, task, sent_at, next_at)
  SELECT event_id, room_id, sender, type, kind, rel_type, relates_to, redacts, marker_source, marker_part, from_agent, flagged,
    CASE WHEN NOT is_redacted THEN raw END, :#source, :#observe,
    CASE WHEN fault IS NOT NULL THEN 'dead' WHEN rule_met IS NOT NULL THEN 'ignored' ELSE 'waiting' END,
    coalesce(fault, rule_met),
    CASE WHEN coalesce(fault, rule_met) IS NOT NULL THEN now() END,
    state_key, CASE WHEN NOT :#observe THEN task END, sent_at,
    now() + CASE WHEN :#source = 'catch-up' THEN interval '10 seconds' ELSE interval '0' END  -- by then the room is read on, and a turn that the store forgot shows at Letta
  FROM counted
  ORDER BY place
  ON CONFLICT (event_id) DO NOTHING
  RETURNING event_id, room_id, sender, state, reason
), told AS (
  INSERT INTO router.outbox (source, part, room_id, content)
  SELECT source, 1, room_id, router.notice_content(source, router.notice_text('flood'))
  FROM (SELECT DISTINCT room_id, 'notice/flood/' || room_id || '/' || current_date AS source FROM stored WHERE reason = 'flood' AND NOT :#observe) flooded
  ON CONFLICT DO NOTHING
)
SELECT *, CASE WHEN state <> 'dead' THEN reason END AS rule FROM stored
