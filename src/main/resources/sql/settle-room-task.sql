-- What came of a task: done, or due again; whether there is something new to say.
WITH settled AS (
  UPDATE router.inbox SET
    task = CASE WHEN CAST(:#${variable.result.delay()} AS bigint) IS NOT NULL THEN task END,
    next_at = now() + coalesce(CAST(:#${variable.result.delay()} AS bigint), 0) * interval '1 millisecond',
    reason = coalesce(:#${variable.result.rule()}, reason)
  WHERE event_id = :#${variable.result.eventId()} AND task IS NOT NULL
  RETURNING seq
), marked AS (
  INSERT INTO router.mark (agent_id, mark)
  SELECT :#${variable.result.agentId()}, 'removed' FROM settled WHERE :#${variable.result.what()} = 'removed'
  ON CONFLICT DO NOTHING
  RETURNING agent_id
), back AS (
  DELETE FROM router.mark USING settled
  WHERE agent_id = :#${variable.result.agentId()} AND mark = 'removed' AND :#${variable.result.what()} IN ('joined', 'followed')
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, :#${variable.result.what()}, :#${variable.result.detail()} FROM settled WHERE CAST(:#${variable.result.what()} AS text) IS NOT NULL
)
SELECT EXISTS (SELECT FROM settled) AND (:#${variable.result.what()} IS DISTINCT FROM 'removed' OR EXISTS (SELECT FROM marked)) AS is_news
