-- Ends dead letters for good, all of the named ones or none.
WITH message AS (
  SELECT seq FROM router.inbox WHERE state = 'dead' AND seq = ANY (CAST(:#${variable.letters.messages()} AS bigint[]))
  ORDER BY seq FOR UPDATE
), reply AS (
  SELECT outbox.seq, outbox.part, outbox.source
  FROM router.outbox JOIN unnest(CAST(:#${variable.letters.replies()} AS bigint[]), CAST(:#${variable.letters.parts()} AS int[])) named (seq, part) USING (seq, part)
  WHERE state = 'dead'
  ORDER BY outbox.seq, outbox.part FOR UPDATE OF outbox
), named AS (
  SELECT id, CASE WHEN message.seq IS NULL AND reply.seq IS NULL THEN 'unknown' END AS fault
  FROM unnest(CAST(:#${variable.letters.ids()} AS text[])) id
    LEFT JOIN message ON id = 'message-' || message.seq LEFT JOIN reply ON id = 'reply-' || reply.seq || '-' || reply.part
), ended AS (
  UPDATE router.inbox SET state = 'dropped', settled_at = now()
  FROM message WHERE inbox.seq = message.seq AND NOT EXISTS (SELECT FROM named WHERE named.fault IS NOT NULL)
  RETURNING inbox.seq
), unsent AS (
  UPDATE router.outbox SET state = 'dropped'
  FROM reply WHERE outbox.source = reply.source AND outbox.part = reply.part AND NOT EXISTS (SELECT FROM named WHERE named.fault IS NOT NULL)
  RETURNING outbox.source, outbox.part
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, 'dropped', 'by the operator' FROM ended
  UNION ALL
  SELECT inbox.seq, 'dropped', 'by the operator, part ' || unsent.part || ' only'
  FROM unsent JOIN router.inbox ON inbox.event_id = regexp_replace(unsent.source, '^notice/[a-z-]+/|/[0-9]+$', '', 'g')
)
SELECT id, fault FROM named
