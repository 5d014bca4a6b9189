//! Documents for binding: which are wanted, issuing them, and what became of the paper (§5.1, §5.2, §5.4).

mod check;
pub mod leaves;
pub mod sign;

pub use check::{Brought, Standing, check_code, check_file};

use super::{Done, Workplace};
use crate::archive::{self, sum::Sum};
use crate::error::{Action, Detail, Error, Next, Result};
use crate::files::{self, Readers};
use crate::journal::contacts::Contacts;
use crate::journal::entry::BookBound;
use crate::journal::read::gaps::ClassGaps;
use crate::journal::read::{self, Tables};
use crate::journal::{Journal, Proven, resolve};
use crate::ledger::identity::Identity;
use crate::print::forms::YEAR;
use crate::print::issue::{self, Issued, Out};
use crate::print::setting::SetOtherwise;
use crate::print::{Form, Layouts, Subject, Wanted, contacts_sheet, ready, spine_labels};
use crate::school::{ClassName, Clock, Day, PeriodName, School, clean};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A document of one class.
///
/// # Errors
/// A class that the journal does not know.
pub fn of_class(tables: &Tables, form: Form, class: ClassName) -> Result<Wanted> {
    let known = read::classes(tables)?;
    if !known.contains(&class) {
        let known = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Error::input(format!("класса {class} нет в журнале")).next(format!("в журнале есть: {known}")));
    }
    Ok(Wanted::of_class(form, class))
}

/// The pages of one subject of a class, as it was typed.
///
/// # Errors
/// A class or a subject that the journal does not know; a subject that the class does not have.
pub fn of_subject(tables: &Tables, class: ClassName, typed: &str) -> Result<Wanted> {
    let class = match of_class(tables, Form::ClassBook, class)?.subject {
        Subject::Class(class) => class,
        other => return Ok(Wanted::new(Form::ClassBook, other)),
    };
    let subject = resolve::subject(tables, typed)?;
    let courses = read::courses_of(tables, &class)?;
    if !courses.iter().any(|course| course.key.subject == subject) {
        let mut known: Vec<&str> = courses.iter().map(|course| course.key.subject.as_str()).collect();
        known.dedup();
        return Err(Error::input(format!("в {class} нет предмета «{subject}»"))
            .next(format!("в нём есть: {}", known.join(", "))));
    }
    Ok(Wanted::new(Form::SubjectPages, Subject::Course(class, subject)))
}

/// Writes the labels for the spine of a class's book. Gives their file.
///
/// # Errors
/// A class that the journal does not know; a folder that cannot be written.
pub fn write_spine(
    tables: &Tables,
    clock: &dyn Clock,
    layouts: &Layouts,
    class: ClassName,
    dir: &Path,
) -> Result<PathBuf> {
    let wanted = of_class(tables, Form::ClassBook, class)?;
    let Some(class) = wanted.subject.class() else { return Ok(dir.to_owned()) };
    let labels = spine_labels(tables, layouts, class, clock.now())?;
    let dir = files::named(dir)?;
    files::make_folders(&dir, Readers::All).map_err(|e| Error::file("создать папку", &dir, &e))?;
    let file = dir.join(format!("spine-{}.pdf", class.ascii()));
    files::replace(&file, &labels, Readers::Owner).map_err(|e| Error::file("записать", &file, &e))?;
    Ok(file)
}

/// The act on an archive (§5.5).
///
/// # Errors
/// An archive that the journal does not know.
pub fn act(tables: &Tables, archive: String) -> Result<Wanted> {
    let known: Vec<String> = read::all_archives(tables)?.into_iter().map(|archive| archive.name).collect();
    if !known.contains(&archive) {
        let next = match known.join(", ") {
            none if none.is_empty() => Next::by("создайте архив", Action::CreateArchive),
            names => Next::new(format!("в журнале есть: {names}")),
        };
        return Err(Error::input(format!("архива «{archive}» нет в журнале")).next(next));
    }
    Ok(Wanted::new(Form::ArchiveAct, Subject::Archive(archive)))
}

