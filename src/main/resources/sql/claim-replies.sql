-- The next events to send: of each room the first one that waits, where none is on its way. What a part was split into has its seq, and
-- numbers that begin with its own: 10000, split once more into 1000000 and 1000001, goes before 10001.
WITH RECURSIVE head AS ( -- a walk over the rooms that wait, one index probe each
  (SELECT source, part, room_id FROM router.outbox WHERE state = 'waiting' ORDER BY room_id, seq, CAST(part AS text) COLLATE "C" LIMIT 1)
  UNION ALL
  SELECT following.* FROM head CROSS JOIN LATERAL (
    SELECT source, part, room_id FROM router.outbox WHERE state = 'waiting' AND room_id > head.room_id ORDER BY room_id, seq, CAST(part AS text) COLLATE "C" LIMIT 1) following
), server AS (
  SELECT least(:#${variable.claim.slots()}, CASE WHEN down_since IS NULL THEN NULL WHEN paused_until <= now() THEN 1 ELSE 0 END) AS free, down_since IS NOT NULL AS is_probe
  FROM (VALUES ('homeserver')) homeserver (name) LEFT JOIN router.peer USING (name)
), next AS (
  SELECT reply.source, reply.part, coalesce(reply.sender, (
      SELECT matrix_user_id FROM agent_mappings WHERE agent_mappings.room_id = reply.room_id COLLATE "default" ORDER BY created_at, agent_id LIMIT 1), :#${variable.claim.bot()}) AS speaker
  FROM head JOIN router.outbox reply USING (source, part)
  WHERE (reply.next_at <= now() OR coalesce(reply.claimed_at > now() + interval '1 second', true))
    AND NOT EXISTS (SELECT FROM router.outbox sending WHERE sending.state = 'sending' AND sending.room_id = reply.room_id)
  -- the probe is what was not tried for longest: an event at which the homeserver always fails must not be the only one
  ORDER BY CASE WHEN (SELECT is_probe FROM server) THEN reply.next_at END, reply.seq LIMIT (SELECT free FROM server)
)
UPDATE router.outbox SET
  state = 'sending', owner = :#${variable.claim.owner()}, claimed_at = now(), sender = speaker, first_try_at = coalesce(first_try_at, now())
FROM next
WHERE outbox.source = next.source AND outbox.part = next.part AND coalesce(outbox.state = 'waiting', false)  -- so written, the index of all that waits is not walked
RETURNING outbox.source, outbox.part, owner, room_id, sender, variant, convert_from(content, 'UTF8') AS content, tries, steps, first_try_at, claimed_at, (SELECT is_probe FROM server) AS is_probe,
  encode(sha256(convert_to(concat_ws(' ', sender, outbox.source, outbox.part, variant), 'UTF8')), 'hex') AS txn_id,
  (SELECT agent_name FROM agent_mappings WHERE matrix_user_id = outbox.sender ORDER BY created_at, agent_id LIMIT 1) AS agent_name,
  -- A user goes only into the room that the table gives it, and neither back where it was put out nor where a stranger invited it.
  EXISTS (SELECT FROM agent_mappings WHERE matrix_user_id = outbox.sender AND agent_mappings.room_id = outbox.room_id)
    AND coalesce((
      SELECT member.reason NOT IN ('sender-not-allowed', 'ignored-user') AND member.task IS DISTINCT FROM 'removed'
        AND NOT EXISTS (SELECT FROM router.step WHERE step.seq = member.seq AND what = 'removed')
      FROM router.inbox member
      WHERE member.type = 'm.room.member' AND member.room_id = outbox.room_id AND member.state_key = outbox.sender ORDER BY member.seq DESC LIMIT 1), true) AS may_join
