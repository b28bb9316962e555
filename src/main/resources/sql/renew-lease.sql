-- The lease of this instance, for twenty seconds more; no row if it had run out, as others may have taken over by then.
INSERT INTO router.instance (id, alive_until)
VALUES (:#${variable.instance}, now() + interval '20 seconds')
ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until WHERE instance.alive_until > now()
