-- Пропущенные уроки по причинам: по школам и периодам.
SELECT school, year, period,
       SUM(CASE WHEN kind = 'ill' THEN value END) AS ill,
       SUM(CASE WHEN kind = 'excused' THEN value END) AS excused,
       SUM(CASE WHEN kind = 'without_reason' THEN value END) AS without_reason,
       SUM(CASE WHEN kind = 'missed' THEN value END) AS missed
FROM statistics
WHERE measure = 'attendance'
GROUP BY school, year, period
ORDER BY school, year, period
