-- Who keeps agent_mappings locked against a sync.
SELECT string_agg(DISTINCT format('process %s (%s%s, user %s, in a transaction for %s s)',
    activity.pid, coalesce(nullif(activity.application_name, ''), 'no application name'),
    coalesce(' at ' || host(activity.client_addr), ''), activity.usename,
    round(extract(epoch FROM now() - activity.xact_start))), ', ') AS holders
FROM pg_locks held JOIN pg_stat_activity activity USING (pid)
WHERE held.relation = to_regclass('agent_mappings') AND held.granted
  AND held.mode NOT IN ('AccessShareLock', 'RowShareLock') AND held.pid <> pg_backend_pid()
