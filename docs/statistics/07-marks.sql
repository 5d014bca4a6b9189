-- Отметки за уроки по предметам: сколько каких и средний балл в сотых; там, где даны все четыре числа.
WITH marks AS (
    SELECT school, year, period, subject, stage, grade,
           SUM(CASE WHEN kind = '5' THEN value END) AS fives,
           SUM(CASE WHEN kind = '4' THEN value END) AS fours,
           SUM(CASE WHEN kind = '3' THEN value END) AS threes,
           SUM(CASE WHEN kind = '2' THEN value END) AS twos
    FROM statistics
    WHERE measure = 'marks' AND kind IN ('5', '4', '3', '2')
    GROUP BY school, year, period, subject, stage, grade
)
SELECT year, period, subject, SUM(fives) AS fives, SUM(fours) AS fours, SUM(threes) AS threes, SUM(twos) AS twos,
       CAST(FLOOR(CAST(100 * SUM(5 * fives + 4 * fours + 3 * threes + 2 * twos) AS DOUBLE)
                  / CAST(SUM(fives + fours + threes + twos) AS DOUBLE) + 0.5) AS BIGINT) AS average
FROM marks
WHERE fives IS NOT NULL AND fours IS NOT NULL AND threes IS NOT NULL AND twos IS NOT NULL
GROUP BY year, period, subject
ORDER BY year, period, subject
