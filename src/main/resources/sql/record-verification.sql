INSERT INTO router.verification (sha256, differences, report)
VALUES (:#${variable.file.sha256()}, :#${body.differences()}, :#${body.text()})
ON CONFLICT (at) DO NOTHING
