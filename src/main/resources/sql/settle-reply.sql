-- What a send came to; nothing if it is not this instance's any more. What had to be split stands in its place, in order.
WITH settled AS (
  UPDATE router.outbox SET
    state = :#${variable.sent.state()},
    reason = :#${variable.sent.reason()},
    event_id = :#${variable.sent.eventId()},
    sent_at = CASE WHEN :#${variable.sent.state()} = 'sent' THEN clock_timestamp() END,
    tries = :#${variable.sent.tries()},
    first_try_at = CASE WHEN variant = :#${variable.sent.variant()} THEN first_try_at END,
    next_at = now() + :#${variable.sent.delay()} * interval '1 millisecond',
    steps = :#${variable.sent.steps()},
    sender = :#${variable.sent.sender()},
    part = :#${variable.sent.part()},
    variant = :#${variable.sent.variant()},
    content = convert_to(:#${variable.sent.content()}, 'UTF8'),
    owner = NULL
  WHERE source = :#${variable.sent.source()} AND part = :#${variable.sent.claimedPart()} AND owner = :#${variable.sent.owner()} AND state = 'sending'
  RETURNING source, part, seq, room_id, sender, variant
)
INSERT INTO router.outbox (source, part, seq, room_id, sender, variant, content)
SELECT source, part + place, seq, room_id, sender, variant, convert_to(content, 'UTF8')
FROM settled CROSS JOIN unnest(CAST(:#${variable.sent.more()} AS text[])) WITH ORDINALITY AS more (content, place)
ON CONFLICT DO NOTHING
