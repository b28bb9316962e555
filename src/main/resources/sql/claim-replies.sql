-- The next events to send: of each room the first one that waits, where none is on its way.
WITH RECURSIVE head AS ( -- a walk over the rooms that wait, one index probe each
  (SELECT seq, part, room_id FROM router.outbox WHERE state = 'waiting' ORDER BY room_id, seq, part LIMIT 1)
  UNION ALL
  SELECT following.* FROM head CROSS JOIN LATERAL (
    SELECT seq, part, room_id FROM router.outbox WHERE state = 'waiting' AND room_id > head.room_id ORDER BY room_id, seq, part LIMIT 1) following
), server AS (
  SELECT CASE WHEN down_since IS NULL THEN :#${variable.claim.slots()} WHEN paused_until <= now() THEN 1 ELSE 0 END AS free, down_since IS NOT NULL AS is_probe
  FROM (VALUES ('homeserver')) homeserver (name) LEFT JOIN router.peer USING (name)
), next AS (
  SELECT reply.source, reply.part, coalesce(reply.sender, (
      SELECT matrix_user_id FROM agent_mappings WHERE agent_mappings.room_id = reply.room_id ORDER BY created_at, agent_id LIMIT 1), :#${variable.claim.bot()}) AS speaker
  FROM head JOIN router.outbox reply USING (room_id, seq, part)
  WHERE (reply.next_at <= now() OR reply.next_at > now() + interval '1 hour')
    AND NOT EXISTS (SELECT FROM router.outbox sending WHERE sending.state = 'sending' AND sending.room_id = reply.room_id)
  ORDER BY reply.seq LIMIT (SELECT free FROM server)
)
UPDATE router.outbox SET
  state = 'sending', owner = :#${variable.claim.owner()}, claimed_at = now(), sender = speaker, tries = tries + 1, first_try_at = coalesce(first_try_at, now())
FROM next
WHERE outbox.source = next.source AND outbox.part = next.part AND outbox.state = 'waiting'
RETURNING outbox.source, outbox.part, owner, room_id, sender, variant, convert_from(content, 'UTF8') AS content, tries, steps, first_try_at, (SELECT is_probe FROM server) AS is_probe,
  encode(sha256(convert_to(concat_ws(' ', sender, outbox.source, outbox.part, variant), 'UTF8')), 'hex') AS txn_id,
  (SELECT agent_name FROM agent_mappings WHERE matrix_user_id = outbox.sender) AS agent_name
