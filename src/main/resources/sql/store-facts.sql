-- What /health says of the store.
SELECT
  (SELECT count(*) FROM agent_mappings) AS mappings,
  (SELECT kept FROM router.sync WHERE sha256 IS NOT NULL ORDER BY id DESC LIMIT 1) AS waiting_for_sync_by_hand,
  (SELECT at FROM router.sync WHERE sha256 IS NOT NULL ORDER BY id DESC LIMIT 1) AS last_sync,
  (SELECT at FROM router.verification ORDER BY at DESC LIMIT 1) AS last_verification,
  (SELECT differences FROM router.verification ORDER BY at DESC LIMIT 1) AS differences
