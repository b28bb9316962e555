-- What a turn, or a look at one, came to, and the answer's parts beside it in one commit; nothing if the turn is not this instance's any more.
WITH settled AS (
  UPDATE router.inbox SET
    state = :#state,
    reason = :#reason,
    remedy = :#remedy,
    tries = :#tries,
    waits = :#waits,
    looks = :#looks,
    not_before = coalesce(now() + CAST(:#retryAfter AS bigint) * interval '1 millisecond', not_before),
    next_at = greatest(now() + :#delay * interval '1 millisecond', CASE WHEN :#state = 'waiting' THEN not_before END),
    ended_at = coalesce(ended_at, clock_timestamp()),
    settled_at = CASE WHEN :#isFinal THEN clock_timestamp() END,
    owner = NULL
  WHERE seq = :#seq AND owner = :#owner
    AND coalesce(state IN ('asking', 'unknown'), false)  -- so written, the index of all turns is not walked
  RETURNING seq, room_id, agent_id, CASE source WHEN 'catch-up' THEN sent_at END AS found_of
), posted AS (
  INSERT INTO router.outbox (source, part, room_id, sender, content, steps, first_try_at)
  SELECT source, part, room_id, :#sender, content,
    -- the room may hold this answer since the time of a store that was lost: it is read first
    CASE WHEN found_of IS NULL THEN '' ELSE 'UNSURE RECALL' END, found_of
  FROM settled CROSS JOIN (
    SELECT 1 AS place, CAST(:#source AS text) AS source, part, convert_to(content, 'UTF8') AS content
    FROM unnest(CAST(:#answer AS text[])) WITH ORDINALITY AS answer (content, part)
    UNION ALL
    SELECT 2, notice.source, 1, convert_to(notice.content, 'UTF8')
    FROM (VALUES (CAST(:#noticeSource AS text), CAST(:#noticeContent AS text))) notice (source, content)
    WHERE notice.source IS NOT NULL) said
  ORDER BY place, part
  ON CONFLICT DO NOTHING
), found AS (
  DELETE FROM router.mark USING settled WHERE :#lives AND mark.agent_id = settled.agent_id AND mark IN ('not-found', 'stale')
), missed AS (
  INSERT INTO router.mark (agent_id, mark) SELECT agent_id, 'stale' FROM settled WHERE :#isStale
  ON CONFLICT DO NOTHING
), recovered AS (
  UPDATE router.peer SET down_since = NULL, paused_until = NULL, tries = 0, reason = NULL
  FROM settled WHERE :#lives AND name = 'agent:' || agent_id AND down_since IS NOT NULL
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, :#step, :#trace FROM settled
)
SELECT count(*) FROM settled
