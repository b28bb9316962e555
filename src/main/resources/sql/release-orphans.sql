-- What belongs to an instance that is not alive, or to this one although it works on nothing of the kind: a turn's outcome is unknown,
-- an event is sent again with the same transaction id. A lease or a pause that is longer than any was made so by a clock, and is over.
WITH lost AS (
  UPDATE router.inbox SET state = 'unknown', owner = NULL, remedy = coalesce(remedy, 'TRY'),
    reason = CASE state WHEN 'asking' THEN 'The instance that asked is gone.' ELSE reason END, ended_at = coalesce(ended_at, now()),
    -- a dead owner has asked nothing since it last renewed its lease; this one may have until just now
    next_at = now() + CASE WHEN owner = :#${variable.orphans.owner()} THEN interval '10 seconds' ELSE interval '0' END
  WHERE state IN ('asking', 'unknown') AND owner IS NOT NULL
    AND (NOT EXISTS (SELECT FROM router.instance WHERE id = owner AND alive_until BETWEEN now() AND now() + interval '1 minute')
      OR owner = :#${variable.orphans.owner()} AND claimed_at < now() - interval '10 seconds' AND seq::text <> ALL (CAST(:#${variable.orphans.turns()} AS text[])))
  RETURNING seq
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, 'unknown', 'whoever asked is gone' FROM lost
), unsent AS (
  UPDATE router.outbox SET state = 'waiting', owner = NULL, next_at = now(), steps = concat_ws(' ', nullif(steps, ''), 'UNSURE')
  WHERE state = 'sending'
    AND (NOT EXISTS (SELECT FROM router.instance WHERE id = owner AND alive_until BETWEEN now() AND now() + interval '1 minute')
      OR owner = :#${variable.orphans.owner()} AND claimed_at < now() - interval '10 seconds' AND source || ' ' || part <> ALL (CAST(:#${variable.orphans.replies()} AS text[])))
  RETURNING source
), resumed AS (
  UPDATE router.peer SET paused_until = now() WHERE paused_until > now() + interval '2 minutes'
), forgotten AS (
  DELETE FROM router.instance WHERE alive_until < now() - interval '1 day'
)
SELECT (SELECT count(*) FROM lost) + (SELECT count(*) FROM unsent) AS released
