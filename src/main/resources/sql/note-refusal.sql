-- Letta refused a connection just now: what ran there before is dead.
INSERT INTO router.peer (name, refused_at) VALUES ('letta', now())
ON CONFLICT (name) DO UPDATE SET refused_at = now()
