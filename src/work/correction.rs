//! The register «Замена сведений в электронном журнале» (§2.3.3): a teacher asks, the deputy head decides.
//!
//! A request lists its changes in full, each with what stands in the journal when it is made. Whoever asks says only what
//! is to stand there.

mod compared;
mod wished;

use super::lesson::LessonRef;
use super::{Done, Workplace, finals};
use crate::error::{Action, Detail, Result};
pub use crate::journal::entry::Change;
use crate::journal::entry::{CorrectionDecided, CorrectionRequested, LessonText};
use crate::journal::read::corrections::{next_number, with_standing};
use crate::journal::read::standing::{attendance_of, marks_of};
use crate::journal::read::{self, Course, Tables};
use crate::journal::resolve;
use crate::school::{Attendance, CourseKey, Day, Marks, PeriodName, PersonalFile, clean};
pub use compared::{Compared, compared};
pub use wished::in_words;

/// What is to be corrected, and why (§2.3.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionWish {
    /// What.
    pub what: What,
    /// Why.
    pub reason: String,
}

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A lesson and its cells.
    Lesson(LessonChanges),
    /// Final marks.
    Finals(FinalChanges),
    /// That a lesson be annulled with all its cells.
    Annulment(LessonRef),
}

/// What is to stand of a lesson and in its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonChanges {
    /// Which lesson; one that was never entered is added.
    pub at: LessonRef,
    /// Its line: what is not said stays.
    pub line: LineChange,
    /// Marks of pupils; nothing empties the cell.
    pub marks: Vec<(PersonalFile, Option<Marks>)>,
    /// Cells of pupils who were absent and earned the marks later («н/4»).
    pub earned: Vec<(PersonalFile, Attendance, Marks)>,
    /// The kind of work that these marks are for where it is another than the lesson's, or empty.
    pub work: String,
    /// The document that they rest on (§2.3.5), or empty.
    pub document: String,
    /// Absence or lateness of pupils; nothing: he was there.
    pub attendance: Vec<(PersonalFile, Option<Attendance>)>,
}

impl LessonChanges {
    /// No change of a lesson.
    pub fn nothing(at: LessonRef) -> Self {
        let (marks, earned, attendance) = Default::default();
        Self {
            at,
            line: LineChange::default(),
            marks,
            earned,
            work: String::new(),
            document: String::new(),
            attendance,
        }
    }
}

/// What a lesson's line is to say, where it is to say another thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineChange {
    /// Topic.
    pub topic: Option<String>,
    /// Kind of work.
    pub work: Option<String>,
    /// Homework.
    pub homework: Option<String>,
    /// Login of who gave the lesson instead of the course's teacher.
    pub substitute: Option<String>,
}

/// Final marks that are to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalChanges {
    /// Of which course.
    pub course: CourseKey,
    /// Of what: a period, «Год», «Экзамен», «Итог».
    pub period: PeriodName,
    /// Whose; nothing takes the mark out.
    pub marks: Vec<(PersonalFile, Option<Marks>)>,
}

/// A request as it stands in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Requested {
    /// What was recorded.
    pub done: Done,
    /// Its number in the register.
    pub number: u64,
    /// The lesson that it is about; of final marks the last day of their period, and 0 for the lesson's number.
    pub at: LessonRef,
    /// The changes, each with what stands there now.
    pub changes: Vec<Change>,
}

/// Asks for a correction.
///
/// # Errors
/// What a right or a rule refuses: nothing to change, no reason, days on which one may still enter it oneself.
pub fn request(place: &mut Workplace<'_>, wish: &CorrectionWish) -> Result<Requested> {
    let reason = clean(&wish.reason)?;
    let (done, (number, at, changes)) = place.decide(|tables, _| {
        let (at, changes) = match &wish.what {
            What::Lesson(lesson) => (lesson.at.clone(), lesson.changes(tables)?),
            What::Finals(finals) => (finals.at(tables)?, finals.changes()),
            What::Annulment(at) => (at.clone(), vec![Change::Annulment { was: None, cells: Vec::new() }]),
        };
        let changes: Vec<Change> =
            changes.into_iter().map(|change| with_standing(tables, &at, change)).collect::<Result<_>>()?;
        let LessonRef { course, date, lesson } = at.clone();
        let body = CorrectionRequested { course, date, lesson, changes: changes.clone(), reason };
        Ok((vec![body.into()], (next_number(tables)?, at, changes)))
    })?;
    Ok(Requested { done, number, at, changes })
}

/// Approves a request: its changes are made at once (§2.3.3.2). The note may be empty.
///
/// # Errors
/// No such request, one that was decided, another state of the journal than it was made for; what a right refuses.
pub fn approve(place: &mut Workplace<'_>, number: u64, note: &str) -> Result<Done> {
    place.record([CorrectionDecided { number, approved: true, note: clean(note)? }.into()])
}

