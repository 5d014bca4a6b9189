-- Сколько уроков дано по замене и сколько всего: по школам и месяцам.
SELECT school, year, month,
       SUM(CASE WHEN measure = 'substitutions' THEN value END) AS substituted,
       SUM(CASE WHEN measure = 'lessons' THEN value END) AS lessons
FROM statistics
WHERE measure IN ('substitutions', 'lessons') AND month IS NOT NULL AND kind = 'all'
GROUP BY school, year, month
ORDER BY school, year, month
