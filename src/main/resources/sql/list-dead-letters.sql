-- What will not go on by itself, newest first: messages without an answer, and events that could not be posted. No text is read.
WITH dead AS (
  (SELECT 'message-' || seq AS id, coalesce(settled_at, received_at) AS at, event_id, NULL AS source, NULL AS part, room_id, agent_id, agent_name, sender, reason, generation
  FROM router.inbox WHERE state = 'dead' ORDER BY seq DESC LIMIT :#${variable.criteria.atMost()})
  UNION ALL
  (SELECT 'reply-' || outbox.seq || '-' || outbox.part, outbox.claimed_at, message.event_id, outbox.source, outbox.part, outbox.room_id, message.agent_id, message.agent_name, outbox.sender, outbox.reason, NULL
  FROM router.outbox LEFT JOIN router.inbox message ON message.event_id = regexp_replace(outbox.source, '^notice/[a-z-]+/|/[0-9]+$', '', 'g')
  WHERE outbox.state = 'dead' ORDER BY outbox.seq DESC LIMIT :#${variable.criteria.atMost()})
)
SELECT *, (SELECT count(*) FROM dead) AS found FROM dead ORDER BY at DESC, id DESC LIMIT :#${variable.criteria.limit()}
