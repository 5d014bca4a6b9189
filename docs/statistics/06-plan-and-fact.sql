-- Уроков по расписанию и дано, по предметам: там, где даны оба числа.
WITH hours AS (
    SELECT school, year, period, subject,
           SUM(CASE WHEN measure = 'lessons_due' THEN value END) AS due,
           SUM(CASE WHEN measure = 'lessons_given' THEN value END) AS given
    FROM statistics
    WHERE measure IN ('lessons_due', 'lessons_given') AND subject IS NOT NULL
    GROUP BY school, year, period, subject
)
SELECT year, period, subject, SUM(due) AS due, SUM(given) AS given, SUM(given) - SUM(due) AS difference
FROM hours
WHERE due IS NOT NULL AND given IS NOT NULL
GROUP BY year, period, subject
ORDER BY year, period, subject
