//! Lessons, marks and absences by day (§2.1, §2.2, §2.3.2).
//!
//! On the day of the lesson its author may overwrite. From the next day to the seventh what is missing may be added and
//! nothing replaced. After that only a correction («Замена сведений», §2.3.3) changes anything. History taken over from
//! another program is bound by none of these days, but it too replaces nothing.

use super::{Context, known_course, text};
use crate::error::{Action, Error, Next, Result, every};
use crate::journal::entry::{AttendanceSet, Entry, LessonCell, LessonRecorded, LessonRef, LessonText, MarksSet};
use crate::journal::read::{self, Course, Lesson, Pupil};
use crate::school::{Attendance, Marks, Role, WorkKind, counted, format_date};
use chrono::{Duration, NaiveDate};
use rusqlite::{OptionalExtension, params};
use std::collections::HashSet;
use std::sync::Arc;

mod annulment;

pub(super) use annulment::may_go;
pub use annulment::{annulment, nothing_to_annul};

/// What remains when the day allows no more.
const ASK: &str = "подайте заявку на исправление, запись в журнале «Замена сведений в электронном журнале» (§2.3.3)";

/// What the day allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    /// The day of the lesson: its author may overwrite.
    Overwrite,
    /// The days after it: what is missing may be added.
    Add,
    /// The days after it, but the entry was made on the day of the lesson and is taken in now: what came in the same
    /// hand-over does not count as standing.
    AddAnew,
}

impl Window {
    fn adds(self) -> bool {
        self != Self::Overwrite
    }
}

/// §2.3.2: what may be done on `today` to a lesson of `date`.
fn window(context: &Context<'_>, entry: &Entry, date: NaiveDate, today: NaiveDate) -> Result<Window> {
    let policy = &context.school.policy;
    if date > today {
        return Err(Error::refused(format!(
            "§2.1: запись о занятии делается в день проведения, а {} ещё не наступило",
            format_date(date)
        ))
        .next("проверьте дату"));
    }
    if entry.taken_over {
        return Ok(Window::Add);
    }
    let (taken, last) = (context.taken(today), date + Duration::days(policy.overwrite_days.into()));
    if taken <= last {
        return Ok(Window::Overwrite);
    }
    if taken <= date + Duration::days(policy.edit_days.into()) {
        return Ok(if today <= last { Window::AddAnew } else { Window::Add });
    }
    Err(Error::refused(format!(
        "§2.3.2: со дня занятия {} прошло больше {}, изменять и добавлять записи нельзя",
        format_date(date),
        counted(policy.edit_days, ["дня", "дней", "дней"])
    ))
    .next_by(ASK, Action::RequestCorrection))
}

/// §2.3.2: nothing that stands is replaced, but by its author on the day of the lesson. `anew` says that it came in the same
/// hand-over.
fn replacement(window: Window, anew: bool, author: &str, entry: &Entry, what: &str) -> Result<()> {
    if (window == Window::Overwrite || (window == Window::AddAnew && anew)) && author == entry.author {
        return Ok(());
    }
    let (message, next) = if entry.taken_over {
        (
            format!("{what}: в журнале уже стоит другое"),
            Next::by(
                "перенос ничего не заменяет: исправьте файл или подайте заявку на исправление (§2.3.3)",
                Action::RequestCorrection,
            ),
        )
    } else if window == Window::Overwrite {
        (
            format!("{what}: запись сделал другой учитель, заменить её в день занятия может только он"),
            Next::by("обратитесь к нему или подайте заявку на исправление (§2.3.3)", Action::RequestCorrection),
        )
    } else {
        (
            format!("§2.3.2: {what}: после дня занятия можно добавить недостающее, но нельзя заменить записанное"),
            Next::by(ASK, Action::RequestCorrection),
        )
    };
    Err(Error::refused(message).next(next))
}

