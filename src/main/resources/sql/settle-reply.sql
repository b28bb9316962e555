-- What a send came to; nothing if it is not this instance's any more. What had to be split stands in its place, in order.
WITH settled AS (
  UPDATE router.outbox SET
    state = :#state,
    reason = :#reason,
    event_id = :#eventId,
    sent_at = CASE WHEN :#state = 'sent' THEN clock_timestamp() END,
    tries = :#tries,
    first_try_at = CASE WHEN variant = :#variant THEN first_try_at END,
    next_at = now() + :#delay * interval '1 millisecond',
    steps = :#steps,
    sender = :#sender,
    part = :#part,
    variant = :#variant,
    content = convert_to(:#content, 'UTF8'),
    owner = NULL
  WHERE source = :#source AND part = :#claimedPart AND owner = :#owner
    AND coalesce(state = 'sending', false)  -- so written, the index of all that is sent is not walked
  RETURNING source, part, seq, room_id, sender, variant
)
INSERT INTO router.outbox (source, part, seq, room_id, sender, variant, content)
SELECT source, part + place, seq, room_id, sender, variant, convert_to(content, 'UTF8')
FROM settled CROSS JOIN unnest(CAST(:#more AS text[])) WITH ORDINALITY AS more (content, place)
ON CONFLICT DO NOTHING
