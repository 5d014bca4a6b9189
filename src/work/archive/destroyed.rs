//! An older journal set apart to be destroyed: what its file tells of itself, and what must stay, verified where it lies.

use super::super::{Done, Workplace};
use super::checked::{Verification, verify};
use super::status::{ArchiveStatus, Status, Third};
use crate::archive::progress::Progress;
use crate::archive::report::Verdict;
use crate::error::{Error, Result};
use crate::files;
use crate::journal::entry::ArchiveDestroyed;
pub use crate::journal::entry::{Destroyed, DestroyedCase, NamedArchive};
use crate::journal::read::{self, Gone, Tables};
use crate::journal::{Proven, rules};
use crate::ledger::chain::{grouped, hex};
use crate::print::register::{self, Registered};
use crate::print::{Form, Subject, Wanted};
use crate::school::{Day, Kept, School, clean, format_date, kept_until};
use std::path::PathBuf;

/// What is wanted.
pub struct Destruction<'a> {
    /// The old journal.
    pub old: &'a Proven,
    /// What of it.
    pub what: Destroyed,
    /// Where the archive of its sheets for 25 years lies: a carrier, or the archive's folder.
    pub summaries: &'a [PathBuf],
    /// Minutes of the expert commission.
    pub protocol: &'a str,
    /// How it is destroyed.
    pub means: &'a str,
}

/// What would be destroyed, before anything is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The old journal's school.
    pub school: School,
    /// The lines of the act.
    pub cases: Vec<DestroyedCase>,
    /// The archives that go along.
    pub archives: Vec<NamedArchive>,
    /// The archive of sheets, which stays; nothing where the sheets themselves go.
    pub stays: Option<NamedArchive>,
}

/// What would be destroyed of an old journal on a day.
///
/// # Errors
/// A term that is not over; a journal without an archive of its sheets for 25 years.
pub fn plan(old: &Proven, what: Destroyed, today: Day) -> Result<Plan> {
    let tables = &old.tables()?;
    let school = read::school(tables)?;
    rules::term_is_over(&school.year.name, school.year.ends, what, today)?;
    let status = Status::of(tables, today)?;
    let stays = match what {
        Destroyed::Journal => Some(named(status.summaries().ok_or_else(|| rules::no_sheets(&school.year.name))?)),
        Destroyed::Summaries => None,
    };
    let goes = |archive: &&ArchiveStatus| archive.summaries == (what == Destroyed::Summaries);
    let archives: Vec<&ArchiveStatus> = status.archives.iter().filter(goes).collect();
    let mut cases = papers(tables, &school, what, today)?;
    cases.extend((what == Destroyed::Journal).then(|| file(old, &school)));
    cases.extend(archives.iter().map(|archive| copies(&school, archive)));
    Ok(Plan { cases, archives: archives.into_iter().map(named).collect(), stays, school })
}

/// Records what is destroyed, once the archive of the sheets was found whole and genuine where it lies.
///
/// # Errors
/// As [`plan`]; no such archive under the paths; what a right or a rule refuses.
pub fn destroyed(place: &mut Workplace<'_>, wish: &Destruction<'_>, progress: &dyn Progress) -> Result<Done> {
    let Plan { school, cases, archives, stays } = plan(wish.old, wish.what, place.today()?)?;
    if let Some(stays) = &stays {
        is_safe(wish, &school, stays, progress)?;
    }
    let tip = wish.old.tip();
    let gone = ArchiveDestroyed {
        journal: hex(&tip.journal),
        year: school.year.name,
        ends: school.year.ends,
        what: wish.what,
        length: tip.seq,
        head: hex(&tip.head),
        archives,
        stays,
        cases,
        protocol: clean(wish.protocol)?,
        means: clean(wish.means)?,
    };
    place.record([gone.into()])
}

/// The act of an old year, or of the one that was set apart last.
///
/// # Errors
/// Nothing that was set apart.
pub fn act(tables: &Tables, year: Option<&str>) -> Result<Wanted> {
    let all = read::destroyed(tables)?;
    let known: Vec<String> = all.iter().map(|gone| gone.year.clone()).collect();
    let of = |gone: &Gone| year.is_none_or(|year| gone.year == year.trim());
    let found = all.into_iter().rev().find(of).ok_or_else(|| {
        let next = match known.is_empty() {
            true => "сначала запишите, что выделено".to_owned(),
            false => format!("выделено за годы: {}", known.join(", ")),
        };
        Error::input("к уничтожению за этот год ничего не выделено").next(next)
    })?;
    Ok(Wanted::new(Form::DestructionAct, Subject::Entry(found.entry.to_string())))
}

/// What a later journal has set apart of an old one: the journal itself.
///
/// # Errors
/// Tables that do not read.
pub fn of_journal(current: &Tables, old: &Tables) -> Result<Option<Gone>> {
    let id = hex(&read::ledger::tip(old)?.journal);
    Ok(read::destroyed(current)?.into_iter().find(|gone| gone.journal == id && gone.what == Destroyed::Journal))
}

