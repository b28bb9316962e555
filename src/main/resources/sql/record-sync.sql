WITH counted AS (
  SELECT
    count(*) FILTER (WHERE action = 'create') AS created,
    count(*) FILTER (WHERE action IN ('update', 'release')) AS updated,
    count(*) FILTER (WHERE action = 'delete') AS deleted,
    count(*) FILTER (WHERE action = 'kept') AS kept,
    count(*) FILTER (WHERE action = 'rejected') AS refused,
    count(*) FILTER (WHERE action IN ('create', 'update', 'kept', 'rejected') AND ord IS NOT NULL) AS listed,
    coalesce(jsonb_agg(jsonb_build_object('agent_id', agent_id, 'line', line, 'reason', reason) ORDER BY ord) FILTER (WHERE action = 'rejected'), '[]') AS rejected
  FROM plan
)
INSERT INTO router.sync (trigger, file, sha256, created, updated, deleted, unchanged, kept, rejected)
SELECT :#${variable.sync.trigger()}, :#${variable.file.name()},
  CASE WHEN :#${variable.sync.wholeFile()} THEN CAST(:#${variable.file.sha256()} AS text) END, created, updated, deleted,
  :#${variable.file.entries()} - listed, kept, rejected
FROM counted
RETURNING id, at