/// A lesson: its day, its text, and in an import the cells that came with it.
pub fn recorded(context: &Context<'_>, entry: &Entry, set: &LessonRecorded, today: NaiveDate) -> Result<()> {
    let tables = context.tables;
    let course = known_course(tables, &set.at.course)?;
    school_day(context, &set.at)?;
    let (topic, work, homework) = (set.topic.clone(), set.work.clone(), set.homework.clone());
    lesson_text(context, entry, &LessonText { topic, work, homework, substitute: set.substitute.clone() })?;
    if !set.cells.is_empty() && !entry.taken_over {
        return Err(Error::refused("отметки вместе с уроком записываются только при переносе")
            .next("сначала запишите урок, затем отметки"));
    }
    let known = read::lesson(tables, course.id, set.at.date, set.at.lesson)?;
    // The window is asked for in any case: a lesson never entered has a last day as well.
    let window = window(context, entry, set.at.date, today)?;
    if let Some(known) = &known
        && replaces(known, set)
    {
        let anew = window == Window::AddAnew && !replaces_what_stood(context, set)?;
        replacement(window, anew, &known.author, entry, "урок уже записан")?;
    }
    super::timetable::lesson(context, entry, set, &course, known.as_deref())?;
    cells(context, entry, set, &course, known.as_deref())
}

/// What a lesson's line may say.
pub(super) fn lesson_text(context: &Context<'_>, entry: &Entry, line: &LessonText) -> Result<()> {
    text::is_given(&line.topic, "тема урока (что пройдено)")?;
    for (text, what) in [(&line.topic, "тема"), (&line.homework, "домашнее задание"), (&line.work, "вид работы")]
    {
        text::fits(text, what)?;
    }
    known_work(entry, &line.work)?;
    if !line.substitute.is_empty() && !read::has_role(context.tables, &line.substitute, Role::Teacher)? {
        return Err(Error::input(format!("«{}» не учитель этой школы и не может замещать", line.substitute))
            .next("проверьте логин замещающего"));
    }
    Ok(())
}

/// Since these rules a kind of work is a form of its word, and not only begins like one.
const WORDS: u32 = 2;

/// A kind of work that is known, or none.
pub(super) fn known_work(entry: &Entry, work: &str) -> Result<()> {
    let known = if entry.rules < WORDS { WorkKind::of(work) } else { WorkKind::written_out(work) };
    if work.is_empty() || known.is_some() { Ok(()) } else { Err(WorkKind::unknown(work)) }
}

/// Whether `set` would change something that was already filled in.
fn replaces(known: &Lesson, set: &LessonRecorded) -> bool {
    changes([&known.topic, &known.work, &known.homework], set) || known.substitute != set.substitute
}

fn changes(known: [&String; 3], set: &LessonRecorded) -> bool {
    let new = [&set.topic, &set.work, &set.homework];
    known.into_iter().zip(new).any(|(old, new)| !old.is_empty() && old != new)
}

/// Whether `set` would change something that was filled in before the hand-over that it came in.
fn replaces_what_stood(context: &Context<'_>, set: &LessonRecorded) -> Result<bool> {
    let Some(handed) = context.handed else { return Ok(true) };
    let at = (&set.at.course, set.at.date, set.at.lesson);
    Ok(match read::lesson_before(context.tables, handed.since, at)? {
        None => true,
        Some(None) => false,
        Some(Some(stood)) => {
            changes([&stood.topic, &stood.work, &stood.homework], set) || stood.substitute != set.substitute
        }
    })
}

fn cells(
    context: &Context<'_>,
    entry: &Entry,
    set: &LessonRecorded,
    course: &Course,
    known: Option<&Lesson>,
) -> Result<()> {
    if set.cells.is_empty() {
        return Ok(());
    }
    let mut seen = HashSet::new();
    every(set.cells.iter().map(|LessonCell { pupil, attendance, marks }| {
        once(&mut seen, pupil)?;
        let pupil = on_roster(context, pupil, &set.at)?;
        if let Some(marks) = marks {
            of_pupil(context, &pupil, allowed_marks(context, entry.rules, course, marks))?;
        }
        let Some(known) = known else { return Ok(()) };
        if let Some(marks) = marks {
            mark_change(context, entry, Window::Add, known.id, &pupil, Some((marks, "", "")))?;
        }
        match attendance {
            Some(attendance) => attendance_change(context, entry, Window::Add, known.id, &pupil, Some(*attendance)),
            None => Ok(()),
        }
    }))
    .map(drop)
}

/// Nobody is named twice.
fn once<'f>(seen: &mut HashSet<&'f str>, file: &'f str) -> Result<()> {
    if seen.insert(file) {
        return Ok(());
    }
    Err(Error::input(format!("ученик «{file}» указан дважды")).next("оставьте одно значение на ученика"))
}