/// Rejects a request: nothing else changes (§2.3.3.2).
///
/// # Errors
/// As [`approve`], and no reason.
pub fn reject(place: &mut Workplace<'_>, number: u64, reason: &str) -> Result<Done> {
    place.record([CorrectionDecided { number, approved: false, note: clean(reason)? }.into()])
}

/// The lesson of a day that is meant: the one that was recorded, or, where a lesson may be added that was never entered,
/// the one that the timetable has. A number decides where there are several.
///
/// # Errors
/// None, or several and no number.
pub fn lesson(tables: &Tables, course: &Course, date: Day, number: Option<u8>, adds: bool) -> Result<LessonRef> {
    let lesson = match resolve::recorded_lesson(tables, course, date, number) {
        Err(_) if adds => resolve::timetabled_lesson(tables, course, date, number)?,
        Err(error) if !read::is_closed(tables)? => {
            return Err(
                error.then_by("если записать его уже нельзя, добавьте его заявкой", Action::Give(Detail::Topic))
            );
        }
        found => found?,
    };
    Ok(LessonRef { course: course.key.clone(), date, lesson })
}

impl LessonChanges {
    /// Nothing of a lesson yet.
    pub fn of(at: LessonRef) -> Self {
        let (line, none) = (LineChange::default(), String::new);
        Self { at, line, marks: Vec::new(), earned: Vec::new(), work: none(), document: none(), attendance: Vec::new() }
    }

    fn changes(&self, tables: &Tables) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        if !self.line.is_empty() {
            let stands = read::lesson_at(tables, &self.at)?.map(|lesson| lesson.text()).unwrap_or_default();
            changes.push(Change::Lesson { was: None, becomes: self.line.becomes(stands)? });
        }
        let (work, document) = (clean(&self.work)?, clean(&self.document)?);
        changes.extend(self.marks.iter().map(|(pupil, becomes)| Change::Mark {
            pupil: pupil.into(),
            was: None,
            becomes: becomes.clone(),
            work: work.clone(),
            document: document.clone(),
            earned: false,
        }));
        changes.extend(self.earned_later(tables, &work, &document)?);
        changes.extend(self.attendance.iter().map(|(pupil, becomes)| Change::Attendance {
            pupil: pupil.into(),
            was: None,
            becomes: *becomes,
        }));
        Ok(changes)
    }
}

impl LessonChanges {
    /// What brings cells to «н/4»: the absence where it does not stand yet, and the mark, which says that it was earned.
    fn earned_later(&self, tables: &Tables, work: &str, document: &str) -> Result<Vec<Change>> {
        let (attendance, marks) = match read::lesson_at(tables, &self.at)? {
            Some(lesson) => (attendance_of(tables, lesson.id)?, marks_of(tables, lesson.id)?),
            None => Default::default(),
        };
        let mut changes = Vec::new();
        for (pupil, absence, becomes) in &self.earned {
            let absent = attendance.get(pupil) == Some(absence);
            if !absent {
                let becomes = Some(*absence);
                changes.push(Change::Attendance { pupil: pupil.into(), was: None, becomes });
            }
            // Where all of it stands already, there is nothing to correct, and that is said.
            let stands = absent && marks.get(pupil).is_some_and(|standing| standing.marks == *becomes);
            changes.push(Change::Mark {
                pupil: pupil.into(),
                was: None,
                becomes: Some(becomes.clone()),
                work: work.to_owned(),
                document: document.to_owned(),
                earned: !(stands && work.is_empty() && document.is_empty()),
            });
        }
        Ok(changes)
    }
}

impl LineChange {
    /// Whether the line stays as it is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn becomes(&self, stands: LessonText) -> Result<LessonText> {
        let or = |said: &Option<String>, stands: String| said.as_deref().map_or(Ok(stands), clean);
        Ok(LessonText {
            topic: or(&self.topic, stands.topic)?,
            work: or(&self.work, stands.work)?,
            homework: or(&self.homework, stands.homework)?,
            substitute: or(&self.substitute, stands.substitute)?,
        })
    }
}

impl FinalChanges {
    /// What the register calls the lesson of final marks.
    fn at(&self, tables: &Tables) -> Result<LessonRef> {
        let (_, date) = finals::days(&read::school(tables)?, &self.course.class, &self.period);
        Ok(LessonRef { course: self.course.clone(), date, lesson: 0 })
    }

