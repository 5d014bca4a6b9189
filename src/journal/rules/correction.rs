//! The register «Замена сведений» (§2.3.3): what a request must say, and who may decide it when.
//!
//! A request names what stands in the journal and what is to stand there. It is judged when it is made and again when it
//! is approved: if something else was changed meanwhile, it no longer fits, and approving it is refused. The day rules
//! do not bind it: that is what a correction is for. A final mark may not stand earlier than it could be set, and one that
//! rests on too few marks (§2.3.1) is approved with a reason only.

use super::finals;
use super::lesson::{EARNED, allowed_marks, lesson_text, may_go, of_absent, of_marked, on_roster, school_day};
use super::{Context, known_course, known_pupil, text};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::entry::{Change, CorrectionDecided, CorrectionRequested, Entry, LessonRef};
use crate::journal::read;
use crate::journal::read::corrections::{self, Correction};
use crate::journal::read::standing::{StandingMarks, attendance_of, marks_of};
use crate::school::{Attendance, Marks, PersonalFile, format_date};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The most changes in one request.
const MOST: usize = 100;

/// §2.3.3.1: a request is complete, fits what stands in the journal, and asks for something that could stand there.
pub fn request(context: &Context<'_>, entry: &Entry, set: &CorrectionRequested, today: NaiveDate) -> Result<()> {
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
    fits(context, entry, &at, &set.changes)
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
    fits(context, entry, &request.at(), &request.changes).map_err(|error| {
        Error::refused(format!("заявку № {} удовлетворить нельзя: {}", decided.number, error.message()))
            .next("отклоните её с этой причиной; учитель подаст новую")
    })?;
    enough_marks(context, &request, &decided.note)
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
    for change in changes {
        if !seen.insert((change.kind(), change.pupil(), change.period())) {
            return Err(Error::input("одно и то же место указано дважды").next("уберите повтор"));
        }
        stands(context, at, change)?;
    }
    lesson_is_there(context, at, changes)?;
    changes.iter().try_for_each(|change| may_stand(context, entry, at, change))?;
    if entry.rules >= EARNED { absences_and_marks(context, at, changes) } else { Ok(()) }
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
    if standing != *change {
        let shown = |text: &str| if text.is_empty() { "пусто".to_owned() } else { format!("«{text}»") };
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
        let error = Error::refused(format!("урок {} ({}) не записан", format_date(at.date), at.course));
        if matches!(changes.first(), Some(Change::Annulment { .. })) {
            return Err(error.next("проверьте дату и номер урока: аннулировать нечего"));
        }
        return Err(error.next_by("добавьте в заявку сам урок", Action::Give(Detail::Topic)));
    }
    school_day(context, at)
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
            super::lesson::known_work(work)?;
            becomes.as_ref().map_or(Ok(()), |marks: &Marks| allowed_marks(context, entry.rules, &course, marks))
        }
        Change::Attendance { pupil, .. } => on_roster(pupil),
        Change::Lesson { becomes, .. } => lesson_text(context, becomes),
        Change::Annulment { .. } => match read::lesson_at(context.tables, at)? {
            Some(lesson) => may_go(context, at, &lesson),
            None => Ok(()),
        },
        Change::Final { pupil, period, becomes, .. } => {
            finals::corrected(context, entry, &course, pupil, period, becomes.as_ref())
        }
    }
}
