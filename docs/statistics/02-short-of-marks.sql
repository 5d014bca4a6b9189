-- Где отметок меньше, чем требует §2.3.1: сколько учеников курсов, по предметам и параллелям.
SELECT year, period, subject, stage, grade,
       SUM(CASE WHEN kind = 'short' THEN value END) AS short,
       SUM(value) AS pupils
FROM statistics
WHERE measure = 'coverage' AND kind IN ('enough', 'short') AND value IS NOT NULL
GROUP BY year, period, subject, stage, grade
ORDER BY year, period, subject, stage, grade
