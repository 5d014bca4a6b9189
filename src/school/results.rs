//! How pupils did: the counts and the three percentages that every school reports (успеваемость, качество знаний,
//! степень обученности), defined once for the sheet of 25 years and for the reports.

use crate::school::Marks;
use serde::Serialize;
use std::fmt;

/// A part of a whole, shown as a percentage with one decimal, rounded half up; a dash where the whole is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// The part.
    pub part: u64,
    /// The whole.
    pub whole: u64,
}

impl Share {
    /// `part` of `whole`.
    pub fn of(part: impl Into<u64>, whole: impl Into<u64>) -> Self {
        Self { part: part.into(), whole: whole.into() }
    }

    /// Tenths of a percent, where there is a whole.
    pub fn tenths(self) -> Option<u64> {
        (self.whole > 0).then(|| (self.part * 2000 + self.whole) / (self.whole * 2))
    }

    /// The percentage, 57.1.
    pub fn percent(self) -> Option<f64> {
        self.tenths().map(|tenths| tenths as f64 / 10.0)
    }

    /// How many percent more this is than `before`, exact to a tenth.
    pub fn more_than(self, before: Self) -> Option<f64> {
        let (now, before) = (self.tenths()? as i64, before.tenths()? as i64);
        Some((now - before) as f64 / 10.0)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tenths() {
            Some(tenths) => write!(f, "{},{}", tenths / 10, tenths % 10),
            None => f.write_str("—"),
        }
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.percent().serialize(serializer)
    }
}

/// Pupils sorted by their marks, and the marks counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// All marks «5».
    pub excellent: u32,
    /// Marks «4» and «5».
    pub good: u32,
    /// A single «3», the rest better.
    pub one_three: u32,
    /// A mark below «3», «незач» or «н/а».
    pub failing: u32,
    /// Who has marks at all.
    pub marked: u32,
    /// How often each mark was given, «1» first.
    pub marks: [u32; 5],
    /// How often «н/а».
    pub not_attested: u32,
}

impl Results {
    /// Counts one pupil's final marks. Texts that are no marks are passed over; a pupil without marks does not count.
    pub fn add(&mut self, marks: &[&str]) {
        let read: Vec<Marks> = marks.iter().filter_map(|mark| Marks::parse(mark).ok()).collect();
        if read.is_empty() {
            return;
        }
        self.marked += 1;
        let grades: Vec<u8> = read.iter().flat_map(Marks::grades).collect();
        for grade in &grades {
            self.marks[usize::from(*grade) - 1] += 1;
        }
        let count = |of: u8| grades.iter().filter(|grade| **grade == of).count();
        let not_attested = read.iter().filter(|marks| marks.is_not_attested()).count();
        self.not_attested += u32::try_from(not_attested).unwrap_or(u32::MAX);
        let failed = read.iter().any(|marks| marks.to_string() == "незач");
        if not_attested > 0 || failed || grades.iter().any(|grade| *grade < 3) {
            self.failing += 1;
        } else if grades.is_empty() {
            // «зач» and «осв» alone: no grade to sort the pupil by.
        } else if count(5) == grades.len() {
            self.excellent += 1;
        } else if count(3) == 0 {
            self.good += 1;
        } else if count(3) == 1 {
            self.one_three += 1;
        }
    }

    /// Успеваемость: pupils who fail nothing, of all with marks.
    pub fn success(&self) -> Share {
        Share::of(self.marked - self.failing, self.marked)
    }

    /// Качество знаний: pupils with «4» and «5» only, of all with marks.
    pub fn quality(&self) -> Share {
        Share::of(self.excellent + self.good, self.marked)
    }

    /// Степень обученности: «5» weighs 100, «4» 64, «3» 36, «2» 16 and «1» 4, averaged over all marks.
    pub fn degree(&self) -> Share {
        let weighed: u32 = self.marks.iter().zip([4, 16, 36, 64, 100]).map(|(count, weight)| count * weight).sum();
        Share::of(weighed, self.marks.iter().sum::<u32>() * 100)
    }

    /// Средний балл, in hundredths, rounded half up.
    pub fn average(&self) -> Option<f64> {
        let sum: u32 = self.marks.iter().zip(1..).map(|(count, mark)| count * mark).sum();
        average(sum, self.marks.iter().sum())
    }
}

/// The average of grades that add up to `sum`, in hundredths, rounded half up.
pub fn average(sum: u32, count: u32) -> Option<f64> {
    let (sum, count) = (u64::from(sum), u64::from(count));
    (count > 0).then(|| ((sum * 200 + count) / (count * 2)) as f64 / 100.0)
}

/// The average of grades that add up to `sum` as a grade, rounded half up (§4.3).
pub fn rounded(sum: u32, count: u32) -> Option<u32> {
    (count > 0).then(|| (sum * 2 + count) / (count * 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(pupils: &[&[&str]]) -> Results {
        let mut results = Results::default();
        pupils.iter().for_each(|marks| results.add(marks));
        results
    }

    #[test]
    fn pupils_are_sorted_by_their_worst_marks() {
        let results = class(&[
            &["5", "5", "зач"],
            &["5", "4", "осв"],
            &["4", "3", "5"],
            &["3", "3", "5"],
            &["5", "2", "3"],
            &["5", "н/а", "5"],
            &["5", "незач", "5"],
            &["", "", ""],
        ]);
        let counts = (results.excellent, results.good, results.one_three, results.failing, results.marked);
        assert_eq!(counts, (1, 1, 1, 3, 7));
        assert_eq!(results.not_attested, 1);
        assert_eq!((results.success().to_string(), results.quality().to_string()), ("57,1".into(), "28,6".into()));
    }

    #[test]
    fn the_degree_of_learning_weighs_the_marks() {
        // (100 + 64 + 36 + 16) / 4
        assert_eq!(class(&[&["5", "4", "3", "2"]]).degree().to_string(), "54,0");
        assert_eq!(class(&[&["5"], &["4"]]).degree().to_string(), "82,0");
        assert_eq!(class(&[]).degree().to_string(), "—");
    }

    #[test]
    fn percentages_and_averages_are_rounded_half_up() {
        let percent = |part: u32, whole: u32| Share::of(part, whole).to_string();
        assert_eq!(percent(1, 3), "33,3");
        assert_eq!(percent(2, 3), "66,7");
        assert_eq!(percent(1, 2000), "0,1");
        assert_eq!(percent(28, 28), "100,0");
        // 29 / 8 = 3.625
        assert_eq!(average(29, 8), Some(3.63));
        assert_eq!(average(0, 0), None);
    }

    #[test]
    fn a_difference_is_that_of_the_percentages_as_shown() {
        // 66,7 − 33,3
        assert_eq!(Share::of(2u32, 3u32).more_than(Share::of(1u32, 3u32)), Some(33.4));
        assert_eq!(Share::of(1u32, 3u32).more_than(Share::default()), None);
    }

    #[test]
    fn the_average_comes_to_a_grade_rounded_half_up() {
        assert_eq!(rounded(7, 2), Some(4), "3,5");
        assert_eq!(rounded(17, 5), Some(3), "3,4");
        assert_eq!(rounded(0, 0), None);
    }
}
