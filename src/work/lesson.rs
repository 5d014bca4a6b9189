//! Lessons that were given (§2.1, §2.2): what is recorded of one out of what was said of it.

use super::marks::{self, CellsDone, CellsWish};
use super::{Done, Workplace, plan};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::entry::{Body, LessonAnnulled, LessonRecorded};
pub use crate::journal::entry::{LessonRef, LessonText};
use crate::journal::may;
use crate::journal::read::{self, Course, Tables, annulments, standing};
use crate::journal::rules::known_course;
use crate::journal::rules::timetable::not_due;
use crate::report::Filter;
use crate::report::missing::{Row, missing as missing_of};
use crate::school::{Day, Login, Role, clean};

/// A lesson that is to be recorded. What is not said of it stays as it stands; of a new lesson it comes from the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonWish {
    /// Which lesson.
    pub at: LessonRef,
    /// What was gone through.
    pub topic: Option<String>,
    /// Kind of work: «контрольная работа № 2».
    pub work: Option<String>,
    /// Homework.
    pub homework: Option<String>,
    /// Whether whoever records it gave it instead of the course's teacher (§2.1), though nobody assigned it to him.
    pub substitute: bool,
    /// Whether it was given although the timetable has no lesson then.
    pub despite: bool,
}

/// A lesson as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonDone {
    /// What was recorded: nothing where the lesson stood just so.
    pub done: Done,
    /// What the lesson's line said before; nothing where the lesson is new.
    pub was: Option<LessonText>,
    /// What it says now.
    pub says: LessonText,
    /// Whether the substitution waits until the deputy head or the course's teacher has seen it.
    pub unconfirmed: bool,
}

/// Records a lesson, or changes what stands of it.
///
/// # Errors
/// A lesson without a topic, and what a right or a rule refuses.
pub fn record(place: &mut Workplace<'_>, wish: &LessonWish) -> Result<LessonDone> {
    record_where(place, wish, |_, says| has_topic(says))
}

/// Records a lesson as [`record`] does, and with it who was there and the marks, as [`marks::set`] does: all or nothing.
///
/// # Errors
/// As for both.
pub fn record_with(place: &mut Workplace<'_>, wish: &LessonWish, cells: &CellsWish) -> Result<(LessonDone, CellsDone)> {
    let mut counts = (0, 0, Vec::new(), Vec::new());
    let mut lesson = record_among(
        place,
        wish,
        |_, says| has_topic(says),
        |tables| {
            let bodies = marks::bodies(tables, cells)?;
            let (marks, attendance) = marks::changed(&bodies);
            let exempted = marks::of_exempted(tables, cells, &bodies)?;
            counts = (marks, attendance, marks::taken_out(tables, cells, &bodies)?, exempted);
            Ok(bodies)
        },
    )?;
    let (marks, attendance, taken_out, exempted) = counts;
    lesson.done.warnings.extend(exempted);
    let done = CellsDone { done: lesson.done.clone(), marks, attendance, taken_out };
    Ok((lesson, done))
}

fn has_topic(says: &LessonText) -> Result<()> {
    if says.topic.is_empty() {
        return Err(Error::input("не указана тема урока, и в плане её нет")
            .next_by("укажите тему", Action::Give(Detail::Topic)));
    }
    Ok(())
}

/// As [`record`], on a condition that is put to the tables in the same transaction, and to what the lesson would say.
pub(super) fn record_where(
    place: &mut Workplace<'_>,
    wish: &LessonWish,
    condition: impl FnOnce(&Tables, &LessonText) -> Result<()>,
) -> Result<LessonDone> {
    record_among(place, wish, condition, |_| Ok(Vec::new()))
}

/// As [`record_where`], with entries that are recorded after the lesson's own.
fn record_among(
    place: &mut Workplace<'_>,
    wish: &LessonWish,
    condition: impl FnOnce(&Tables, &LessonText) -> Result<()>,
    after: impl FnOnce(&Tables) -> Result<Vec<Body>>,
) -> Result<LessonDone> {
    let (done, (was, says)) = place.decide(|tables, login| {
        let was = read::lesson_at(tables, &wish.at)?.map(|lesson| lesson.text());
        let says = says(tables, login, wish, was.as_ref())?;
        condition(tables, &says)?;
        let LessonText { topic, work, homework, substitute } = says.clone();
        let despite = wish.despite && was.is_none() && substitute.is_empty() && is_not_due(tables, &wish.at)?.is_some();
        let (at, cells) = (wish.at.clone(), Vec::new());
        let lesson = LessonRecorded { at, topic, work, homework, substitute, cells, despite };
        let new = !standing::is_recorded(tables, &lesson)?;
        if !new {
            may(tables, login, lesson.clone().into())?;
        }
        let own = new.then(|| lesson.into());
        Ok((own.into_iter().chain(after(tables)?).collect(), (was, says)))
    })?;
    let stands = read::lesson_at(place.tables(), &wish.at)?;
    let unconfirmed = !says.substitute.is_empty() && stands.is_some_and(|lesson| !lesson.confirmed);
    Ok(LessonDone { done, was, says, unconfirmed })
}

