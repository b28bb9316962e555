SELECT agent_id, min(line) AS first_line, max(line) AS last_line
FROM entry
GROUP BY agent_id
HAVING count(*) > 1
ORDER BY min(ord)
LIMIT 1
