-- What a sync would do, one row for each agent about whom there is something to do or to say.
CREATE TEMP TABLE plan (
  agent_id text NOT NULL,
  action text NOT NULL,     -- create | update | unchanged | kept | rejected | absent | release | delete
  reason text,
  ord bigint,
  line int,
  digest uuid,
  agent_name text,
  matrix_user_id text,
  matrix_password text,
  room_id text,
  room_created boolean,
  invitations jsonb,
  is_stored boolean NOT NULL,
  old_name text,
  old_user text,
  old_password text,
  old_room text,
  old_created boolean,
  old_invitations jsonb,
  applied_room text,
  changed_in_database text  -- why the watcher leaves the row alone: changed | deleted | never synced
) ON COMMIT DROP
