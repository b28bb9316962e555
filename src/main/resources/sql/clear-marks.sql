-- What a live verification has seen: these agents are in Letta, and the users of those are in their rooms.
DELETE FROM router.mark
WHERE mark = 'stale' AND agent_id = ANY (CAST(:#${variable.live.present()} AS text[])) OR mark = 'removed' AND agent_id = ANY (CAST(:#${variable.live.joined()} AS text[]))
