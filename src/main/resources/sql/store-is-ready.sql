SELECT to_regclass('agent_mappings') IS NOT NULL AND to_regclass('invitation_status') IS NOT NULL AND to_regclass('router.phase') IS NOT NULL
  AND to_regclass('router.mark') IS NOT NULL AND to_regclass('router.reader') IS NOT NULL AS ready