fn named(archive: &ArchiveStatus) -> NamedArchive {
    NamedArchive { name: archive.name.clone(), code: archive.code.clone() }
}

/// The archive that stays was read where it lies, is whole, and is the old journal's.
fn is_safe(wish: &Destruction<'_>, school: &School, stays: &NamedArchive, progress: &dyn Progress) -> Result<()> {
    let scratch = files::temporary("verify");
    let verification = Verification {
        paths: wish.summaries,
        quick: false,
        opener: None,
        anchors: Vec::new(),
        code: None,
        journal: Some(wish.old),
        scratch: &scratch,
    };
    let checks = verify(&verification, progress)?;
    let reports = checks.checked.iter().flat_map(|checked| &checked.reports);
    let mut here = reports.filter(|(_, report)| report.code.as_deref() == Some(stays.code.as_str()));
    match here.find(|(_, report)| matches!(report.verdict, Verdict::Genuine { .. })) {
        Some(_) => Ok(()),
        None => Err(Error::refused(format!(
            "§5.2: по указанному пути нет целого и подлинного архива «{}» со сводными ведомостями за {}",
            stays.name, school.year.name
        ))
        .next("подключите носитель, на котором он лежит, и назовите его")
        .then("повреждённую копию сначала исправьте по второй")),
    }
}

/// What was printed of the year and is kept no longer.
fn papers(tables: &Tables, school: &School, what: Destroyed, today: Day) -> Result<Vec<DestroyedCase>> {
    let mut cases = Vec::new();
    for form in Form::ALL {
        let is_sheet = form == Form::SummarySheet;
        let case = school.case_of(form.filed());
        let over = match case.kept {
            Kept::Years(years) => today > kept_until(school.year.ends, years),
            Kept::Always | Kept::Otherwise => false,
        };
        if is_sheet != (what == Destroyed::Summaries) || !over || form.is_part_of_book() {
            continue;
        }
        let documents = register::in_force(tables, form)?;
        let line = |title: String, count: usize, note: String| DestroyedCase {
            index: case.index.clone(),
            title,
            first: school.year.begins,
            last: school.year.ends,
            count: count as u32,
            term: case.term.clone(),
            note,
        };
        match form {
            Form::ClassBook | Form::SummarySheet => {
                for document in documents {
                    let note = where_it_is(tables, &document)?;
                    cases.push(line(document.title, 1, note));
                }
            }
            _ if documents.is_empty() => {}
            _ => {
                let numbers: Vec<&str> = documents.iter().map(|document| document.number.as_str()).collect();
                cases.push(line(case.title.clone(), documents.len(), format!("№ {}", numbers.join(", "))));
            }
        }
    }
    Ok(cases)
}

/// «№ 2025-0003, листов 72, архив, шкаф 2».
fn where_it_is(tables: &Tables, document: &Registered) -> Result<String> {
    let shelf = read::bound(tables, &document.number)?.map(|bound| format!(", {}", bound.shelf)).unwrap_or_default();
    let leaves = read::folder::counted(tables, &document.number, document.leaves)?;
    Ok(format!("№ {}, листов {leaves}{shelf}", document.number))
}

/// The journal's own file.
fn file(old: &Proven, school: &School) -> DestroyedCase {
    let case = school.case_of(Form::ClassBook.filed());
    DestroyedCase {
        index: case.index,
        title: format!("Электронный классный журнал за {} учебный год: файл журнала", school.year.name),
        first: school.year.begins,
        last: school.year.ends,
        count: 1,
        term: case.term,
        note: format!("записей {}", old.tip().seq),
    }
}

/// The copies of an archive that are there.
fn copies(school: &School, archive: &ArchiveStatus) -> DestroyedCase {
    let kept: Vec<_> = archive.copies.iter().filter(|copy| !copy.carrier.is_lost()).collect();
    let labels: Vec<String> = kept.iter().map(|copy| format!("«{}»", copy.carrier.label)).collect();
    let third: Vec<&Third> = archive.third.iter().filter(|third| !third.verified.is_gone).collect();
    let places: String =
        third.iter().map(|third| format!("; третье место: {}, {}", third.place, third.shelf)).collect();
    let form = if archive.summaries { Form::SummarySheet } else { Form::ClassBook };
    let case = school.case_of(form.filed());
    DestroyedCase {
        index: case.index,
        title: format!("Архивные копии «{}» от {}", archive.name, format_date(archive.created)),
        first: school.year.begins,
        last: school.year.ends,
        count: ((kept.len() + third.len()) as u32).max(1),
        term: case.term,
        note: format!("носители {}{places}; код {}", labels.join(", "), grouped(&archive.code)),
    }
}
