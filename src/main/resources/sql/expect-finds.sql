-- Somebody was away: every room is due. Where messages may have been forgotten, those that are pushed now wait for them a moment.
UPDATE router.reader SET next_at = now(), held_until = CASE WHEN position IS NOT NULL AND fault IS NULL THEN now() + interval '10 seconds' END