/// What is refused of a pupil's cell, with his name: others may be refused with it.
fn of_pupil<T>(context: &Context<'_>, pupil: &Pupil, result: Result<T>) -> Result<T> {
    match result {
        Ok(value) => Ok(value),
        Err(error) => Err(error.at(read::name_of(context.tables, pupil)?)),
    }
}

/// Marks of a lesson.
pub fn marks(context: &Context<'_>, entry: &Entry, set: &MarksSet, today: NaiveDate) -> Result<()> {
    let course = known_course(context.tables, &set.at.course)?;
    let window = window(context, entry, set.at.date, today)?;
    let lesson = known_lesson(context, &course, &set.at)?;
    known_work(entry, &set.work)?;
    some_lines(set.marks.len())?;
    let mut seen = HashSet::new();
    every(set.marks.iter().map(|line| {
        once(&mut seen, &line.pupil)?;
        let pupil = on_roster(context, &line.pupil, &set.at)?;
        if let Some(marks) = &line.marks {
            of_pupil(context, &pupil, allowed_marks(context, entry.rules, &course, marks))?;
        }
        if let Some(marks) = line.marks.as_ref().filter(|_| !line.earned && entry.rules >= EARNED) {
            was_there(context, window, lesson.id, &pupil, marks)?;
        }
        let new = line.marks.as_ref().map(|marks| (marks, set.work.as_str(), line.document.as_str()));
        mark_change(context, entry, window, lesson.id, &pupil, new)
    }))
    .map(drop)
}

/// The version of the rules since which a mark beside an absence says that it was earned later.
pub(super) const EARNED: u32 = 2;

/// From which rules on a grade without marks has none of any kind: no «зач», «осв» or «н/а» either.
pub(super) const NO_MARKS: u32 = 2;

/// A plain mark is of somebody who was there.
fn was_there(context: &Context<'_>, window: Window, lesson: i64, pupil: &Pupil, marks: &Marks) -> Result<()> {
    let Some(absence) = absence_at(context, lesson, pupil)? else { return Ok(()) };
    let (what, earned) = of_absent(&read::name_of(context.tables, pupil)?, absence, marks);
    let absence = absence.as_str();
    let next = Next::new(earned);
    Err(Error::refused(what).next(match window {
        Window::Overwrite => next.then(format!("если ученик был, сначала уберите «{absence}»")),
        Window::Add | Window::AddAnew => next.then_by(format!("если ученик был, {ASK}"), Action::RequestCorrection),
    }))
}

/// That a plain mark and an absence do not go together, and what to type where the mark was earned later.
pub(super) fn of_absent(name: &str, absence: Attendance, marks: &Marks) -> (String, String) {
    let absence = absence.as_str();
    (format!("{name}: на уроке стоит «{absence}», а отметка «{marks}» — того, кто был"), earned_later(absence, marks))
}

/// What to type where a mark was earned later by who was absent.
fn earned_later(absence: &str, marks: &Marks) -> String {
    if marks.grades().next().is_none() && marks.credits() == 0 {
        return format!("«{marks}» рядом с «{absence}» не ставится: уберите что-то одно");
    }
    format!("если отметка получена позже, укажите «{absence}/{marks}» (то же, что «{absence} {marks}»)")
}

/// That somebody with a plain mark was not there does not go together, and what to type where it was earned later.
pub(super) fn of_marked(name: &str, absence: Attendance, marks: &Marks) -> (String, String) {
    let absence = absence.as_str();
    (
        format!("{name}: на уроке стоит отметка «{marks}», а «{absence}» — того, кого не было"),
        earned_later(absence, marks),
    )
}

/// The absence that stands in a pupil's cell; lateness is none.
fn absence_at(context: &Context<'_>, lesson: i64, pupil: &Pupil) -> Result<Option<Attendance>> {
    let sql = "SELECT kind FROM attendance WHERE lesson = ?1 AND pupil = ?2";
    let mut statement = context.tables.prepare_cached(sql)?;
    let kind: Option<String> = statement.query_row(params![lesson, pupil.id], |row| row.get(0)).optional()?;
    Ok(kind.as_deref().and_then(Attendance::parse).filter(|kind| kind.is_absence()))
}

