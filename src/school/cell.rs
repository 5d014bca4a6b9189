//! What stands in one cell of the journal: marks, and whether the pupil was there.
//!
//! A cell of the paper journal holds «5», «4/5», «н», or «оп 4». [`Cell`] is that; it reads every usual spelling and
//! prints one. Which marks a school gives («1» or not) is its policy and is checked by the rules, not here.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One or more marks of one pupil at one lesson: «5», «4/5», «зач», «н/а», «осв».
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Marks(Vec<Mark>);

/// A single mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// 1 to 5.
    Grade(u8),
    /// «зач».
    Passed,
    /// «незач».
    Failed,
    /// «н/а»: not attested.
    NotAttested,
    /// «осв»: exempted.
    Exempt,
}

/// Absence or lateness of one pupil at one lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attendance {
    /// «н»: absent, the reason not yet known or without one.
    #[serde(rename = "н")]
    Absent,
    /// «б»: absent through illness.
    #[serde(rename = "б")]
    Ill,
    /// «у»: absent for a valid reason.
    #[serde(rename = "у")]
    Excused,
    /// «оп»: came late.
    #[serde(rename = "оп")]
    Late,
}

/// A cell: attendance, marks, or both («оп 4»; also a mark given later beside «н»).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// Absence or lateness, if any.
    pub attendance: Option<Attendance>,
    /// The marks, if any.
    pub marks: Option<Marks>,
}

impl Marks {
    /// Reads marks separated by `/`.
    ///
    /// # Errors
    /// Anything else than 1–5, «зач», «незач», «н/а», «осв», or more than four marks, or a word mixed with others.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = || {
            Error::input(format!("«{}» не отметка", text.trim()))
                .next("допустимы 1–5, несколько через дробь («4/5»), «зач», «незач», «н/а», «осв»")
        };
        let folded = crate::school::fold(text.trim()).replace(' ', "");
        let word = match folded.trim_end_matches('.') {
            "зач" | "зачет" => Some(Mark::Passed),
            "незач" | "незачет" => Some(Mark::Failed),
            "н/а" => Some(Mark::NotAttested),
            "осв" => Some(Mark::Exempt),
            _ => None,
        };
        if let Some(mark) = word {
            return Ok(Self(vec![mark]));
        }
        let grades = folded
            .split('/')
            .map(|part| match part.as_bytes() {
                [digit @ b'1'..=b'5'] => Ok(Mark::Grade(digit - b'0')),
                _ => Err(bad()),
            })
            .collect::<Result<Vec<_>>>()?;
        if grades.len() > 4 { Err(bad()) } else { Ok(Self(grades)) }
    }

    /// The grades among the marks, which are what the mark count (§2.3.1) and averages rest on.
    pub fn grades(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().filter_map(|mark| if let Mark::Grade(g) = mark { Some(*g) } else { None })
    }

    /// How many of the marks are «зач» or «незач», which are no grades.
    pub fn credits(&self) -> usize {
        self.0.iter().filter(|mark| matches!(mark, Mark::Passed | Mark::Failed)).count()
    }

    /// Whether this is «осв».
    pub fn is_exempt(&self) -> bool {
        self.0 == [Mark::Exempt]
    }

    /// Whether this is «н/а».
    pub fn is_not_attested(&self) -> bool {
        self.0 == [Mark::NotAttested]
    }
}

impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mark) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("/")?;
            }
            match mark {
                Mark::Grade(grade) => write!(f, "{grade}")?,
                Mark::Passed => f.write_str("зач")?,
                Mark::Failed => f.write_str("незач")?,
                Mark::NotAttested => f.write_str("н/а")?,
                Mark::Exempt => f.write_str("осв")?,
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for Marks {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<Marks> for String {
    fn from(marks: Marks) -> Self {
        marks.to_string()
    }
}

impl Attendance {
    /// Reads «н», «б», «у» or «оп».
    pub fn parse(text: &str) -> Option<Self> {
        match crate::school::fold(text.trim()).trim_end_matches('.') {
            "н" => Some(Self::Absent),
            "б" => Some(Self::Ill),
            "у" => Some(Self::Excused),
            "оп" => Some(Self::Late),
            _ => None,
        }
    }

    /// As the journal writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "н",
            Self::Ill => "б",
            Self::Excused => "у",
            Self::Late => "оп",
        }
    }

    /// Whether the pupil was not at the lesson (lateness is presence).
    pub fn is_absence(self) -> bool {
        self != Self::Late
    }
}

