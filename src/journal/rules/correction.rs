//! The register «Замена сведений» (§2.3.3): what a request must say, and who may decide it when.
//!
//! A request names what stands in the journal and what is to stand there. It is judged when it is made and again when it
//! is approved: if something else was changed meanwhile, it no longer fits, and approving it is refused. The day rules
//! do not bind it: that is what a correction is for. A final mark may not stand earlier than it could be set, and one that
//! rests on too few marks (§2.3.1) is approved with a reason only.

use super::finals;
use super::lesson::{
    EARNED, allowed_marks, lesson_text, may_go, nothing_to_annul, of_absent, of_marked, on_roster, school_day,
};
use super::{Context, known_course, known_pupil, text};
use crate::error::{Action, Detail, Error, Result, Warning, every};
use crate::journal::entry::{Change, CorrectionDecided, CorrectionRequested, Entry, LessonRef};
use crate::journal::read;
use crate::journal::read::annulments;
use crate::journal::read::corrections::{self, Correction};
use crate::journal::read::standing::{StandingMarks, attendance_of, marks_of};
use crate::school::{Attendance, Marks, PersonalFile, format_date};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The most changes in one request.
const MOST: usize = 100;

/// §2.3.3.1: a request is complete, fits what stands in the journal, and asks for something that could stand there.
pub fn request(
    context: &Context<'_>,
    entry: &Entry,
    set: &CorrectionRequested,
    today: NaiveDate,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    text::is_given(&set.reason, "причина (§2.3.3.1)")?;
    text::fits(&set.reason, "причина")?;
    if set.changes.is_empty() {
        return Err(Error::input("§2.3.3.1: не перечислены изменения").next("укажите, что исправить"));
    }
    if set.changes.len() > MOST {
        return Err(Error::input(format!("изменений больше {MOST}")).next("подайте несколько заявок"));
    }
    let changes_lesson = set.changes.iter().any(|change| !matches!(change, Change::Final { .. }));
    if changes_lesson && set.date > today {
        return Err(Error::refused(format!("{} ещё не наступило", format_date(set.date))).next("проверьте дату"));
    }
    for change in &set.changes {
        if let Change::Final { period, .. } = change {
            let course = known_course(context.tables, &set.course)?;
            finals::not_too_early(context, &course, period, today)?;
        }
    }
    let at = LessonRef { course: set.course.clone(), date: set.date, lesson: set.lesson };
    if entry.rules >= ASKED_ONCE {
        asked_once(context, &at, &set.changes, warnings)?;
    }
    fits(context, entry, &at, &set.changes)
}

/// The version of the rules since which the same is not asked for twice.
const ASKED_ONCE: u32 = 2;

/// What is asked for already and waits is not asked for again; another request for the same place is told.
fn asked_once(context: &Context<'_>, at: &LessonRef, changes: &[Change], warnings: &mut Vec<Warning>) -> Result<()> {
    let course = known_course(context.tables, &at.course)?;
    for open in corrections::open_of_course(context.tables, course.id)? {
        let of_finals = |change: &Change| matches!(change, Change::Final { .. });
        let same_lesson = (open.date, open.lesson) == (at.date, at.lesson);
        let same_place = |one: &Change, other: &Change| {
            let place = |of: &Change| (of.kind().to_owned(), of.pupil().map(str::to_owned), of.period().to_owned());
            (same_lesson || of_finals(one)) && place(one) == place(other)
        };
        let number = open.number;
        let asks = |change: &Change| open.changes.iter().any(|other| same_place(change, other) && change == other);
        if open.changes.len() == changes.len() && changes.iter().all(asks) {
            return Err(Error::refused(format!("такая заявка уже ждёт решения: № {number}"))
                .next_by("подавать её ещё раз не нужно, посмотрите её", Action::ShowCorrection { number }));
        }
        if changes.iter().any(|change| open.changes.iter().any(|other| same_place(change, other))) {
            let what = format!("того же места касается заявка № {number}, которая ещё ждёт решения");
            let next = "если она не нужна, попросите отклонить её: удовлетворить можно только одну из них";
            warnings.push(Warning::from(what).next_by(next, Action::ShowCorrection { number }));
        }
    }
    Ok(())
}

/// §2.3.1: a final mark with too few marks is set by the deputy head with a reason, which is printed: the decision's note.
fn enough_marks(context: &Context<'_>, request: &Correction, note: &str) -> Result<()> {
    if !note.trim().is_empty() {
        return Ok(());
    }
    let course = known_course(context.tables, &request.course)?;
    for change in &request.changes {
        if let Change::Final { pupil, period, becomes: Some(mark), .. } = change
            && let Some(lack) = finals::lack_of_corrected(context, &course, pupil, period, mark)?
        {
            return Err(Error::refused(lack)
                .next_by("удовлетворите с обоснованием, оно печатается", Action::Give(Detail::Note)));
        }
    }
    Ok(())
}

