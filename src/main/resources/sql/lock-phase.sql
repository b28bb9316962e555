-- One sync, mapping write or phase change at a time, across all instances: the next one waits here.
SELECT phase FROM router.phase FOR UPDATE
