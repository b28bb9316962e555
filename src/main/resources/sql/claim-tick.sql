-- Of several instances the one whose row this becomes runs the tick; yesterday's ticks go.
WITH forgotten AS (
  DELETE FROM router.tick WHERE fire_time < now() - interval '1 day'
)
INSERT INTO router.tick (job, fire_time)
VALUES (:#${variable.job}, :#${header.scheduledFireTime})
ON CONFLICT DO NOTHING
