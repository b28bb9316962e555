-- missed: this file is not the one that the last sync read. heal: self-heal is on, there is a drift, and this version was not healed yet.
SELECT
  (SELECT sha256 FROM router.sync WHERE sha256 IS NOT NULL ORDER BY id DESC LIMIT 1) IS DISTINCT FROM :#${variable.file.sha256()} AS missed,
  CAST(:#${properties:router.verify-self-heal} AS boolean) AND :#${variable.verification.differences()} > 0
    AND NOT EXISTS (SELECT FROM router.sync WHERE trigger = 'self-heal' AND sha256 = :#${variable.file.sha256()}) AS heal
