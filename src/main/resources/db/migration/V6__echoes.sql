-- For whether the answer to a message that waits stands in its room already, as when the store is restored from a backup.
CREATE INDEX inbox_echoes ON router.inbox (marker_source) WHERE marker_source IS NOT NULL;
