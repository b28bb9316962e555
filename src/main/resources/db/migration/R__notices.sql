-- What the router itself says in a room: once per key, by whoever speaks for the room, in the commit that is its reason.
CREATE OR REPLACE FUNCTION router.notice_text(kind text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE kind
  WHEN 'encrypted' THEN 'This room is encrypted, and the agent cannot read it. Create a room without encryption and invite the agent there.'
  WHEN 'not-text' THEN 'The agent reads text only; this kind of message was not passed on.'
  WHEN 'flood' THEN 'Too many messages wait in this room; further ones are ignored until the agent has caught up.'
  WHEN 'room-turns' THEN 'The agent was asked very often in this room within the last hour; what was written since waits.'
  WHEN 'ping-pong' THEN 'Two agents have answered each other very often within the last hour; they are stopped for now.'
  WHEN 'not-mapped' THEN 'No agent belongs to this room; its messages are not passed on.'
  WHEN 'claimed' THEN 'This room is being assigned to an agent, and its messages wait until the operator has finished that.'
  WHEN 'too-old' THEN 'Messages of this room that waited too long and are not passed on to the agent: %s. Please write again what is still of interest.'
  WHEN 'outage' THEN 'The agent cannot be reached at the moment. Your messages are kept and answered as soon as it is back.'
END;

-- An event that names its own outbox row, so that its echo is known as ours.
CREATE OR REPLACE FUNCTION router.notice_content(source text, body text) RETURNS bytea LANGUAGE sql STABLE
RETURN convert_to(jsonb_build_object('msgtype', 'm.notice', 'body', body, 'm.mentions', jsonb_build_object(),
  'org.matrixletta.source', jsonb_build_object('source', source, 'part', 1))::text, 'UTF8');