/// Absences and latenesses of a lesson.
pub fn attendance(context: &Context<'_>, entry: &Entry, set: &AttendanceSet, today: NaiveDate) -> Result<()> {
    let course = known_course(context.tables, &set.at.course)?;
    let window = window(context, entry, set.at.date, today)?;
    let lesson = known_lesson(context, &course, &set.at)?;
    some_lines(set.pupils.len())?;
    let mut seen = HashSet::new();
    every(set.pupils.iter().map(|line| {
        once(&mut seen, &line.pupil)?;
        let pupil = on_roster(context, &line.pupil, &set.at)?;
        if entry.taken_over && entry.rules >= EARNED && line.attendance.is_some_and(Attendance::is_absence) {
            is_not_marked(context, lesson.id, &pupil)?;
        }
        let absence = line.attendance.filter(|kind| kind.is_absence() && !line.earned);
        if let Some(absence) = absence.filter(|_| !entry.taken_over && entry.rules >= EARNED) {
            has_no_mark(context, window, lesson.id, &pupil, absence)?;
        }
        attendance_change(context, entry, window, lesson.id, &pupil, line.attendance)
    }))
    .map(drop)
}

/// Who has a plain mark was there. Another kind of absence says nothing new.
fn has_no_mark(context: &Context<'_>, window: Window, lesson: i64, pupil: &Pupil, absence: Attendance) -> Result<()> {
    let Some(marks) = marks_at(context, lesson, pupil)? else { return Ok(()) };
    if absence_at(context, lesson, pupil)?.is_some() {
        return Ok(());
    }
    let (what, earned) = of_marked(&read::name_of(context.tables, pupil)?, absence, &marks);
    let next = Next::new(earned);
    Err(Error::refused(what).next(match window {
        Window::Overwrite => next.then("если отметка ошибочна, сначала уберите её"),
        Window::Add | Window::AddAnew => {
            next.then_by(format!("если отметка ошибочна, {ASK}"), Action::RequestCorrection)
        }
    }))
}

/// The marks that stand in a pupil's cell.
fn marks_at(context: &Context<'_>, lesson: i64, pupil: &Pupil) -> Result<Option<Marks>> {
    let sql = "SELECT marks FROM marks WHERE lesson = ?1 AND pupil = ?2";
    let mut statement = context.tables.prepare_cached(sql)?;
    let marks: Option<String> = statement.query_row(params![lesson, pupil.id], |row| row.get(0)).optional()?;
    marks.map(|text| Marks::parse(&text)).transpose()
}

/// History that is taken over says of nobody that he was absent who has a mark.
fn is_not_marked(context: &Context<'_>, lesson: i64, pupil: &Pupil) -> Result<()> {
    let Some(marks) = marks_at(context, lesson, pupil)? else { return Ok(()) };
    Err(Error::refused(format!("{}: в журнале уже стоит другое: «{marks}»", read::name_of(context.tables, pupil)?))
        .next_by(
            "перенос ничего не заменяет и не складывает: исправьте файл или подайте заявку на исправление (§2.3.3)",
            Action::RequestCorrection,
        ))
}

fn some_lines(count: usize) -> Result<()> {
    if count == 0 {
        Err(Error::input("не указан ни один ученик").next("назовите хотя бы одного"))
    } else {
        Ok(())
    }
}

pub(super) fn school_day(context: &Context<'_>, at: &LessonRef) -> Result<()> {
    let year = &context.school.year;
    let bad = |why: String| Err(Error::refused(why).next("проверьте дату; учебные дни задаёт администратор"));
    if !(year.begins..=year.ends).contains(&at.date) {
        return bad(format!("{} вне учебного года {}", format_date(at.date), year.name));
    }
    if let Some(day_off) = context.school.day_off(at.date) {
        let day = format_date(at.date);
        return Err(Error::refused(format!("{day} не учебный день: {day_off}"))
            .next("проверьте дату")
            .then_by("если уроки в этот день были, администратор объявляет его рабочим", Action::AddWorkday { day }));
    }
    if !(1..=15).contains(&at.lesson) {
        return Err(Error::input(format!("урока № {} не бывает", at.lesson)).next("укажите номер урока от 1 до 15"));
    }
    Ok(())
}

