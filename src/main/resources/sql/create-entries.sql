-- The file's entries, one row each, as they were judged one by one.
CREATE TEMP TABLE entry (
  ord bigint NOT NULL,
  line int NOT NULL,
  agent_id text NOT NULL,
  agent_name text,          -- NULL, here and below: not stated, the stored value stays
  matrix_user_id text,
  matrix_password text,
  room_id text,
  states_room boolean NOT NULL,
  room_created boolean,
  invitations jsonb,
  digest uuid,
  fault text                -- why the entry is rejected
) ON COMMIT DROP