/// §2.3.3.2: decided once, by another than who asked; a refusal says why; what is approved still fits.
pub fn decision(context: &Context<'_>, entry: &Entry, decided: &CorrectionDecided) -> Result<()> {
    let request = known_request(context, decided.number)?;
    if request.decision.is_some() {
        return Err(Error::refused(format!("§2.3.3.2: заявка № {} уже решена", decided.number))
            .next_by("посмотрите решение", Action::ShowCorrection { number: decided.number }));
    }
    if request.requested_by == entry.author {
        return Err(Error::refused("§2.3.3.2: свою заявку решает не заявитель")
            .next("обратитесь к другому заместителю директора или к директору"));
    }
    text::fits(&decided.note, "примечание")?;
    if !decided.approved {
        return text::is_given(&decided.note, "причина отказа (§2.3.3.2)");
    }
    if let Err(error) = fits(context, entry, &request.at(), &request.changes) {
        return Err(no_longer_fits(context, &request, error)?);
    }
    enough_marks(context, &request, &decided.note)
}

/// Why a request cannot be approved any more: what it is about has gone, or is another thing now.
fn no_longer_fits(context: &Context<'_>, request: &Correction, error: Error) -> Result<Error> {
    let (number, at) = (request.number, request.at());
    let cannot = format!("заявку № {number} удовлетворить нельзя");
    let course = known_course(context.tables, &at.course)?;
    let of_lesson = request.changes.iter().any(|change| !matches!(change, Change::Final { .. }));
    let annulled = annulments::lesson_annulled(context.tables, course.id, at.date, Some(at.lesson))?;
    if let Some(entry) = annulled.filter(|entry| of_lesson && *entry > request.requested_entry) {
        let lesson = format!("занятие {} (урок {}) с тех пор аннулировано", format_date(at.date), at.lesson);
        return Ok(Error::refused(format!("{cannot}: {lesson}, запись № {entry}"))
            .next_by("отклоните её с этой причиной", Action::RejectCorrection));
    }
    let faults: Vec<&str> = std::iter::once(&error).chain(error.also()).map(Error::message).collect();
    Ok(Error::refused(format!("{cannot}: {}", faults.join("; ")))
        .next_by("отклоните её с этой причиной; учитель подаст новую", Action::RejectCorrection))
}

fn known_request(context: &Context<'_>, number: u64) -> Result<Correction> {
    corrections::by_number(context.tables, number)?.ok_or_else(|| {
        Error::input(format!("заявки № {number} нет в журнале «Замена сведений»"))
            .next_by("посмотрите список заявок", Action::ListCorrections)
    })
}

/// Whether changes fit what stands, and may stand.
fn fits(context: &Context<'_>, entry: &Entry, at: &LessonRef, changes: &[Change]) -> Result<()> {
    if changes.len() > 1 && changes.iter().any(|change| matches!(change, Change::Annulment { .. })) {
        return Err(Error::input("урок аннулируется целиком, другие изменения к нему не добавляются")
            .next("подайте заявку только на аннулирование"));
    }
    let mut seen = HashSet::new();
    every(changes.iter().map(|change| {
        if !seen.insert((change.kind(), change.pupil(), change.period())) {
            return Err(Error::input("одно и то же место указано дважды").next("уберите повтор"));
        }
        of_pupil(context, change, stands(context, at, change))
    }))?;
    lesson_is_there(context, at, changes)?;
    every(changes.iter().map(|change| of_pupil(context, change, may_stand(context, entry, at, change))))?;
    if entry.rules >= EARNED { absences_and_marks(context, at, changes) } else { Ok(()) }
}

/// What is refused of a pupil's cell, with his name unless it is said: others may be refused with it.
fn of_pupil(context: &Context<'_>, change: &Change, result: Result<()>) -> Result<()> {
    let (Err(error), Some(file)) = (&result, change.pupil()) else { return result };
    let name = read::name_of(context.tables, &known_pupil(context.tables, file)?)?;
    if error.message().contains(&name) { result } else { result.map_err(|error| error.at(name)) }
}

/// A mark beside an absence was earned later, and says so: in a corrected cell as in any other.
fn absences_and_marks(context: &Context<'_>, at: &LessonRef, changes: &[Change]) -> Result<()> {
    let Some(lesson) = read::lesson_at(context.tables, at)?.map(|lesson| lesson.id) else {
        return changed_cells(context, changes, &HashMap::new(), &HashMap::new());
    };
    let (marks, attendance) = (marks_of(context.tables, lesson)?, attendance_of(context.tables, lesson)?);
    changed_cells(context, changes, &marks, &attendance)
}

