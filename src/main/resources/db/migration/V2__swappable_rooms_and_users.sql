-- A swap of two rooms is one statement: uniqueness has to be judged at its end, not row by row.
-- A constraint that the operator dropped stays dropped, and rooms that agents share stay shared. A unique index becomes a constraint
-- of its name. What another table's foreign key leans on cannot be deferred and stays as it is.

-- While this waits, lookups queue behind it: so it waits shortly, and is tried again every few seconds.
SET LOCAL lock_timeout = '300ms';
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT index.relname AS name, pg_get_constraintdef(con.oid) AS definition, owner.oid AS owner, owner.rolname AS owner_name
    FROM pg_index
      JOIN pg_class index ON index.oid = indexrelid
      JOIN pg_class mappings ON mappings.oid = indrelid
      JOIN pg_roles owner ON owner.oid = mappings.relowner
      JOIN pg_attribute col ON col.attrelid = indrelid AND col.attnum = indkey[0]
      LEFT JOIN pg_constraint con ON con.conindid = indexrelid AND con.contype IN ('u', 'p')
    WHERE indrelid = to_regclass('agent_mappings') AND attname IN ('room_id', 'matrix_user_id')
      AND indisunique AND indisvalid AND indimmediate AND NOT indisprimary AND indnatts = 1 AND indpred IS NULL
      AND (con.oid IS NOT NULL OR indoption[0] = 0 AND (SELECT opcdefault FROM pg_opclass WHERE pg_opclass.oid = indclass[0]))
      AND NOT EXISTS (SELECT FROM pg_constraint foreign_key WHERE foreign_key.contype = 'f' AND foreign_key.confrelid = indrelid AND foreign_key.conindid = indexrelid)
  LOOP
    IF NOT pg_has_role(found.owner, 'USAGE') THEN
      RAISE EXCEPTION 'the table agent_mappings belongs to "%", and only its owner can make its UNIQUE constraints deferrable, which a swap of two rooms needs; run GRANT "%" TO "%", or let DATABASE_URL name that user',
        found.owner_name, found.owner_name, current_user;
    END IF;
    IF found.definition IS NULL THEN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE USING INDEX %I DEFERRABLE INITIALLY IMMEDIATE', to_regclass('agent_mappings'), found.name, found.name);
    ELSE
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s DEFERRABLE INITIALLY IMMEDIATE',
        to_regclass('agent_mappings'), found.name, found.name, found.definition);
    END IF;
  END LOOP;
END $$;
