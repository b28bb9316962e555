-- What a turn, or a look at one, came to, and the answer's parts beside it in one commit; nothing if the turn is not this instance's any more.
WITH settled AS (
  UPDATE router.inbox SET
    state = :#${variable.settlement.state()},
    reason = :#${variable.settlement.reason()},
    remedy = :#${variable.settlement.remedy()},
    tries = :#${variable.settlement.tries()},
    waits = :#${variable.settlement.waits()},
    looks = :#${variable.settlement.looks()},
    next_at = now() + :#${variable.settlement.delay()} * interval '1 millisecond',
    ended_at = coalesce(ended_at, clock_timestamp()),
    settled_at = CASE WHEN :#${variable.settlement.isFinal()} THEN clock_timestamp() END,
    owner = NULL
  WHERE seq = :#${variable.settlement.seq()} AND owner = :#${variable.settlement.owner()} AND state IN ('asking', 'unknown')
  RETURNING seq, room_id, agent_id
), posted AS (
  INSERT INTO router.outbox (source, part, room_id, sender, content)
  SELECT source, part, room_id, :#${variable.settlement.sender()}, content
  FROM settled CROSS JOIN (
    SELECT 1 AS place, CAST(:#${variable.settlement.source()} AS text) AS source, part, convert_to(content, 'UTF8') AS content
    FROM unnest(CAST(:#${variable.settlement.answer()} AS text[])) WITH ORDINALITY AS answer (content, part)
    UNION ALL
    SELECT 2, notice.source, 1, router.notice_content(notice.source, notice.text)
    FROM (VALUES (CAST(:#${variable.settlement.noticeSource()} AS text), CAST(:#${variable.settlement.noticeText()} AS text))) notice (source, text)
    WHERE notice.source IS NOT NULL) said
  ORDER BY place, part
  ON CONFLICT DO NOTHING
), cleared AS (
  DELETE FROM router.mark USING settled WHERE mark.agent_id = settled.agent_id AND :#${variable.settlement.state()} = 'answered'
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, :#${variable.settlement.state()}, :#${variable.settlement.trace()} FROM settled
)
SELECT count(*) FROM settled
