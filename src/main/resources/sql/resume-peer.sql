-- The peer answered: what waited for it may go on.
UPDATE router.peer SET down_since = NULL, paused_until = NULL, tries = 0, reason = NULL
WHERE name = :#${variable.peer} AND down_since IS NOT NULL
