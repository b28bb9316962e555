-- A swap of two rooms is one statement: uniqueness has to be judged at its end, not row by row.
-- A constraint that the operator dropped stays dropped, and rooms that agents share stay shared.
SET LOCAL lock_timeout = '10s';
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
    WHERE conrelid = to_regclass('agent_mappings') AND contype = 'u' AND NOT condeferrable
      AND pg_get_constraintdef(oid) IN ('UNIQUE (room_id)', 'UNIQUE (matrix_user_id)')
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s DEFERRABLE INITIALLY IMMEDIATE',
      to_regclass('agent_mappings'), found.conname, found.conname, found.definition);
  END LOOP;
END $$;
