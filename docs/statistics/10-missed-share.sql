-- Доля пропущенных уроков по уровням обучения, в десятых долях процента.
WITH missed AS (
    SELECT year, period, stage,
           SUM(CASE WHEN kind = 'missed' THEN value ELSE 0 END) AS missed,
           SUM(value) AS lessons
    FROM statistics
    WHERE measure = 'attendance' AND kind IN ('present', 'missed') AND value IS NOT NULL
    GROUP BY year, period, stage
)
SELECT year, period, stage, missed, lessons,
       CAST(FLOOR(CAST(missed * 2000 + lessons AS DOUBLE) / CAST(lessons * 2 AS DOUBLE)) AS BIGINT) AS tenths
FROM missed
ORDER BY year, period, stage
