-- What database this is, which of the tables are there, and what our role may do; what does not exist yet is NULL.
SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
  CAST(current_setting('server_version_num') AS int) / 10000 AS major,
  pg_is_in_recovery() AS is_standby,
  quote_ident(current_user) AS role, quote_ident(current_database()) AS database, quote_ident(current_schema()) AS schema,
  own IS NOT NULL AS has_schema,
  mappings IS NOT NULL AS has_mappings,
  EXISTS (SELECT FROM pg_class WHERE relnamespace = own AND relname = 'phase') AS has_own, -- to_regclass fails where our role may not look
  has_database_privilege(current_database(), 'TEMP') AS may_make_temporary,
  coalesce(has_schema_privilege(own, 'USAGE') AND NOT EXISTS (
    SELECT FROM pg_class CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege
    WHERE relnamespace = own AND CASE relkind WHEN 'r' THEN NOT has_table_privilege(pg_class.oid, privilege) WHEN 'S' THEN NOT has_sequence_privilege(pg_class.oid, 'USAGE') END), has_database_privilege(current_database(), 'CREATE')) AS may_use_own,
  mappings IS NOT NULL OR has_schema_privilege(current_schema(), 'CREATE') IS TRUE AS may_make_mappings,
  (SELECT string_agg(privilege, ', ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege
   WHERE NOT has_table_privilege(mappings, privilege) OR NOT has_table_privilege(invitations, privilege)) AS lacking
FROM (SELECT to_regclass('agent_mappings') AS mappings, to_regclass('invitation_status') AS invitations, CAST(to_regnamespace('router') AS oid) AS own) there
