SELECT
  (SELECT count(*) FROM agent_mappings) AS stored,
  count(*) FILTER (WHERE action = 'create') AS created,
  count(*) FILTER (WHERE action = 'update') AS updated,
  count(*) FILTER (WHERE action = 'kept') AS kept,
  count(*) FILTER (WHERE action = 'rejected') AS rejected,
  count(*) FILTER (WHERE action = 'release') AS released,
  count(*) FILTER (WHERE action = 'delete') AS deleted,
  count(*) FILTER (WHERE is_stored AND action IN ('absent', 'release', 'delete')) AS only_in_database
FROM plan
