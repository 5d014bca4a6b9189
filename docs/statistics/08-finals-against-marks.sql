-- Доля «4» и «5» среди итоговых отметок рядом с их долей среди отметок за уроки, в десятых долях процента.
WITH shares AS (
    SELECT year, period, subject, stage,
           SUM(CASE WHEN measure = 'final_marks' AND kind = 'quality' THEN value ELSE 0 END) AS finals_good,
           SUM(CASE WHEN measure = 'final_marks' THEN value ELSE 0 END) AS finals,
           SUM(CASE WHEN measure = 'marks' AND kind = 'quality' THEN value ELSE 0 END) AS marks_good,
           SUM(CASE WHEN measure = 'marks' THEN value ELSE 0 END) AS marks
    FROM statistics
    WHERE measure IN ('final_marks', 'marks') AND kind IN ('quality', 'rest') AND value IS NOT NULL
    GROUP BY year, period, subject, stage
)
SELECT year, period, subject, stage,
       CAST(FLOOR(CAST(finals_good * 2000 + finals AS DOUBLE) / CAST(finals * 2 AS DOUBLE)) AS BIGINT) AS finals_tenths,
       CAST(FLOOR(CAST(marks_good * 2000 + marks AS DOUBLE) / CAST(marks * 2 AS DOUBLE)) AS BIGINT) AS marks_tenths
FROM shares
WHERE finals > 0 AND marks > 0
ORDER BY year, period, subject, stage
