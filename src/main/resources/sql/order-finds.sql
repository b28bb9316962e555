-- What was found late takes its place: from the first event on that came before one of those in front of it, all that is not asked yet is
-- numbered anew, in the order of the room. What an earlier run found, and what waits still, comes before all of this one.
WITH read AS (
  SELECT * FROM unnest(CAST(:#${variable.reading.eventIds()} AS text[])) WITH ORDINALITY AS read (event_id, place)
), earlier AS (
  SELECT event_id, 0 FROM router.inbox
  WHERE state = 'waiting' AND room_id = :#${variable.reading.roomId()} AND source = 'catch-up' AND event_id NOT IN (SELECT event_id FROM read)
), run AS (
  SELECT seq, place, state, seq < max(seq) OVER (ORDER BY place, seq) AS is_misplaced
  FROM (SELECT * FROM earlier UNION ALL SELECT * FROM read) run (event_id, place) JOIN router.inbox USING (event_id)
), numbered AS MATERIALIZED (
  SELECT seq, nextval(pg_get_serial_sequence('router.inbox', 'seq')) AS number
  FROM (SELECT seq FROM run WHERE state IN ('waiting', 'ignored') AND place >= (SELECT min(place) FROM run WHERE is_misplaced) ORDER BY place, seq) following
), moved AS (
  UPDATE router.inbox SET seq = number
  FROM numbered WHERE inbox.seq = numbered.seq AND coalesce(inbox.state IN ('waiting', 'ignored'), false)
  RETURNING number
)
UPDATE router.step SET seq = number
FROM numbered JOIN moved USING (number) WHERE step.seq = numbered.seq