impl Cell {
    /// Whether this cell holds all that `other` does.
    pub fn has(&self, other: &Self) -> bool {
        (other.attendance.is_none() || other.attendance == self.attendance)
            && (other.marks.is_none() || other.marks == self.marks)
    }

    /// Reads a cell: an attendance word, marks, or the first before the second, «н 4» or «н/4» (absent, and the mark was
    /// earned later).
    ///
    /// # Errors
    /// As [`Marks::parse`]; an empty text.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Some(attendance) = Attendance::parse(text) {
            return Ok(Self { attendance: Some(attendance), marks: None });
        }
        // «н/а» is a mark.
        let marks = Marks::parse(text);
        if marks.is_err()
            && let Some(end) = text.find([' ', '/'])
            && let Some(attendance) = Attendance::parse(&text[..end])
        {
            let rest = text[end..].trim_start();
            let marks = Marks::parse(rest.strip_prefix('/').unwrap_or(rest))?;
            return Ok(Self { attendance: Some(attendance), marks: Some(marks) });
        }
        marks.map(|marks| Self { attendance: None, marks: Some(marks) }).map_err(|e| {
            Error::input(e.message())
                .next("допустимы 1–5, «4/5», «зач», «незач», «н/а», «осв», а также «н», «б», «у», «оп», «оп 4», «н/4»")
        })
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.attendance, &self.marks) {
            (Some(attendance), Some(marks)) => write!(f, "{} {marks}", attendance.as_str()),
            (Some(attendance), None) => f.write_str(attendance.as_str()),
            (None, Some(marks)) => write!(f, "{marks}"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_read_and_print_the_same() {
        for text in ["5", "4/5", "2/3/4/5", "зач", "незач", "н/а", "осв", "н", "б", "у", "оп", "оп 4", "н 3"]
        {
            assert_eq!(Cell::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_absence_and_the_mark_earned_later_are_one_thing_however_they_are_written() {
        for text in ["н 4", "н/4", "Н/4", "н / 4", " н/ 4", "н. 4"] {
            assert_eq!(Cell::parse(text).unwrap().to_string(), "н 4", "{text}");
        }
        assert_eq!(Cell::parse("оп/4/5").unwrap().to_string(), "оп 4/5");
    }

    #[test]
    fn not_attested_is_not_an_absence() {
        let cell = Cell::parse("Н/А").unwrap();
        assert_eq!((cell.attendance, cell.marks.unwrap().is_not_attested()), (None, true));
    }

    #[test]
    fn what_is_no_mark_is_refused() {
        for text in ["", "6", "0", "5+", "4//5", "/", "1/2/3/4/5", "н//5", "н/", "5/н", "зач/5", "оп ", "оп оп", "пять"]
        {
            let read = Cell::parse(text);
            assert!(read.is_err() || text.trim() == "оп", "{text}");
        }
    }

    #[test]
    fn only_digits_count_as_grades() {
        assert_eq!(Marks::parse("4/5").unwrap().grades().collect::<Vec<_>>(), [4, 5]);
        assert_eq!(Marks::parse("зач").unwrap().grades().count(), 0);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic_and_what_it_reads_it_prints(text in "\\PC{0,12}") {
            if let Ok(cell) = Cell::parse(&text) {
                prop_assert_eq!(Cell::parse(&cell.to_string()).unwrap(), cell);
            }
        }
    }
}
