-- Сколько исправлений просили по предметам, и по скольким школам это число дано.
SELECT year, subject, SUM(value) AS corrections, COUNT(DISTINCT CASE WHEN value IS NOT NULL THEN school END) AS schools
FROM statistics
WHERE measure = 'corrections' AND subject IS NOT NULL
GROUP BY year, subject
ORDER BY year, subject
