-- Every message passes through the indexes of what waits and of what is under way, and leaves dead entries there that each claim walks
-- over. A fifth of the table, as is the default, would be too many of them once there are a million old messages.
ALTER TABLE router.inbox SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000);
ALTER TABLE router.outbox SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 20000);
