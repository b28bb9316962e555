-- Two texts that change whenever what the page shows of mappings, or of messages, does. They are compared and never told to anybody:
-- the first one depends on the passwords.
SELECT
  concat_ws(' ',
    (SELECT concat_ws(' ', count(*), sum(hashtextextended(agent_mappings::text, 0))) FROM agent_mappings),
    (SELECT max(id) FROM router.sync), (SELECT max(at) FROM router.verification)) AS mappings,
  concat_ws(' ',
    (SELECT string_agg(concat_ws(' ', seq, state, generation, (SELECT max(sent_at) FROM router.outbox WHERE source = newest.event_id || '/' || newest.generation)), ',')
      FROM (SELECT seq, state, generation, event_id FROM router.inbox ORDER BY seq DESC LIMIT 30) newest),
    (SELECT concat_ws(' ', count(*), max(seq)) FROM router.inbox WHERE state = 'waiting'),
    (SELECT string_agg(concat_ws(' ', seq, state), ',' ORDER BY seq) FROM router.inbox WHERE state IN ('asking', 'unknown')),
    (SELECT concat_ws(' ', count(*), max(seq)) FROM router.inbox WHERE state = 'dead'),
    (SELECT count(*) FROM router.outbox WHERE state = 'waiting'),
    (SELECT string_agg(concat_ws(' ', source, part), ',' ORDER BY source, part) FROM router.outbox WHERE state = 'sending'),
    (SELECT concat_ws(' ', count(*), max(seq)) FROM router.outbox WHERE state = 'dead'),
    (SELECT string_agg(concat_ws(' ', name, down_since), ',' ORDER BY name) FROM router.peer WHERE down_since IS NOT NULL),
    (SELECT string_agg(concat_ws(' ', agent_id, mark), ',' ORDER BY agent_id, mark) FROM router.mark)) AS messages
