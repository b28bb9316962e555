SELECT id, at, trigger, file, sha256, created, updated, deleted, unchanged, kept, jsonb_array_length(rejected) AS rejected, rejected AS rejections,
  EXISTS (SELECT FROM router.change WHERE sync_id = sync.id) AS restorable
FROM router.sync
ORDER BY id DESC
LIMIT 100