/// Annuls a lesson that was recorded by mistake, on its day, by its author: it goes with all its cells. Gives what it was,
/// in words.
///
/// # Errors
/// Another day or another's lesson: that takes a request; what rests on it; what a right refuses.
pub fn annul(place: &mut Workplace<'_>, at: &LessonRef, reason: &str) -> Result<(Done, String)> {
    let reason = clean(reason)?;
    place.decide(|tables, _| {
        let what = annulments::lesson_in_words(tables, at)?;
        Ok((vec![LessonAnnulled { at: at.clone(), reason }.into()], what))
    })
}

/// What the lesson's line is to say.
fn says(tables: &Tables, login: &Login, wish: &LessonWish, was: Option<&LessonText>) -> Result<LessonText> {
    let course = known_course(tables, &wish.at.course)?;
    let stands = match was {
        Some(was) => was.clone(),
        None => planned(tables, &course, &wish.at)?,
    };
    let or = |said: &Option<String>, stands: String| said.as_deref().map_or(Ok(stands), clean);
    let assigned = read::assigned_substitute(tables, course.id, wish.at.date, wish.at.lesson)?;
    let is_assigned = course.teacher != *login && assigned.is_some_and(|assigned| assigned == *login);
    Ok(LessonText {
        topic: or(&wish.topic, stands.topic)?,
        work: or(&wish.work, stands.work)?,
        homework: or(&wish.homework, stands.homework)?,
        substitute: if wish.substitute || is_assigned { login.to_string() } else { stands.substitute },
    })
}

fn planned(tables: &Tables, course: &Course, at: &LessonRef) -> Result<LessonText> {
    let line = plan::proposed(tables, course, at.date, at.lesson)?;
    let text = line.map(|line| (line.topic, line.work, line.homework));
    let (topic, work, homework) = text.unwrap_or_default();
    Ok(LessonText { topic, work, homework, substitute: String::new() })
}

/// Why the timetable does not lead one to expect a lesson, where it is a new one: what whoever records it is asked about.
///
/// # Errors
/// A course that the journal does not have.
pub fn unexpected(place: &Workplace<'_>, wish: &LessonWish) -> Result<Option<String>> {
    let (tables, at) = (place.tables(), &wish.at);
    let course = known_course(tables, &at.course)?;
    // Whoever is not its teacher may not record it, unless he says that he gives it instead of him; to whom the deputy head has
    // assigned it, he has been told.
    let is_settled = match wish.substitute {
        true => {
            read::assigned_substitute(tables, course.id, at.date, at.lesson)?.is_some_and(|to| to == *place.login())
        }
        false => course.teacher != *place.login(),
    };
    // A day that is none of the school's, or has not come, is refused as such.
    let (school, today) = (place.school()?, place.today()?);
    let is_day = school.day_off(at.date).is_none() && at.date >= school.year.begins && at.date <= today;
    if is_settled || !is_day || read::is_closed(tables)? || read::lesson_at(tables, at)?.is_some() {
        return Ok(None);
    }
    is_not_due(tables, at)
}

fn is_not_due(tables: &Tables, at: &LessonRef) -> Result<Option<String>> {
    not_due(tables, &*known_course(tables, &at.course)?, at.date, at.lesson)
}

