-- Качество знаний по предметам и параллелям рядом с прошлым годом, в десятых долях процента, как в отчёте об успеваемости.
WITH quality AS (
    SELECT CAST(SUBSTR(year, 1, 4) AS INTEGER) AS begins, period, subject, stage, grade,
           SUM(CASE WHEN kind = 'quality' THEN value ELSE 0 END) AS good,
           SUM(value) AS pupils
    FROM statistics
    WHERE measure = 'final_marks' AND kind IN ('quality', 'rest') AND value IS NOT NULL
    GROUP BY CAST(SUBSTR(year, 1, 4) AS INTEGER), period, subject, stage, grade
)
SELECT now.begins, now.period, now.subject, now.stage, now.grade, now.pupils,
       CAST(FLOOR(CAST(now.good * 2000 + now.pupils AS DOUBLE) / CAST(now.pupils * 2 AS DOUBLE)) AS BIGINT) AS tenths,
       CAST(FLOOR(CAST(before.good * 2000 + before.pupils AS DOUBLE) / CAST(before.pupils * 2 AS DOUBLE)) AS BIGINT) AS tenths_before
FROM quality AS now
LEFT JOIN quality AS before
       ON before.begins = now.begins - 1 AND before.period = now.period AND before.subject = now.subject
      AND COALESCE(before.stage, '') = COALESCE(now.stage, '') AND COALESCE(before.grade, 0) = COALESCE(now.grade, 0)
ORDER BY now.begins, now.period, now.subject, now.stage, now.grade
