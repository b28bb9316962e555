-- How far a room was read, and when it is due again; nothing if another instance has read it meanwhile. What was found is stored by then.
UPDATE router.reader SET
  position = coalesce(:#${variable.reading.position()}, position),
  read_at = CASE WHEN :#${variable.reading.isComplete()} THEN CAST(:#${variable.reading.claimedAt()} AS timestamptz) ELSE read_at END,
  -- not all at once
  next_at = now() + coalesce(CAST(:#${variable.reading.delay()} AS bigint), CAST(:#${variable.limits.everySeconds()} AS bigint) * (750 + random() * 250)) * interval '1 millisecond',
  held_until = CASE WHEN NOT :#${variable.reading.isComplete()} THEN held_until END,
  has_rest = :#${variable.reading.hasRest()},
  fault = :#${variable.reading.fault()}
WHERE room_id = :#${variable.reading.roomId()} AND position IS NOT DISTINCT FROM :#${variable.reading.claimedPosition()}