/// The statement on what was on a lost stick (§5.8).
///
/// # Errors
/// A carrier that the journal does not know, or that was not lost.
pub fn lost_stick(tables: &Tables, carrier: &str) -> Result<Wanted> {
    let carrier = resolve::carrier(tables, carrier)?;
    let label = carrier.label.clone();
    match &carrier.loss {
        None => {
            return Err(Error::input(format!(
                "носитель «{label}» не записан как утерянный: справку составлять не о чем"
            ))
            .next_by("если он утерян, сначала запишите это", Action::ReportLoss { label: Some(label) })
            .then_by("у кого какой носитель, показывает список", Action::ListCarriers));
        }
        Some(loss) if loss.retired => {
            return Err(Error::input(format!("носитель «{label}» не утерян, а списан: справку составлять не о чем"))
                .next_by("у кого какой носитель, показывает список", Action::ListCarriers));
        }
        Some(_) => {}
    }
    Ok(Wanted::new(Form::LostStick, Subject::Carrier(carrier.id)))
}

/// The справка about the period that is named, else about the year if it is over, else about the period that ended last.
///
/// # Errors
/// A period that the school does not have; none that is over.
pub fn analytics(school: &School, typed: Option<&str>, today: Day) -> Result<Wanted> {
    let period = period(school, typed, today)?;
    Ok(Wanted::new(Form::Analytics, Subject::Period(period.into())))
}

fn period(school: &School, typed: Option<&str>, today: Day) -> Result<PeriodName> {
    match typed {
        Some(typed) => resolve::period_of_school(school, typed),
        None if school.year.ends <= today => Ok(YEAR.into()),
        None => {
            let over = school.periods.iter().filter(|period| period.ends <= today);
            let last = over.max_by_key(|period| period.ends).map(|period| period.name.as_str().into());
            last.ok_or_else(|| {
                Error::input("ни один период ещё не закончился")
                    .next_by("назовите период", Action::Give(Detail::Period))
            })
        }
    }
}

/// Every document that is issued at the end of a year.
///
/// # Errors
/// Tables that do not read.
pub fn everything(tables: &Tables) -> Result<Vec<Wanted>> {
    issue::everything(tables)
}

/// Those of them that can be issued now, and why others cannot: sheets for 25 years wait for the year's end and are
/// complete, or were issued with a reason as they stand.
///
/// # Errors
/// As [`issue::sort_out`].
pub fn due(
    place: &Workplace<'_>,
    proven: &Proven,
    layouts: &Layouts,
    wanted: Vec<Wanted>,
    otherwise: SetOtherwise<'_>,
) -> Result<(Vec<Wanted>, Vec<Error>)> {
    issue::sort_out(proven, place.author, layouts, wanted, otherwise)
}

/// The largest file of a document that is read, in bytes.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// That something stands where issued files are to be taken from, whether or not any is needed.
///
/// # Errors
/// Nothing does at one of the paths.
pub fn are_at_hand(bags: &[PathBuf]) -> Result<()> {
    match bags.iter().find(|bag| !files::is_there(bag)) {
        Some(bag) => Err(Error::file("прочитать", bag, &std::io::ErrorKind::NotFound.into())),
        None => Ok(()),
    }
}

/// Issued files, by their sums (SHA-256, hex), from the archives in which they lie, or as such a file themselves.
///
/// # Errors
/// None of the archives opens with this key.
pub fn from_archives(
    bags: &[PathBuf],
    identity: &Identity,
    sums: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<u8>>> {
    let (mut found, mut passed_over) = (BTreeMap::new(), Vec::new());
    for bag in bags {
        if bag.is_file() {
            let file = files::read_named(bag, LARGEST_FILE).map_err(|e| Error::file("прочитать", bag, &e))?;
            found.insert(Sum::of(&file).to_string(), file);
            continue;
        }
        let (files, why) = archive::papers::files_of(bag, identity, sums);
        found.extend(files);
        passed_over.extend(why.into_iter().map(|why| format!("«{}»: {why}", bag.display())));
    }
    match passed_over.first() {
        Some(why) if found.is_empty() => Err(Error::input(why.clone())
            .next("укажите папку архива: НОСИТЕЛЬ/LETOPIS/ИМЯ, и ключ, для которого он зашифрован")),
        _ => Ok(found),
    }
}

/// How a sheet that is kept for 25 years stands before it is issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetStanding {
    /// Whether it was issued and is the same today: it is printed again under its number.
    pub issued: bool,
    /// What is missing of it.
    pub gaps: Option<ClassGaps>,
}

