-- Takes the text out of what was settled long ago, and later the rest of it; what is not settled stays whole.
WITH gone AS (
  DELETE FROM router.inbox WHERE settled_at < now() - CAST(:#${properties:router.message-seconds} AS bigint) * interval '1 second'
  RETURNING seq
), steps AS (
  DELETE FROM router.step WHERE seq IN (SELECT seq FROM gone)
), sent AS (
  DELETE FROM router.outbox
  WHERE state NOT IN ('waiting', 'sending') AND coalesce(sent_at, first_try_at) < now() - CAST(:#${properties:router.message-seconds} AS bigint) * interval '1 second'
), unsaid AS (
  UPDATE router.outbox SET content = ''
  WHERE state NOT IN ('waiting', 'sending') AND content <> ''
    AND coalesce(sent_at, first_try_at) < now() - CAST(:#${properties:router.text-seconds} AS bigint) * interval '1 second'
    AND coalesce(sent_at, first_try_at) >= now() - CAST(:#${properties:router.message-seconds} AS bigint) * interval '1 second'
)
UPDATE router.inbox SET raw = NULL
WHERE raw IS NOT NULL AND settled_at < now() - CAST(:#${properties:router.text-seconds} AS bigint) * interval '1 second'
  AND settled_at >= now() - CAST(:#${properties:router.message-seconds} AS bigint) * interval '1 second'
