SELECT agent_id, min(line) AS first_line, max(line) AS last_line
FROM entry
WHERE agent_id IN (SELECT agent_id FROM entry GROUP BY agent_id HAVING count(*) > 1)
GROUP BY agent_id
ORDER BY min(ord)
LIMIT 1
