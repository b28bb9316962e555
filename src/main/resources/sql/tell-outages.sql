-- Rooms whose oldest message waits for long because somebody is away are told so: once per outage, and of several that began on one day once.
WITH RECURSIVE away AS (
  SELECT name, down_since, now() - tell_after * interval '1 second' AS before
  FROM router.peer WHERE down_since < now() - tell_after * interval '1 second'
), head AS ( -- a walk over the rooms that wait, one index probe each; none while nobody is away
  (SELECT seq, room_id FROM router.inbox WHERE state = 'waiting' AND EXISTS (SELECT FROM away) ORDER BY room_id, seq LIMIT 1)
  UNION ALL
  SELECT following.* FROM head CROSS JOIN LATERAL (
    SELECT seq, room_id FROM router.inbox WHERE state = 'waiting' AND room_id > head.room_id ORDER BY room_id, seq LIMIT 1) following
), kept AS ( -- what would be asked; every other rule was judged by a claim, which takes no peer for it
  SELECT room_id, waiting_since,
    coalesce((SELECT agent_id FROM agent_mappings WHERE agent_mappings.room_id = message.room_id COLLATE "default" ORDER BY created_at, agent_id LIMIT 1), :#${variable.claim.defaultAgent()}) AS agent_id
  FROM head JOIN router.inbox message USING (seq, room_id)
  WHERE coalesce(message.reason NOT IN ('claimed', 'file-unread', 'membership-unknown', 'room-turns'), true)
  UNION ALL
  SELECT room_id, waiting_since, agent_id FROM router.inbox WHERE state = 'unknown' AND EXISTS (SELECT FROM away)
), told AS (
  SELECT DISTINCT ON (room_id) room_id, concat_ws('/', 'notice', 'outage', room_id, CAST(down_since AS date)) AS source
  FROM kept JOIN away ON (name = 'letta' OR name = 'agent:' || agent_id) AND waiting_since < before
  ORDER BY room_id, down_since
)
INSERT INTO router.outbox (source, part, room_id, content)
SELECT source, 1, room_id, router.notice_content(source, router.notice_text('outage')) FROM told
ON CONFLICT DO NOTHING
