//! What is counted, and into which kinds it is divided.
//!
//! No measure is a sum of others, and within one no kind stands in two sums: what is suppressed in one place is given back
//! by no other. Kinds are divided by twos wherever that can be, so that a rare one («2») takes little with it.

use serde::{Serialize, Serializer};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Pupils at the period's end.
    Pupils,
    /// Final marks of the period, 1 to 5 and «н/а».
    FinalMarks,
    /// Grades given in lessons.
    Marks,
    /// Pupils of courses, and whether their marks are as many as §2.3.1 demands.
    Coverage,
    /// Lessons that there were for pupils, and how many of them were missed for which reason.
    Attendance,
    /// Lessons entered, and whether on their day.
    Lessons,
    /// Lessons given instead of the course's teacher.
    Substitutions,
    /// Lessons that the timetable has.
    LessonsDue,
    /// Lessons entered, by subject.
    LessonsGiven,
    /// Corrections asked for.
    Corrections,
}

/// A kind, and the kinds that it is the sum of.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// The kinds that it is divided into.
    pub parts: &'static [Kind],
}

const fn last(name: &'static str) -> Kind {
    Kind { name, parts: &[] }
}

const QUALITY: Kind = Kind { name: "quality", parts: &[last("5"), last("4")] };

/// How the people behind a measure are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Divided {
    /// Each subject for itself, then by stages and grades.
    BySubjectThenGrade,
    /// By stages and grades.
    ByGrade,
    /// By months.
    ByMonth,
    /// By subjects, of which only some may be told.
    AmongSubjects,
}

impl Measure {
    /// All of them, in the order of the table.
    pub const EVERY: [Self; 10] = [
        Self::Pupils,
        Self::FinalMarks,
        Self::Marks,
        Self::Coverage,
        Self::Attendance,
        Self::Lessons,
        Self::Substitutions,
        Self::LessonsDue,
        Self::LessonsGiven,
        Self::Corrections,
    ];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pupils => "pupils",
            Self::FinalMarks => "final_marks",
            Self::Marks => "marks",
            Self::Coverage => "coverage",
            Self::Attendance => "attendance",
            Self::Lessons => "lessons",
            Self::Substitutions => "substitutions",
            Self::LessonsDue => "lessons_due",
            Self::LessonsGiven => "lessons_given",
            Self::Corrections => "corrections",
        }
    }

    /// How it is divided before its kinds.
    pub fn divided(self) -> Divided {
        match self {
            Self::FinalMarks | Self::Marks | Self::Coverage => Divided::BySubjectThenGrade,
            Self::Pupils | Self::Attendance => Divided::ByGrade,
            Self::Lessons | Self::Substitutions => Divided::ByMonth,
            Self::LessonsDue | Self::LessonsGiven | Self::Corrections => Divided::AmongSubjects,
        }
    }

    /// Its kinds.
    pub fn kinds(self) -> &'static [Kind] {
        const FINALS: &[Kind] = &[
            QUALITY,
            Kind {
                name: "rest",
                parts: &[last("3"), Kind { name: "below", parts: &[last("2"), last("not_attested")] }],
            },
        ];
        const GRADES: &[Kind] = &[QUALITY, Kind { name: "rest", parts: &[last("3"), last("2")] }];
        const COVERAGE: &[Kind] = &[last("enough"), last("short")];
        const ATTENDANCE: &[Kind] = &[
            last("present"),
            Kind {
                name: "missed",
                parts: &[
                    Kind { name: "valid", parts: &[last("ill"), last("excused")] },
                    Kind { name: "without_reason", parts: &[last("unexcused"), last("unexplained")] },
                ],
            },
        ];
        const LESSONS: &[Kind] = &[last("in_time"), last("late")];
        match self {
            Self::FinalMarks => FINALS,
            Self::Marks => GRADES,
            Self::Coverage => COVERAGE,
            Self::Attendance => ATTENDANCE,
            Self::Lessons => LESSONS,
            _ => &[],
        }
    }
}

impl Kind {
    /// Whether a kind is this one or a part of it.
    pub fn has(&self, kind: &str) -> bool {
        self.name == kind || self.parts.iter().any(|part| part.has(kind))
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