/// How a sheet that is kept for 25 years stands.
///
/// # Errors
/// A sheet of which nothing can be certified yet; somebody who may not issue it.
pub fn sheet(place: &Workplace<'_>, proven: &Proven, layouts: &Layouts, wanted: &Wanted) -> Result<SheetStanding> {
    let tables = &proven.tables()?;
    let issued = issue::stands(proven, place.author, layouts, wanted)?;
    if let Some(why) = ready::not_yet(tables, wanted, place.today()?)? {
        return Err(why);
    }
    Ok(SheetStanding { issued, gaps: ready::gaps(tables, wanted)? })
}

/// Says of documents that are bound whether they are printed on one side of the paper.
pub fn on_one_side(wanted: &mut [Wanted], simplex: bool) {
    for document in wanted.iter_mut().filter(|wanted| wanted.form.is_bound()) {
        document.variant.simplex = simplex;
    }
}

/// Issues what is wanted, as it was proven. `proven` goes on to the entries that this records.
///
/// # Errors
/// As [`issue::issue`].
pub fn issue(
    place: &mut Workplace<'_>,
    proven: &mut Proven,
    layouts: &Layouts,
    wanted: &[Wanted],
    out: &Out<'_>,
) -> Result<Vec<Issued>> {
    issue::issue(place.journal, proven, place.author, layouts, wanted, out)
}

/// Writes drafts: unnumbered, with no entry.
///
/// # Errors
/// As [`issue::draft`].
pub fn draft(
    journal: &Journal,
    clock: &dyn Clock,
    layouts: &Layouts,
    wanted: &[Wanted],
    dir: &Path,
) -> Result<Vec<PathBuf>> {
    issue::draft(journal, clock.now(), layouts, wanted, dir)
}

/// Writes the sheet of a class's contacts, which has no number and is neither bound nor archived (§1.5). Gives its file.
///
/// # Errors
/// A file of contacts that does not read; a folder that cannot be written.
pub fn write_contacts(
    journal: &Journal,
    clock: &dyn Clock,
    layouts: &Layouts,
    class: &ClassName,
    dir: &Path,
) -> Result<PathBuf> {
    let all = Contacts::open(journal.path())?.all()?;
    let sheet = contacts_sheet(journal.tables(), layouts, class, &all, clock.now())?;
    let file = files::named(dir)?.join(format!("contacts-{}.pdf", class.ascii()));
    let write = || files::replace(&file, &sheet, Readers::Owner);
    write().map_err(|e| Error::file("записать", &file, &e))?;
    Ok(file)
}

/// A class's book that was bound (§5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Its register number.
    pub number: String,
    /// How many leaves were counted.
    pub sheets: u32,
    /// Where it is kept.
    pub shelf: String,
    /// When it was bound; else today, or as it is recorded of one that is bound already.
    pub date: Option<Day>,
}

/// What was recorded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// What was recorded.
    pub done: Done,
    /// The document's number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The day it was bound.
    pub date: Day,
    /// Where it stands.
    pub shelf: String,
}

/// Records that a class's book was bound, or puts right where it is kept.
///
/// # Errors
/// What a right or a rule refuses.
pub fn bind(place: &mut Workplace<'_>, binding: &Binding) -> Result<Bound> {
    let (number, shelf) = (binding.number.trim().to_owned(), clean(&binding.shelf)?);
    let date = match (binding.date, read::bound(place.tables(), &number)?) {
        (Some(date), _) => date,
        (None, Some(known)) => known.date,
        (None, None) => place.today()?,
    };
    let title = read::documents::document(place.tables(), &number)?.map(|document| document.title);
    let bound = BookBound { number: number.clone(), date, sheets: binding.sheets, shelf: shelf.clone() };
    Ok(Bound { done: place.record([bound.into()])?, number, title: title.unwrap_or_default(), date, shelf })
}

#[cfg(test)]
mod tests;
