-- Who keeps agent_mappings locked against a sync; where nobody does, who reads it, which only the migration has to wait for.
SELECT string_agg(DISTINCT format('process %s (%s%s, user %s, in a transaction since %s)',
    pid, coalesce(nullif(application_name, ''), 'no application name'),
    coalesce(' at ' || host(client_addr), ''), usename,
    to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), ', ') AS holders
FROM (
  SELECT activity.*, held.mode NOT IN ('AccessShareLock', 'RowShareLock') AS writes,
    bool_or(held.mode NOT IN ('AccessShareLock', 'RowShareLock')) OVER () AS is_written
  FROM pg_locks held JOIN pg_stat_activity activity USING (pid)
  WHERE held.relation = to_regclass('agent_mappings') AND held.granted AND held.pid <> pg_backend_pid()
) holder
WHERE writes = is_written
