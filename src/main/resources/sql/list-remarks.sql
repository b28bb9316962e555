-- What a verification says of the table itself: shared rooms are differences, the rest are warnings.
(SELECT 'shared' AS kind, count(*) OVER () AS total, room_id AS subject, string_agg(agent_id, ', ' ORDER BY created_at, agent_id) AS detail
 FROM agent_mappings WHERE room_id IN (SELECT room_id FROM agent_mappings GROUP BY room_id HAVING count(*) > 1) GROUP BY room_id ORDER BY room_id LIMIT 1000)
UNION ALL
(SELECT 'only in database', count(*) OVER (), agent_id, old_name FROM plan WHERE action = 'absent' AND is_stored ORDER BY agent_id LIMIT 1000)
UNION ALL
(SELECT 'without room', count(*) OVER (), agent_id, agent_name FROM agent_mappings WHERE room_id IS NULL ORDER BY agent_id LIMIT 1000)
UNION ALL
(SELECT 'without password', count(*) OVER (), agent_id, agent_name FROM agent_mappings WHERE matrix_password = '' ORDER BY agent_id LIMIT 1000)
UNION ALL
(SELECT 'accepted', count(*) OVER (), agent_id, coalesce(agent_name, old_name) FROM plan WHERE action = 'accepted' ORDER BY agent_id LIMIT 1000)
