-- Сколько уроков внесено в журнал позже своего дня: по школам и месяцам.
SELECT school, year, month,
       SUM(CASE WHEN kind = 'late' THEN value END) AS late,
       SUM(CASE WHEN kind = 'all' THEN value END) AS lessons
FROM statistics
WHERE measure = 'lessons' AND month IS NOT NULL
GROUP BY school, year, month
ORDER BY school, year, month
