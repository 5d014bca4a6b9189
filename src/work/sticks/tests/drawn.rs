//! What the histories draw: a lesson with a mark, a lesson with an absence, a final mark. How each is recorded, with the program and
//! past it, where it stands then, and when that may change (§2.3.2).

use crate::journal::entry::{AttendanceSet, Body, FinalLine, FinalsSet, PresenceLine};
use crate::journal::testing::{TestJournal, course, day, lesson as recorded, lesson_at, mark};
use crate::school::{Attendance, CourseKey, Day, Marks};
use crate::work::Workplace;
use crate::work::finals::{self, FinalsWish};
use crate::work::lesson::{self as lessons, LessonRef, LessonWish};
use crate::work::marks::{self, CellWish, CellsWish};
use crate::work::sticks::sync::HandedOver;
use crate::work::sticks::told::Asks;
use chrono::Duration;
use std::collections::BTreeMap;

pub const TEACHER: &str = "semyonov";
/// Who gets the marks, and who is absent.
pub const PUPIL: &str = "А-1";
pub const ABSENT: &str = "А-2";
pub const FIRST: &str = "2025-09-08";
/// When the period ends whose final marks are drawn.
pub const ENDS: &str = "2025-09-12";
const PERIOD: &str = "I четверть";
const EDIT_DAYS: i64 = 7;
/// Fewer than the regulation has, so that a history is there before them and after them.
pub const FINAL_DAYS: u16 = 3;
/// What is drawn below is a mark, below the next an absence, else a final mark.
const ABSENCES: u8 = 6;
const FINALS: u8 = 8;
/// All that is drawn.
pub const DRAWN: std::ops::Range<u8> = 2..11;

/// A day and whose cell of it: of a mark the pupil, of an absence with «н», of the lesson's line nobody; of a final mark the period
/// stands in the day's place.
pub type Cell = (String, String);
pub type Standing = BTreeMap<Cell, String>;

pub fn algebra() -> CourseKey {
    course("7А", "Алгебра")
}

/// A lesson on each school day from September 8 on.
pub fn at(number: u8) -> LessonRef {
    let days = i64::from(number / 5 * 7 + number % 5);
    lesson_at(&algebra(), &(day(FIRST) + Duration::days(days)).to_string(), 2)
}

pub fn standing(school: &TestJournal) -> Standing {
    let of = |cells: &str| {
        format!("{cells} JOIN pupils ON pupils.id = {cells}.pupil JOIN lessons ON lessons.id = {cells}.lesson")
    };
    let sql = format!(
        "SELECT date, '', topic FROM lessons UNION ALL
         SELECT date, file, marks FROM {} UNION ALL
         SELECT date, file || ' н', kind FROM {} UNION ALL
         SELECT period, file, mark FROM finals JOIN pupils ON pupils.id = pupil",
        of("marks"),
        of("attendance")
    );
    school.rows(&sql).into_iter().map(|row| ((row[0].clone(), row[1].clone()), row[2].clone())).collect()
}

fn absence(drawn: u8) -> Attendance {
    Attendance::parse(if drawn == ABSENCES { "н" } else { "у" }).unwrap()
}

fn grade(drawn: u8) -> Marks {
    Marks::parse(&(if drawn < FINALS { drawn } else { drawn - FINALS + 3 }).to_string()).unwrap()
}

/// Records what was drawn, as the program does.
pub fn record(place: &mut Workplace<'_>, lesson: u8, drawn: u8) -> crate::Result<()> {
    if drawn >= FINALS {
        let marks = vec![(PUPIL.into(), grade(drawn))];
        let (course, period) = (algebra(), PERIOD.into());
        let wish = FinalsWish { course, period, marks, override_reason: String::new() };
        return finals::set(place, &wish).map(|_| ());
    }
    let (at, topic) = (at(lesson), Some(format!("Тема {drawn}")));
    let wish = LessonWish { at: at.clone(), topic, work: None, homework: None, substitute: false, despite: true };
    let recorded = lessons::record(place, &wish);
    let cell = match drawn < ABSENCES {
        true => CellWish { pupil: PUPIL.into(), attendance: None, marks: Some(Some(grade(drawn))) },
        false => CellWish { pupil: ABSENT.into(), attendance: Some(Some(absence(drawn))), marks: None },
    };
    marks::set(place, &CellsWish { cells: vec![cell], ..CellsWish::of(at) })?;
    recorded.map(|_| ())
}

/// The entries of what was drawn.
pub fn bodies(lesson: u8, drawn: u8) -> Vec<Body> {
    if drawn >= FINALS {
        let marks = vec![FinalLine { pupil: PUPIL.to_owned(), mark: grade(drawn) }];
        let (course, period) = (algebra(), PERIOD.to_owned());
        return vec![FinalsSet { course, period, marks, override_reason: String::new() }.into()];
    }
    let at = at(lesson);
    let cell: Body = match drawn < ABSENCES {
        true => mark(&at, PUPIL, &drawn.to_string(), "").into(),
        false => {
            let attendance = Some(absence(drawn));
            let pupils = vec![PresenceLine { pupil: ABSENT.to_owned(), attendance, earned: false }];
            AttendanceSet { at: at.clone(), pupils }.into()
        }
    };
    vec![recorded(&at, &format!("Тема {drawn}"), "").into(), cell]
}

/// Whether a cell in which nothing stands may come to say something today.
pub fn may_fill(cell: &Cell, today: Day) -> bool {
    match cell.0 == PERIOD {
        true => (today - day(ENDS)).num_days().abs() <= FINAL_DAYS.into(),
        false => (0..=EDIT_DAYS).contains(&(today - day(&cell.0)).num_days()),
    }
}

/// Whether what stands in a cell may become something else today; `of_today`: it came today.
pub fn may_replace(cell: &Cell, today: Day, (of_today, is_sync): (bool, bool)) -> bool {
    match cell.0 == PERIOD {
        true => of_today && may_fill(cell, today),
        // Signed past the program over a base from before, what came today is put right today, as if handed over now.
        false => today == day(&cell.0) || (is_sync && of_today),
    }
}

/// What an entry wants cells to say.
pub fn said(one: &HandedOver) -> Vec<(Cell, String)> {
    let of = |day: &str, lines: &[(String, String)], sign: &str| {
        let cell = |(pupil, says): &(String, String)| ((day.to_owned(), format!("{pupil}{sign}")), says.clone());
        lines.iter().map(cell).collect()
    };
    match &one.said.asks {
        Some(Asks::Lesson { at, topic, .. }) => vec![((at.date.to_string(), String::new()), topic.clone())],
        Some(Asks::Marks { at, marks }) => of(&at.date.to_string(), marks, ""),
        Some(Asks::Absences { at, kinds }) => of(&at.date.to_string(), kinds, " н"),
        Some(Asks::Finals { period, marks, .. }) => of(period, marks, ""),
        _ => Vec::new(),
    }
}

/// What may be said of an entry that is refused.
pub fn is_of_a_rule(why: &str) -> bool {
    const RULES: [&str; 7] =
        ["§2.3.2", "§2.1", "переведены назад", "спешили", "отозван", "выставляются с", "за «I четверть» уже стоит"];
    RULES.iter().any(|rule| why.contains(rule))
}
