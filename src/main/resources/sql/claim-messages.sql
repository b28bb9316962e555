-- The next turns: of each room the first waiting message, of each agent the oldest of these, where neither has a turn already.
-- The mapping is looked up here and nowhere else; what it, the clock or the counts forbid to ask is settled here with the rule's name.
WITH RECURSIVE head AS ( -- a walk over the rooms that wait, one index probe each
  (SELECT seq, room_id FROM router.inbox WHERE state = 'waiting' ORDER BY room_id, seq LIMIT 1)
  UNION ALL
  SELECT following.* FROM head CROSS JOIN LATERAL (
    SELECT seq, room_id FROM router.inbox WHERE state = 'waiting' AND room_id > head.room_id ORDER BY room_id, seq LIMIT 1) following
), busy AS MATERIALIZED ( -- who has a turn, read once: how many there are, no statistics know
  SELECT room_id, agent_id FROM router.inbox WHERE state IN ('asking', 'unknown')
), held AS MATERIALIZED (
  SELECT room_id FROM router.reader WHERE held_until BETWEEN now() AND now() + interval '1 minute'  -- nothing is held for so long: the clock was set back
), resolved AS (
  SELECT message.*, mapping.agent_id IS NOT NULL AS is_mapped, sharing,
    to_agent, answering.agent_name AS to_name, answering.matrix_user_id AS to_user, answering.updated_at AS mapped_since,
    to_jsonb(answering) ->> 'removed_at' IS NOT NULL OR to_agent = ANY (CAST(:#${variable.claim.disabledAgents()} AS text[])) AS is_disabled,
    author.agent_id AS author, CASE WHEN is_bot THEN message.from_agent ELSE author.agent_id END AS writer, coalesce(author.agent_name, named.agent_name, 'Unknown') AS writer_name,
    edit.raw AS edit, coalesce(edit.reason = 'blank-edit', false) AS is_blank, coalesce(edit.kind, message.kind) AS asked_kind
  FROM head
    JOIN router.inbox message USING (seq)
    -- Explicitly in the collation of agent_mappings, for its indexes serve no other.
    CROSS JOIN LATERAL (SELECT message.room_id COLLATE "default" AS room, message.sender COLLATE "default" AS who, message.sender = :#${variable.claim.bot()} AS is_bot) said
    CROSS JOIN LATERAL ( -- of several rows for one room always the same one
      SELECT (array_agg(agent_id ORDER BY created_at, agent_id))[1] AS agent_id, CASE WHEN count(*) > 1 THEN string_agg(agent_id, ', ' ORDER BY created_at, agent_id) END AS sharing
      FROM agent_mappings WHERE room_id = room) mapping
    CROSS JOIN LATERAL (SELECT coalesce(mapping.agent_id, nullif(CAST(:#${variable.claim.defaultAgent()} AS text), '')) AS to_agent) chosen
    LEFT JOIN agent_mappings answering ON answering.agent_id = to_agent
    LEFT JOIN agent_mappings author ON NOT is_bot AND author.matrix_user_id = who AND who LIKE :#${variable.claim.agentUsers()}
    LEFT JOIN agent_mappings named ON is_bot AND named.agent_id = message.from_agent
    LEFT JOIN LATERAL (
      SELECT raw, reason, kind FROM router.inbox edit
      WHERE edit.relates_to = message.event_id AND edit.rel_type = 'm.replace' AND edit.sender = message.sender AND edit.room_id = message.room_id
        AND edit.reason IN ('edit', 'blank-edit') AND edit.raw IS NOT NULL AND NOT (edit.flagged AND author.agent_id IS NOT NULL)
      ORDER BY edit.seq DESC LIMIT 1) edit ON true
  WHERE (message.next_at <= now() OR coalesce(message.claimed_at > now() + interval '1 second', message.next_at > now() + interval '10 seconds'))  -- what was taken later than now, or waits longer than a find does, waits for a clock that was set back
    AND (message.room_id IN (SELECT room_id FROM busy)) IS NOT TRUE
    AND (message.room_id IN (SELECT room_id FROM held)) IS NOT TRUE
), judged AS (
  SELECT *,
    CASE
      WHEN marker_source IS NOT NULL AND author IS NOT NULL THEN 'own-echo'
      WHEN sender = to_user OR writer = to_agent THEN 'own-user'
      WHEN flagged AND author IS NOT NULL THEN 'historical'
      WHEN from_agent <> writer THEN 'spoofed-agent'
      WHEN raw IS NULL THEN 'redacted'
      WHEN generation = 0 AND EXISTS ( -- what is replayed, is to be asked, whatever stands in the room
        SELECT FROM router.inbox echo LEFT JOIN agent_mappings ours ON ours.matrix_user_id = echo.sender COLLATE "default"
        WHERE echo.room_id = resolved.room_id AND echo.seq > resolved.seq AND echo.marker_source > resolved.event_id || '/' AND echo.marker_source < resolved.event_id || '0'  -- all that begins with the first
          AND (echo.sender = :#${variable.claim.bot()} OR ours.agent_id IS NOT NULL AND echo.sender LIKE :#${variable.claim.agentUsers()})) THEN 'answered-before'
      WHEN is_blank THEN 'blank'
      WHEN NOT is_mapped AND EXISTS (SELECT FROM router.claimed_room WHERE claimed_room.room_id = resolved.room_id) AND NOT observed THEN 'claimed'
      WHEN NOT is_mapped AND (:#${variable.claim.fileIsUnread()} OR :#${variable.claim.expectsMappings()} AND NOT EXISTS (SELECT FROM agent_mappings)) THEN 'file-unread'
      WHEN observed THEN 'observe'
      WHEN NOT is_mapped AND NOT EXISTS (SELECT FROM router.joined_room WHERE joined_room.room_id = resolved.room_id) THEN
        CASE WHEN received_at < CAST(:#${variable.claim.roomsReadAt()} AS timestamptz) THEN 'not-our-room' ELSE 'membership-unknown' END
      WHEN is_disabled THEN 'agent-disabled'
      WHEN to_agent IS NULL THEN 'not-mapped'
      WHEN asked_kind = 'encrypted' THEN 'encrypted'
      WHEN asked_kind = 'media' THEN 'not-text'
      WHEN waiting_since < now() - :#${variable.claim.maxAge()} * interval '1 second' THEN 'too-old'
      WHEN :#${variable.claim.pairLimit()} > 0 AND writer IS NOT NULL
        AND (SELECT count(*) FROM router.inbox pair WHERE pair.asked_at > now() - interval '1 hour' AND pair.seq <> resolved.seq  -- an attempt that did not happen is no turn
          AND (pair.speaker = writer AND pair.agent_id = to_agent OR pair.speaker = to_agent AND pair.agent_id = writer)) >= :#${variable.claim.pairLimit()} THEN 'ping-pong'
      WHEN :#${variable.claim.roomLimit()} > 0
        AND (SELECT count(*) FROM (SELECT FROM router.inbox turn WHERE turn.room_id = resolved.room_id AND turn.asked_at > now() - interval '1 hour' AND turn.seq <> resolved.seq
          LIMIT :#${variable.claim.roomLimit()}) turns) >= :#${variable.claim.roomLimit()} THEN 'room-turns'
    END AS rule
  FROM resolved
), turn AS (
  SELECT DISTINCT ON (to_agent) seq, next_at
  FROM judged LEFT JOIN router.peer ON peer.name = 'agent:' || to_agent
  WHERE rule IS NULL AND (paused_until IS NULL OR paused_until <= now())
    AND (to_agent IN (SELECT agent_id FROM busy)) IS NOT TRUE
  ORDER BY to_agent, seq
), slots AS ( -- while Letta is away, one message at a time is the probe
  SELECT CASE WHEN down_since IS NULL THEN :#${variable.claim.slots()} WHEN paused_until <= now() THEN least(1, :#${variable.claim.slots()}) ELSE 0 END AS free, down_since IS NOT NULL AS is_probe
  FROM (VALUES ('letta')) letta (name) LEFT JOIN router.peer USING (name)
), next AS (
  SELECT judged.*,
    CASE WHEN rule IS NULL AND source = 'catch-up' AND asked_at IS NULL THEN 'unknown' WHEN rule IS NULL THEN 'asking' WHEN rule = 'answered-before' THEN 'answered' WHEN rule = 'too-old' THEN 'dead' WHEN rule IN ('claimed', 'file-unread', 'membership-unknown', 'room-turns') THEN 'waiting' ELSE 'ignored' END AS to_state
  FROM judged
  WHERE rule IS NOT NULL OR seq IN (
    -- the probe is what was not tried for longest: a message for which Letta always seems away must not be the only one
    SELECT seq FROM turn ORDER BY CASE WHEN (SELECT is_probe FROM slots) THEN next_at END, seq LIMIT (SELECT free FROM slots))
), claimed AS (
  UPDATE router.inbox SET
    state = to_state,
    reason = CASE to_state WHEN 'unknown' THEN 'Found by catch-up' ELSE rule END,
    owner = CASE to_state WHEN 'asking' THEN :#${variable.claim.owner()} END,
    agent_id = to_agent, agent_name = to_name, agent_user = to_user, is_default = NOT is_mapped, mapping_updated_at = mapped_since, speaker = writer,
    claimed_at = now(), ended_at = CASE to_state WHEN 'unknown' THEN now() END,
    asked_at = CASE to_state WHEN 'asking' THEN now() WHEN 'unknown' THEN inbox.sent_at ELSE inbox.asked_at END,
    -- what was found late is looked for at Letta first: if it was asked, that was before the store forgot it, so one empty look is enough
    remedy = CASE to_state WHEN 'unknown' THEN 'WAIT' ELSE inbox.remedy END, looks = CASE to_state WHEN 'unknown' THEN 1 ELSE inbox.looks END,
    next_at = CASE WHEN rule = 'file-unread' THEN now() + interval '2 seconds' WHEN to_state = 'waiting' THEN now() + interval '1 minute' ELSE inbox.next_at END,
    settled_at = CASE WHEN to_state IN ('ignored', 'dead', 'answered') THEN now() END
  FROM next
  WHERE inbox.seq = next.seq AND coalesce(inbox.state = 'waiting', false)  -- so written, the index of all that waits is not walked
  RETURNING inbox.seq, inbox.owner, inbox.event_id, inbox.generation, inbox.room_id, inbox.sender, inbox.raw, inbox.type, inbox.tries, inbox.waits, inbox.claimed_at, inbox.asked_at, inbox.is_default, inbox.from_agent, coalesce(inbox.sent_at, inbox.received_at) AS received_at, inbox.mapping_updated_at,
    to_state AS state, rule, next.reason AS rule_before, next.agent_id AS agent_before, to_agent AS agent_id, to_name AS agent_name, to_user AS agent_user, writer, writer_name, sharing, edit, (SELECT is_probe FROM slots) AS is_probe
), told AS (
  INSERT INTO router.outbox (source, part, room_id, content)
  SELECT source, 1, room_id, router.notice_content(source, CASE rule WHEN 'too-old' THEN format(router.notice_text(rule), (
    SELECT count(*) FROM router.inbox old WHERE old.state = 'waiting' AND old.room_id = said.room_id AND old.waiting_since < now() - :#${variable.claim.maxAge()} * interval '1 second'))
    ELSE router.notice_text(rule) END)
  FROM (SELECT DISTINCT ON (room_id, rule) *, 'notice/' || rule || '/' || room_id || '/' || current_date AS source FROM claimed
    WHERE rule IN ('encrypted', 'not-text', 'too-old', 'ping-pong', 'room-turns') OR rule = 'claimed' AND rule_before = 'claimed' OR rule = 'not-mapped' AND :#${variable.claim.noticeUnmapped()}) said
  ON CONFLICT DO NOTHING
  RETURNING source
), traced AS (
  INSERT INTO router.step (seq, what, detail)
  SELECT seq, CASE state WHEN 'asking' THEN 'claimed' ELSE state END, coalesce(rule, CASE WHEN state = 'unknown' THEN 'found by catch-up: whether ' || agent_id || ' was asked it before is looked up' WHEN is_default THEN 'not mapped: default agent ' || agent_id
    ELSE concat('mapped to ', agent_id, ', as the table says since ' || to_char(CAST(mapping_updated_at AS timestamptz), 'YYYY-MM-DD"T"HH24:MI:SSOF')) END)
  FROM claimed WHERE state <> 'waiting' OR rule IS DISTINCT FROM rule_before
)
SELECT *, 'notice/' || rule || '/' || room_id || '/' || current_date IN (SELECT source FROM told) AS is_told FROM claimed ORDER BY seq