/// The lessons that the timetable has up to a day and nobody recorded. Where no courses are named, whoever asks means his
/// own, unless he is one of those who control all.
///
/// # Errors
/// Tables that do not read.
pub fn missing(tables: &Tables, mut of: Filter, login: Option<&Login>, until: Day) -> Result<Vec<Row>> {
    let controls = |role: &Role| matches!(role, Role::DeputyHead | Role::Director | Role::Administrator);
    if let Some(login) = login
        && of == Filter::default()
        && !read::roles_of(tables, login)?.iter().any(controls)
    {
        of.teacher = Some(login.clone());
    }
    missing_of(tables, &of, until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::journal::testing::day;
    use crate::work::substitution;
    use crate::work::testing::{Office, about, algebra, at, refused};

    fn unsaid(at: LessonRef) -> LessonWish {
        LessonWish { at, topic: None, work: None, homework: None, substitute: false, despite: false }
    }

    #[test]
    fn what_is_not_said_of_a_lesson_comes_from_the_plan_and_afterwards_stays_as_it_stands() {
        let mut office = Office::open();
        let monday = at("2025-09-01", 2);
        let mut wish = unsaid(monday);
        let new = office.ask("semyonov", "2025-09-01T10:00", |place| record(place, &wish)).unwrap();
        assert_eq!((new.was, new.done.numbers.len()), (None, 1));
        assert_eq!((new.says.topic.as_str(), new.says.homework.as_str()), ("Тема 1", "§ 1"));
        assert_eq!(new.done.signed_by, "Семёнов С. С.");

        wish.homework = Some("  § 1,\t№ 5 ".into());
        let changed = office.ask("semyonov", "2025-09-01T11:00", |place| record(place, &wish)).unwrap();
        assert_eq!(changed.was, Some(new.says));
        assert_eq!((changed.says.topic.as_str(), changed.says.homework.as_str()), ("Тема 1", "§ 1, № 5"));

        let again = office.ask("semyonov", "2025-09-01T12:00", |place| record(place, &wish)).unwrap();
        assert!(again.done.is_nothing() && again.was == Some(again.says), "it stood just so");
    }

    #[test]
    fn a_lesson_is_recorded_with_its_absences_and_marks_or_not_at_all() {
        let mut office = Office::open();
        let monday = at("2025-09-01", 2);
        let cell = |pupil: &str, typed: &str| {
            let cell = crate::school::Cell::parse(typed).unwrap();
            let (attendance, marks) = (cell.attendance.map(Some), cell.marks.map(Some));
            crate::work::marks::CellWish { pupil: pupil.into(), attendance, marks }
        };
        let mut wish = unsaid(monday.clone());
        let mut cells = CellsWish::of(monday);
        cells.cells = vec![cell("А-1", "н"), cell("Б-2", "оп 4"), cell("В-3", "1")];
        let before = office.entries();
        let ask = |office: &mut Office, wish: &LessonWish, cells: &CellsWish| {
            office.ask("semyonov", "2025-09-01T10:00", |place| record_with(place, wish, cells))
        };
        refused(ask(&mut office, &wish, &cells), Kind::Refused, "ставятся отметки от 2 до 5");
        assert_eq!(office.entries(), before, "the lesson is not there either");
        cells.cells[2] = cell("В-3", "5");
        cells.others = Some(crate::school::Marks::parse("зач").unwrap());
        let (lesson, set) = ask(&mut office, &wish, &cells).unwrap();
        assert_eq!((lesson.done.numbers.len(), set.attendance, set.marks), (3, 2, 3));
        assert!(ask(&mut office, &wish, &cells).unwrap().0.done.is_nothing(), "it stands just so");
        wish.topic = Some("Дроби".into());
        assert_eq!(ask(&mut office, &wish, &cells).unwrap().0.done.numbers.len(), 1);
    }

    #[test]
    fn a_lesson_takes_the_line_of_its_own_place_in_the_year() {
        let mut office = Office::open();
        office.teach(&at("2025-09-03", 1));
        let before = office.ask("semyonov", "2025-09-03T13:00", |place| record(place, &unsaid(at("2025-09-01", 2))));
        assert_eq!(before.unwrap().says.topic, "Тема 1", "though another was recorded first");
        for (on, number) in [("2025-09-08", 2), ("2025-09-10", 1)] {
            let next = office.ask("semyonov", on, |place| record(place, &unsaid(at(on, number))));
            match on {
                "2025-09-08" => assert_eq!(next.unwrap().says.topic, "Тема 3"),
                _ => refused(next, Kind::Input, "не указана тема урока, и в плане её нет"),
            }
        }
    }

    #[test]
    fn a_substitute_who_was_assigned_says_nothing_and_one_who_was_not_waits_to_be_confirmed() {
        let mut office = Office::open();
        let (monday, wednesday) = (at("2025-09-01", 2), at("2025-09-03", 1));
        let gusev = "gusev".into();
        office.ask("petrova", "2025-09-01T09:00", |place| substitution::assign(place, &monday, &gusev)).unwrap();
        let assigned = office.ask("gusev", "2025-09-01T12:00", |place| record(place, &unsaid(monday))).unwrap();
        assert_eq!((assigned.says.substitute.as_str(), assigned.unconfirmed), ("gusev", false));

        let silent = about(&wednesday, "Дроби");
        let stranger = office.ask("gusev", "2025-09-03T12:00", |place| record(place, &silent));
        refused(stranger, Kind::Refused, "");
        let said = LessonWish { substitute: true, ..silent };
        let own = office.ask("gusev", "2025-09-03T12:00", |place| record(place, &said)).unwrap();
        assert_eq!((own.says.substitute.as_str(), own.unconfirmed), ("gusev", true));
        office.ask("petrova", "2025-09-03T13:00", |place| substitution::confirm(place, &wednesday)).unwrap();
        let again = office.ask("gusev", "2025-09-03T14:00", |place| record(place, &said)).unwrap();
        assert!(again.done.is_nothing() && !again.unconfirmed);
    }

    #[test]
    fn a_teacher_misses_his_own_lessons_and_who_controls_misses_all() {
        let office = Office::open();
        let until = day("2025-09-03");
        let rows = |of: Filter, login: &str| missing(&office, of, Some(&login.into()), until).unwrap().len();
        assert_eq!((rows(Filter::default(), "semyonov"), rows(Filter::default(), "gusev")), (2, 0));
        assert_eq!(rows(Filter::default(), "petrova"), 2);
        let named = Filter { class: Some(algebra().class), ..Filter::default() };
        assert_eq!(rows(named, "gusev"), 2, "courses that are named are meant");
        assert_eq!(missing(&office, Filter::default(), None, until).unwrap().len(), 2);
    }
}