    fn changes(&self) -> Vec<Change> {
        let change = |(pupil, becomes): &(PersonalFile, Option<Marks>)| Change::Final {
            pupil: pupil.into(),
            period: self.period.to_string(),
            was: None,
            becomes: becomes.clone(),
        };
        self.marks.iter().map(change).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::journal::testing::day;
    use crate::work::marks::{self, CellWish, CellsWish};
    use crate::work::testing::{Office, algebra, at, refused};

    fn three(office: &mut Office) -> LessonRef {
        let monday = at("2025-09-01", 2);
        office.teach(&monday);
        let three = Some(Some(Marks::parse("3").unwrap()));
        let cells = vec![CellWish { pupil: "А-1".into(), attendance: None, marks: three }];
        let wish = CellsWish { cells, ..CellsWish::of(monday.clone()) };
        office.ask("semyonov", "2025-09-01T13:00", |place| marks::set(place, &wish)).unwrap();
        monday
    }

    fn asks(changes: LessonChanges) -> CorrectionWish {
        CorrectionWish { what: What::Lesson(changes), reason: "опечатка".into() }
    }

    #[test]
    fn a_request_tells_what_stands_and_only_its_approval_by_another_changes_it() {
        let mut office = Office::open();
        let monday = three(&mut office);
        let four = Some(Marks::parse("4").unwrap());
        let mut changes = LessonChanges::of(monday.clone());
        changes.marks.push(("А-1".into(), four.clone()));
        let wish = asks(changes);
        let asked = office.ask("semyonov", "2025-09-20", |place| request(place, &wish)).unwrap();
        assert_eq!((asked.number, &asked.at), (1, &monday));
        let was = Some(Marks::parse("3").unwrap());
        let (work, document) = (String::new(), String::new());
        let mark = Change::Mark { pupil: "А-1".into(), was, becomes: four, work, document, earned: false };
        assert_eq!(asked.changes, [mark]);
        refused(office.ask("semyonov", "2025-09-20", |place| approve(place, 1, "")), Kind::Refused, "");
        let lesson = read::lesson_at(&office, &monday).unwrap().unwrap();
        let stands = |office: &Office| {
            crate::journal::read::standing::marks_of(office, lesson.id).unwrap()["А-1"].marks.to_string()
        };
        assert_eq!(stands(&office), "3");
        office.ask("petrova", "2025-09-21", |place| approve(place, 1, "")).unwrap();
        assert_eq!(stands(&office), "4");
        refused(office.ask("petrova", "2025-09-21", |place| reject(place, 1, "поздно")), Kind::Refused, "");
    }

    #[test]
    fn of_a_lessons_line_only_what_is_said_changes() {
        let mut office = Office::open();
        let monday = three(&mut office);
        let mut changes = LessonChanges::of(monday);
        assert!(changes.line.is_empty());
        changes.line.homework = Some("§ 9".into());
        changes.attendance.push(("Б-2".into(), Some(Attendance::Absent)));
        let asked = office.ask("semyonov", "2025-09-20", |place| request(place, &asks(changes))).unwrap();
        let [Change::Lesson { was: Some(was), becomes }, Change::Attendance { was: None, .. }] = &asked.changes[..]
        else {
            panic!("{:?}", asked.changes)
        };
        assert_eq!((was.topic.as_str(), was.homework.as_str()), ("Тема", "§ 1"));
        assert_eq!((becomes.topic.as_str(), becomes.homework.as_str()), ("Тема", "§ 9"));
    }

    #[test]
    fn a_lesson_that_was_never_entered_is_meant_only_where_it_is_to_be_added() {
        let mut office = Office::open();
        three(&mut office);
        let course = read::course(&office, &algebra()).unwrap().unwrap();
        let meant = |date: &str, adds| lesson(&office, &course, day(date), None, adds);
        assert_eq!(meant("2025-09-01", false).unwrap().lesson, 2);
        refused(meant("2025-09-03", false), Kind::Refused, "не записан");
        assert_eq!(meant("2025-09-03", true).unwrap(), at("2025-09-03", 1));
        refused(meant("2025-09-04", true), Kind::Input, "урока");
    }

    #[test]
    fn final_marks_are_asked_for_on_the_last_day_of_their_period() {
        let mut office = Office::open();
        let not_attested = Marks::parse("н/а").unwrap();
        let set = finals::FinalsWish {
            course: algebra(),
            period: "I четверть".into(),
            marks: vec![("А-1".into(), not_attested.clone())],
            override_reason: String::new(),
        };
        office.ask("semyonov", "2025-10-20", |place| finals::set(place, &set)).unwrap();
        let marks = vec![("А-1".into(), None)];
        let changes = FinalChanges { course: set.course, period: set.period, marks };
        let wish = CorrectionWish { what: What::Finals(changes), reason: "ошибка".into() };
        let asked = office.ask("semyonov", "2025-11-10", |place| request(place, &wish)).unwrap();
        assert_eq!((asked.at.date, asked.at.lesson), (day("2025-10-24"), 0));
        let [Change::Final { was, becomes, .. }] = &asked.changes[..] else { panic!("{:?}", asked.changes) };
        assert_eq!((was, becomes), (&Some(not_attested), &None));
    }
}