fn known_lesson(context: &Context<'_>, course: &Course, at: &LessonRef) -> Result<Arc<Lesson>> {
    read::lesson(context.tables, course.id, at.date, at.lesson)?.ok_or_else(|| {
        Error::refused(format!("§2.1: урок {} ({}, урок {}) не записан", format_date(at.date), course.key, at.lesson))
            .next_by("сначала запишите урок", Action::RecordLesson)
    })
}

pub(super) fn on_roster(context: &Context<'_>, file: &str, at: &LessonRef) -> Result<Arc<Pupil>> {
    if let Some(pupil) = read::pupil_on_roster(context.tables, &at.course, at.date, file)? {
        return Ok(pupil);
    }
    let pupil = super::known_pupil(context.tables, file)?;
    Err(Error::refused(format!(
        "{} ({file}) {} не в списке: {}",
        read::name_of(context.tables, &pupil)?,
        format_date(at.date),
        at.course
    ))
    .next("проверьте класс, группу и дату; состав класса ведёт администратор"))
}

pub(super) fn allowed_marks(context: &Context<'_>, rules: u32, course: &Course, marks: &Marks) -> Result<()> {
    let policy = &context.school.policy;
    if policy.unmarked_grades.contains(&course.key.class.grade())
        && (rules >= NO_MARKS || marks.grades().next().is_some())
    {
        return Err(Error::refused(format!("в {}-х классах отметки не ставятся", course.key.class.grade()))
            .next("уберите отметку; посещаемость записывается как обычно"));
    }
    if marks.grades().any(|grade| grade < policy.lowest_mark) {
        return Err(Error::refused(format!("в школе ставятся отметки от {} до 5", policy.lowest_mark))
            .next("проверьте отметку"));
    }
    Ok(())
}

/// A cell of marks as a rule looks at it: marks, kind of work, document, in one text.
fn whole_cell(marks: &str, work: &str, document: &str) -> String {
    [marks, work, document].join("\u{0}")
}

/// §2.3.2 for a cell of marks. The kind of work and the document belong to it: they are counted and printed.
fn mark_change(
    context: &Context<'_>,
    entry: &Entry,
    window: Window,
    lesson: i64,
    pupil: &Pupil,
    new: Option<(&Marks, &str, &str)>,
) -> Result<()> {
    let sql = "SELECT marks, author, marks || char(0) || work || char(0) || document, entry FROM marks
               WHERE lesson = ?1 AND pupil = ?2";
    let new = new.map(|(marks, work, document)| whole_cell(&marks.to_string(), work, document));
    let removed = new.is_none();
    change(context, entry, window, (sql, lesson, pupil), new.as_deref(), "отметка").map_err(|error| {
        match marks_at(context, lesson, pupil) {
            Ok(Some(marks)) if removed && window.adds() && !entry.taken_over => error.then(earned_later("н", &marks)),
            _ => error,
        }
    })
}

fn attendance_change(
    context: &Context<'_>,
    entry: &Entry,
    window: Window,
    lesson: i64,
    pupil: &Pupil,
    new: Option<Attendance>,
) -> Result<()> {
    let sql = "SELECT kind, author, kind, entry FROM attendance WHERE lesson = ?1 AND pupil = ?2";
    change(context, entry, window, (sql, lesson, pupil), new.map(Attendance::as_str), "посещение")
}

/// A cell that stands is replaced by its author on the day only; an empty cell is filled, and not emptied. `sql` gives
/// what to show of the cell, its author, what to compare, and the record that wrote it.
fn change(
    context: &Context<'_>,
    entry: &Entry,
    window: Window,
    (sql, lesson, pupil): (&str, i64, &Pupil),
    new: Option<&str>,
    what: &str,
) -> Result<()> {
    let mut statement = context.tables.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let standing: Option<(String, String, String, u64)> =
        statement.query_row(params![lesson, pupil.id], row).optional()?;
    match standing {
        Some((shown, author, old, since)) if new != Some(old.as_str()) => {
            let place = format!("{}, {what} «{shown}»", read::name_of(context.tables, pupil)?);
            replacement(window, context.is_of_hand_over(since), &author, entry, &place)
        }
        None if new.is_none() => {
            Err(Error::input(format!("{}: {what} не стоит, убирать нечего", read::name_of(context.tables, pupil)?))
                .next("проверьте ученика и дату"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
