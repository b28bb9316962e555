-- Lets dead letters go on, all of the named ones or none. A message keeps its place in the order of its room and gets one generation
-- more, so that neither Letta nor the homeserver takes it for the first one. An event to be posted keeps its transaction id: a
-- homeserver remembers none that it refused, and what it took although we never heard of it must not stand there twice.
WITH message AS (
  SELECT seq, CASE WHEN claimed_at IS NULL THEN 'unreadable' WHEN raw IS NULL THEN 'no-text' END AS fault
  FROM router.inbox WHERE state = 'dead' AND seq = ANY (CAST(:#${variable.letters.messages()} AS bigint[]))
  ORDER BY seq FOR UPDATE
), reply AS (
  SELECT outbox.seq, outbox.part, outbox.source, CASE WHEN content = '' THEN 'no-text' END AS fault
  FROM router.outbox JOIN unnest(CAST(:#${variable.letters.replies()} AS bigint[]), CAST(:#${variable.letters.parts()} AS int[])) named (seq, part) USING (seq, part)
  WHERE state = 'dead'
  ORDER BY outbox.seq, outbox.part FOR UPDATE OF outbox
), named AS (
  SELECT id, CASE WHEN message.seq IS NULL AND reply.seq IS NULL THEN 'unknown' ELSE coalesce(message.fault, reply.fault) END AS fault
  FROM unnest(CAST(:#${variable.letters.ids()} AS text[])) id
    LEFT JOIN message ON id = 'message-' || message.seq LEFT JOIN reply ON id = 'reply-' || reply.seq || '-' || reply.part
), asked AS (
  UPDATE router.inbox SET
    state = 'waiting', reason = NULL, remedy = NULL, generation = generation + 1, tries = 0, waits = 0, looks = 0,
    owner = NULL, next_at = now(), waiting_since = now(), ended_at = NULL, settled_at = NULL
  FROM message WHERE inbox.seq = message.seq AND NOT EXISTS (SELECT FROM named WHERE named.fault IS NOT NULL)
  RETURNING inbox.seq, generation
), posted AS (
  UPDATE router.outbox SET
    state = 'waiting', reason = NULL, owner = NULL, tries = 0, next_at = now(),
    steps = coalesce(substring(steps FROM 'WITHOUT_DEVICE'), '')  -- a transaction id stands for one event of one device
  FROM reply WHERE outbox.source = reply.source AND outbox.part = reply.part AND NOT EXISTS (SELECT FROM named WHERE named.fault IS NOT NULL)
  RETURNING outbox.source, outbox.part
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, 'replayed', 'by the operator, generation ' || generation FROM asked
  UNION ALL
  SELECT inbox.seq, 'replayed', 'by the operator, part ' || posted.part || ' only'
  FROM posted JOIN router.inbox ON inbox.event_id = regexp_replace(posted.source, '^notice/[a-z-]+/|/[0-9]+$', '', 'g')
)
SELECT id, fault FROM named
