//! The end of the school year: what is missing, its close, its being opened again; and the next one.

mod moved_on;
mod next;
mod placing;
mod taken_over;

pub use next::{Begun, NewYear, OldYear, Plan};
pub use placing::{ClassGoing, Placing, Unplaced, WhyNot};
pub(super) use taken_over::{archive_before, last_archive};

use super::{Done, Workplace};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::entry::{YearClosed, YearReopened};
pub use crate::journal::read::Turn;
pub use crate::journal::read::gaps::{ClassGaps, Gaps, MissingMarks, PupilGaps, StickOut, UnboundBook};
pub use crate::journal::read::outdated::{Outdated, OutdatedBook};
use crate::journal::read::{self, Pupil, Tables};
use crate::report::missing::missing;
use crate::report::scope::Filter;
use crate::school::{Day, School, clean};

/// How a year stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearStatus {
    /// The school, with its year.
    pub school: School,
    /// The close that is in force.
    pub closed: Option<Turn>,
    /// Each time it was opened again.
    pub reopened: Vec<Turn>,
    /// The entry that is to open it again and waits for a second person.
    pub reopening_waits: Option<u64>,
    /// Whether the next year was begun, after which nothing opens it.
    pub continued: bool,
    /// What is missing of what should be there by now.
    pub gaps: Gaps,
    /// Papers and the archive that do not show what changed after them.
    pub outdated: Outdated,
    /// What else nobody has seen to.
    pub loose: Loose,
}

/// What is not seen to and bars no closing of a year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loose {
    /// Lessons that the timetable led one to expect up to the day and that nobody entered.
    pub lessons: usize,
    /// Pupils who are not, and have not been, in any class.
    pub without_class: Vec<Pupil>,
}

impl Loose {
    /// What is not seen to on a day.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn on(tables: &Tables, day: Day) -> Result<Self> {
        let mut without_class = Vec::new();
        for pupil in read::all_pupils(tables)? {
            if read::stays_of(tables, pupil.id)?.is_empty() {
                without_class.push(pupil);
            }
        }
        Ok(Self { lessons: missing(tables, &Filter::default(), day)?.len(), without_class })
    }

    /// Whether there is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// How the year stands on a day.
///
/// # Errors
/// Tables that do not read.
pub fn status(tables: &Tables, today: Day) -> Result<YearStatus> {
    let school = read::school(tables)?;
    Ok(YearStatus {
        closed: read::closed(tables)?,
        reopened: read::reopenings(tables)?,
        reopening_waits: read::reopening_waits(tables)?,
        continued: read::continued(tables)?.is_some(),
        gaps: Gaps::on(tables, &school, today)?,
        outdated: Outdated::of(tables)?,
        loose: Loose::on(tables, today)?,
        school,
    })
}

/// What is missing of the year, for whoever may close it now.
///
/// # Errors
/// What a right or a rule forbids, whatever is typed.
pub fn before_close(place: &mut Workplace<'_>) -> Result<Gaps> {
    let school = place.school()?;
    let trial = YearClosed { year: school.year.name.clone(), reason: "—".to_owned() };
    let (fingerprint, clock) = (place.author.fingerprint(), place.author.clock);
    place.journal.draft(&fingerprint, clock, trial)?;
    Gaps::of_year(place.tables(), &school)
}

/// Whether somebody has typed the school's year, so that he does not end another by accident.
///
/// # Errors
/// Another one.
pub fn is_typed(school: &School, typed: &str) -> Result<()> {
    let only = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let (year, typed) = (&school.year.name, typed.trim());
    let slashed = only(typed).replace(['-', '–', '—', '\\'], "/");
    if slashed == only(year) || only(typed) == only(year) {
        return Ok(());
    }
    Err(Error::input(format!("в этом журнале {year} учебный год, а набрано «{typed}»"))
        .next_by("проверьте журнал и наберите его год", Action::Give(Detail::Year)))
}

/// Closes the school year, which has been typed: from here on only printing, archives and verifications are recorded.
/// Where something is missing, it takes a reason.
///
/// # Errors
/// Another year; gaps without a reason; what a right or a rule refuses.
pub fn close(place: &mut Workplace<'_>, typed: &str, reason: &str) -> Result<Done> {
    let school = place.school()?;
    is_typed(&school, typed)?;
    let given = clean(reason)?;
    Ok(place.decide(|tables, _| Ok((vec![closing(tables, &school, given)?.into()], ())))?.0)
}

fn closing(tables: &Tables, school: &School, reason: String) -> Result<YearClosed> {
    let missing = !Gaps::of_year(tables, school)?.is_empty();
    if missing && reason.is_empty() {
        return Err(without_reason("учебный год закрывается с пробелами"));
    }
    Ok(YearClosed { year: school.year.name.clone(), reason: if missing { reason } else { String::new() } })
}

/// The fault of something that is done with gaps, and nobody has said why.
pub fn without_reason(what: &str) -> Error {
    Error::input(format!("{what}, а причина не указана"))
        .next("заполните пробелы")
        .then_by("или укажите причину, она печатается", Action::Give(Detail::Reason))
}

/// Opens the closed year again, once a second person has confirmed it.
///
/// # Errors
/// What a right or a rule refuses; one that waits already.
pub fn reopen(place: &mut Workplace<'_>, reason: &str) -> Result<Done> {
    let reason = clean(reason)?;
    let decide = |tables: &Tables| match read::reopening_waits(tables)? {
        Some(number) => {
            Err(Error::refused(format!("запись № {number} о том, чтобы открыть год снова, уже ждёт подтверждения"))
                .next_by("дождитесь решения", Action::ListConfirmations))
        }
        None => Ok((vec![YearReopened { reason }.into()], ())),
    };
    Ok(place.decide(|tables, _| decide(tables))?.0)
}

#[cfg(test)]
mod tests;
