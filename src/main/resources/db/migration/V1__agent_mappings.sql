-- The operators' two tables, made only where the old system has not made them, and our own schema beside them.
-- Every statement bears what is there already: a trial runs this file too, to compare a file with a store that lacks tables.
DO $$
DECLARE
  home text := (SELECT name FROM unnest(current_schemas(false)) name WHERE name <> 'router' LIMIT 1);
  lacking text;
BEGIN
  IF home IS NULL THEN
    RAISE EXCEPTION 'no schema of the search_path is there for this user; create one, or name another in DATABASE_URL with ?currentSchema=';
  END IF;
  IF to_regclass('agent_mappings') IS NULL THEN
    EXECUTE format('
      CREATE TABLE %I.agent_mappings (
        agent_id VARCHAR PRIMARY KEY,
        agent_name VARCHAR NOT NULL,
        matrix_user_id VARCHAR UNIQUE NOT NULL,
        matrix_password VARCHAR NOT NULL,
        room_id VARCHAR UNIQUE,
        room_created BOOLEAN DEFAULT FALSE,
        created_at TIMESTAMP DEFAULT NOW(),
        updated_at TIMESTAMP DEFAULT NOW()
      )', home);
    EXECUTE format('CREATE INDEX IF NOT EXISTS idx_room_id ON %I.agent_mappings (room_id)', home);
  END IF;
  IF to_regclass('invitation_status') IS NULL THEN
    EXECUTE format('
      CREATE TABLE %I.invitation_status (
        agent_id VARCHAR NOT NULL,
        invitee VARCHAR NOT NULL,
        status VARCHAR NOT NULL,
        PRIMARY KEY (agent_id, invitee)
      )', home);
  END IF;
  SELECT string_agg(wanted, ', ') INTO lacking
  FROM unnest(ARRAY['agent_id', 'agent_name', 'matrix_user_id', 'matrix_password', 'room_id', 'room_created', 'created_at', 'updated_at']) wanted
  WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('agent_mappings') AND attname = wanted AND NOT attisdropped);
  IF lacking IS NOT NULL THEN
    RAISE EXCEPTION 'the table agent_mappings lacks the column(s) %; add them, or rename that table away', lacking;
  END IF;
END $$;

CREATE SCHEMA IF NOT EXISTS router;

-- What the last applied file said of each agent, as a digest: an entry that still says the same does not overwrite a changed row.
CREATE TABLE IF NOT EXISTS router.applied (
  agent_id text PRIMARY KEY,
  digest uuid,           -- NULL: the last applied file did not hold the agent
  room_id text           -- the room that a sync last saw or wrote here; only this room can be given up for another agent
);

CREATE TABLE IF NOT EXISTS router.sync (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  trigger text NOT NULL,
  file text,
  sha256 text,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  deleted bigint NOT NULL,
  unchanged bigint NOT NULL,
  kept bigint NOT NULL,
  rejected jsonb NOT NULL
);

-- Every row that a sync changed: what it was (NULL: not there) and a fingerprint of what the sync left.
CREATE TABLE IF NOT EXISTS router.change (
  sync_id bigint NOT NULL,   -- of router.sync, written in the same transaction; a foreign key would be asked for each of its rows
  agent_id text NOT NULL,
  action text NOT NULL,
  old jsonb,
  left_as bigint,        -- NULL: the row was deleted
  PRIMARY KEY (sync_id, agent_id)
);

CREATE TABLE IF NOT EXISTS router.verification (
  at timestamptz PRIMARY KEY DEFAULT now(),
  sha256 text,
  differences bigint NOT NULL,
  report text NOT NULL
);

-- Of several instances the one whose row it is runs a tick.
CREATE TABLE IF NOT EXISTS router.tick (
  job text,
  fire_time timestamptz,
  PRIMARY KEY (job, fire_time)
);

CREATE TABLE IF NOT EXISTS router.phase (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  phase text NOT NULL DEFAULT 'file-first'
);
DO $$ BEGIN
  INSERT INTO router.phase DEFAULT VALUES ON CONFLICT DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION router.fingerprint(agent_name text, matrix_user_id text, matrix_password text, room_id text, room_created boolean)
RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN hash_record_extended(ROW(agent_name, matrix_user_id, matrix_password, room_id, room_created), 0);
