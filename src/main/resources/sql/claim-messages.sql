-- The next turns: of each room the first waiting message, of each agent the oldest of these, where neither has a turn already.
-- The mapping is looked up here and nowhere else; what it, the clock or the counts forbid to ask is settled here with the rule's name.
WITH RECURSIVE head AS ( -- a walk over the rooms that wait, one index probe each
  (SELECT seq, room_id FROM router.inbox WHERE state = 'waiting' ORDER BY room_id, seq LIMIT 1)
  UNION ALL
  SELECT following.* FROM head CROSS JOIN LATERAL (
    SELECT seq, room_id FROM router.inbox WHERE state = 'waiting' AND room_id > head.room_id ORDER BY room_id, seq LIMIT 1) following
), resolved AS (
  SELECT message.*, mapping.agent_id IS NOT NULL AS is_mapped, mapping.is_disabled, mapping.sharing, answering.*,
    writer.agent_id AS writer, writer.agent_name AS writer_name,
    edit.raw AS edit, coalesce(edit.reason = 'blank-edit', false) AS is_blank
  FROM head
    JOIN router.inbox message USING (seq)
    LEFT JOIN LATERAL ( -- of several rows for one room always the same one
      SELECT agent_id, agent_name, matrix_user_id, updated_at,
        to_jsonb(agent_mappings) ->> 'removed_at' IS NOT NULL OR agent_id = ANY (CAST(:#${variable.claim.disabledAgents()} AS text[])) AS is_disabled,
        (SELECT string_agg(agent_id, ', ' ORDER BY created_at, agent_id) FROM agent_mappings sharing WHERE sharing.room_id = agent_mappings.room_id HAVING count(*) > 1) AS sharing
      FROM agent_mappings WHERE room_id = message.room_id ORDER BY created_at, agent_id LIMIT 1) mapping ON true
    LEFT JOIN agent_mappings fallback ON mapping.agent_id IS NULL AND fallback.agent_id = :#${variable.claim.defaultAgent()}
    CROSS JOIN LATERAL (
      SELECT coalesce(mapping.agent_id, nullif(CAST(:#${variable.claim.defaultAgent()} AS text), '')) AS to_agent, coalesce(mapping.agent_name, fallback.agent_name) AS to_name,
        coalesce(mapping.matrix_user_id, fallback.matrix_user_id) AS to_user, coalesce(mapping.updated_at, fallback.updated_at) AS mapped_since) answering
    LEFT JOIN agent_mappings writer ON writer.matrix_user_id = message.sender
    LEFT JOIN LATERAL (
      SELECT raw, reason FROM router.inbox edit
      WHERE edit.relates_to = message.event_id AND edit.rel_type = 'm.replace' AND edit.sender = message.sender AND edit.room_id = message.room_id
        AND edit.reason IN ('edit', 'blank-edit') AND edit.raw IS NOT NULL
      ORDER BY edit.seq DESC LIMIT 1) edit ON true
  WHERE (message.next_at <= now() OR message.next_at > now() + interval '1 hour')  -- no wait is that long: the clock was set back
    AND NOT EXISTS (SELECT FROM router.inbox turn WHERE turn.state IN ('asking', 'unknown') AND turn.room_id = message.room_id)
    AND NOT (:#${variable.claim.expectsMappings()} AND NOT EXISTS (SELECT FROM agent_mappings))
), judged AS (
  SELECT *,
    CASE
      WHEN raw IS NULL THEN 'redacted'
      WHEN marker_source IS NOT NULL AND writer IS NOT NULL THEN 'own-echo'
      WHEN sender = to_user THEN 'own-user'
      WHEN flagged AND writer IS NOT NULL THEN 'historical'
      WHEN from_agent <> writer THEN 'spoofed-agent'
      WHEN NOT is_mapped AND NOT :#${variable.claim.observe()}
        AND EXISTS (SELECT FROM router.claimed_room WHERE claimed_room.room_id = resolved.room_id) THEN 'claimed'
      WHEN NOT is_mapped AND NOT EXISTS (SELECT FROM router.joined_room WHERE joined_room.room_id = resolved.room_id) THEN
        CASE WHEN received_at < CAST(:#${variable.claim.roomsReadAt()} AS timestamptz) THEN 'not-our-room' ELSE 'membership-unknown' END
      WHEN is_blank THEN 'blank'
      WHEN is_disabled THEN 'agent-disabled'
      WHEN :#${variable.claim.observe()} THEN 'observe'
      WHEN to_agent IS NULL THEN 'not-mapped'
      WHEN kind = 'encrypted' THEN 'encrypted'
      WHEN kind = 'media' THEN 'not-text'
      WHEN waiting_since < now() - :#${variable.claim.maxAge()} * interval '1 second' THEN 'too-old'
      WHEN :#${variable.claim.pairLimit()} > 0 AND writer IS NOT NULL
        AND (SELECT count(*) FROM router.inbox pair WHERE pair.asked_at > now() - interval '1 hour'
          AND (pair.speaker = writer AND pair.agent_id = to_agent OR pair.speaker = to_agent AND pair.agent_id = writer)) >= :#${variable.claim.pairLimit()} THEN 'ping-pong'
      WHEN :#${variable.claim.roomLimit()} > 0
        AND (SELECT count(*) FROM (SELECT FROM router.inbox turn WHERE turn.room_id = resolved.room_id AND turn.asked_at > now() - interval '1 hour'
          LIMIT :#${variable.claim.roomLimit()}) turns) >= :#${variable.claim.roomLimit()} THEN 'room-turns'
    END AS rule
  FROM resolved
), turn AS (
  SELECT DISTINCT ON (to_agent) seq
  FROM judged LEFT JOIN router.peer ON peer.name = 'agent:' || to_agent
  WHERE rule IS NULL AND (paused_until IS NULL OR paused_until <= now())
    AND NOT EXISTS (SELECT FROM router.inbox turn WHERE turn.state IN ('asking', 'unknown') AND turn.agent_id = to_agent)
  ORDER BY to_agent, seq
), slots AS ( -- while Letta is away, its first message is the probe
  SELECT CASE WHEN down_since IS NULL THEN :#${variable.claim.slots()} WHEN paused_until <= now() THEN 1 ELSE 0 END AS free, down_since IS NOT NULL AS is_probe
  FROM (VALUES ('letta')) letta (name) LEFT JOIN router.peer USING (name)
), next AS (
  SELECT judged.*,
    CASE WHEN rule IS NULL THEN 'asking' WHEN rule = 'too-old' THEN 'dead' WHEN rule IN ('membership-unknown', 'claimed', 'room-turns') THEN 'waiting' ELSE 'ignored' END AS to_state
  FROM judged
  WHERE rule IS NOT NULL OR seq IN (SELECT seq FROM turn ORDER BY seq LIMIT (SELECT free FROM slots))
), claimed AS (
  UPDATE router.inbox SET
    state = to_state,
    reason = rule,
    owner = CASE to_state WHEN 'asking' THEN :#${variable.claim.owner()} END,
    agent_id = to_agent, agent_name = to_name, agent_user = to_user, is_default = NOT is_mapped, mapping_updated_at = mapped_since, speaker = writer,
    claimed_at = now(), ended_at = NULL,
    asked_at = CASE to_state WHEN 'asking' THEN now() ELSE inbox.asked_at END,
    next_at = CASE to_state WHEN 'waiting' THEN now() + interval '1 minute' ELSE inbox.next_at END,
    settled_at = CASE WHEN to_state IN ('ignored', 'dead') THEN now() END
  FROM next
  WHERE inbox.seq = next.seq AND inbox.state = 'waiting'
  RETURNING inbox.seq, inbox.owner, inbox.event_id, inbox.generation, inbox.room_id, inbox.sender, inbox.raw, inbox.type, inbox.tries, inbox.waits, inbox.claimed_at, inbox.asked_at, inbox.is_default, inbox.from_agent, inbox.received_at,
    to_state AS state, rule, next.reason AS rule_before, to_agent AS agent_id, to_name AS agent_name, to_user AS agent_user, writer, writer_name, sharing, edit, (SELECT is_probe FROM slots) AS is_probe
), told AS (
  INSERT INTO router.outbox (source, part, room_id, sender, content)
  SELECT source, 1, room_id, agent_user, router.notice_content(source, router.notice_text(rule))
  FROM (SELECT DISTINCT ON (room_id, rule) *, 'notice/' || rule || '/' || room_id || '/' || current_date AS source FROM claimed
    WHERE rule IN ('encrypted', 'not-text', 'too-old', 'ping-pong', 'room-turns') OR rule = 'claimed' AND rule_before = 'claimed' OR rule = 'not-mapped' AND :#${variable.claim.noticeUnmapped()}) said
  ON CONFLICT DO NOTHING
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, CASE state WHEN 'asking' THEN 'claimed' ELSE state END, coalesce(rule, CASE WHEN is_default THEN 'not mapped: default agent ' ELSE 'mapped to ' END || agent_id)
  FROM claimed WHERE state <> 'waiting' OR rule IS DISTINCT FROM rule_before
)
SELECT * FROM claimed ORDER BY seq