fn changed_cells(
    context: &Context<'_>,
    changes: &[Change],
    marks: &HashMap<PersonalFile, StandingMarks>,
    attendance: &HashMap<PersonalFile, Attendance>,
) -> Result<()> {
    let mut cells: BTreeMap<&str, Corrected> = BTreeMap::new();
    for change in changes {
        let (Change::Mark { pupil, .. } | Change::Attendance { pupil, .. }) = change else { continue };
        let cell = cells.entry(pupil).or_insert_with(|| Corrected {
            was_absent: attendance.get(pupil.as_str()).is_some_and(|kind| kind.is_absence()),
            attendance: attendance.get(pupil.as_str()).copied(),
            marks: marks.get(pupil.as_str()).map(|standing| standing.marks.clone()),
            new_mark: false,
            earned: false,
        });
        match change {
            Change::Mark { becomes, earned, .. } => {
                cell.marks = becomes.clone();
                (cell.new_mark, cell.earned) = (becomes.is_some(), *earned);
            }
            Change::Attendance { becomes, .. } => cell.attendance = *becomes,
            _ => {}
        }
    }
    for (file, cell) in cells {
        let Corrected { attendance: Some(absence), marks: Some(marks), .. } = &cell else { continue };
        let pupil = known_pupil(context.tables, file)?;
        // What stood beside an absence was earned later; another kind of absence says nothing new of it.
        let said = cell.earned || (!cell.new_mark && cell.was_absent);
        if !absence.is_absence() || said {
            continue;
        }
        let name = read::name_of(context.tables, &pupil)?;
        let (what, earned) = match cell.new_mark {
            true => of_absent(&name, *absence, marks),
            false => of_marked(&name, *absence, marks),
        };
        let other = match cell.new_mark {
            true => "если ученик был, исправьте и посещение",
            false => "если отметка ошибочна, исправьте и её",
        };
        return Err(Error::refused(what).next(earned).then(other));
    }
    Ok(())
}

/// A cell as a request would leave it.
struct Corrected {
    was_absent: bool,
    attendance: Option<Attendance>,
    marks: Option<Marks>,
    new_mark: bool,
    earned: bool,
}

/// What the change says of the journal as it is must be so, and the change must change it.
fn stands(context: &Context<'_>, at: &LessonRef, change: &Change) -> Result<()> {
    let standing = corrections::with_standing(context.tables, at, change.clone())?;
    let (was, becomes) = change.texts();
    if matches!(change, Change::Annulment { was: Some(_), .. }) && read::lesson_at(context.tables, at)?.is_none() {
        return no_lesson(context, at);
    }
    if standing != *change {
        let shown = |text: &str| match text {
            "" => "пусто".to_owned(),
            quoted if quoted.contains('«') => quoted.to_owned(),
            plain => format!("«{plain}»"),
        };
        let (now, _) = standing.texts();
        return Err(Error::refused(format!("в журнале стоит {}, а в заявке указано {}", shown(&now), shown(&was)))
            .next("составьте заявку заново"));
    }
    let same_cell = was == becomes
        && !matches!(change, Change::Mark { work, document, earned, .. }
            if *earned || !work.is_empty() || !document.is_empty());
    if same_cell {
        return Err(Error::input("это уже стоит в журнале, исправлять нечего").next("проверьте, что исправить"));
    }
    Ok(())
}

/// Cells are changed at a lesson that was entered, or that the same request adds.
fn lesson_is_there(context: &Context<'_>, at: &LessonRef, changes: &[Change]) -> Result<()> {
    let course = known_course(context.tables, &at.course)?;
    let in_lesson = changes.iter().any(|change| !matches!(change, Change::Final { .. }));
    if !in_lesson || read::lesson(context.tables, course.id, at.date, at.lesson)?.is_some() {
        return Ok(());
    }
    if !matches!(changes.first(), Some(Change::Lesson { .. })) {
        if matches!(changes.first(), Some(Change::Annulment { .. })) {
            return no_lesson(context, at);
        }
        let error = Error::refused(format!("урок {} ({}) не записан", format_date(at.date), at.course));
        return Err(error.next_by("добавьте в заявку сам урок", Action::Give(Detail::Topic)));
    }
    school_day(context, at)
}

/// There is nothing to annul.
fn no_lesson(context: &Context<'_>, at: &LessonRef) -> Result<()> {
    let course = known_course(context.tables, &at.course)?;
    Err(nothing_to_annul(context.tables, &course, at.date, Some(at.lesson))?)
}

fn may_stand(context: &Context<'_>, entry: &Entry, at: &LessonRef, change: &Change) -> Result<()> {
    let course = known_course(context.tables, &at.course)?;
    let on_roster = |pupil: &str| on_roster(context, pupil, at).map(|_| ());
    match change {
        // What was left standing when a pupil left is taken out after it.
        Change::Mark { becomes: None, .. } | Change::Attendance { becomes: None, .. } => Ok(()),
        Change::Mark { pupil, becomes, work, document, .. } => {
            on_roster(pupil)?;
            text::fits(document, "документ")?;
            super::lesson::known_work(entry, work)?;
            becomes.as_ref().map_or(Ok(()), |marks: &Marks| allowed_marks(context, entry.rules, &course, marks))
        }
        Change::Attendance { pupil, .. } => on_roster(pupil),
        Change::Lesson { becomes, .. } => lesson_text(context, entry, becomes),
        Change::Annulment { .. } => match read::lesson_at(context.tables, at)? {
            Some(lesson) => may_go(context, at, &lesson),
            None => Ok(()),
        },
        Change::Final { pupil, period, becomes, .. } => {
            finals::corrected(context, entry, &course, pupil, period, becomes.as_ref())
        }
    }
}
