//! Whom to call, who was told when, and slips for those who get nothing else: what is read of the files beside the journal
//! and of its tables together (§4).

use crate::error::{Action, Error, Result};
use crate::files::{self, Readers};
use crate::inform::call_list::{self, call_list};
use crate::inform::last_told::{self, last_told};
use crate::inform::outbox::{Contents, Outbox, Paper, Reached};
use crate::inform::slips::slip;
use crate::journal::contacts::{Contact, Contacts, Page, Topic};
use crate::journal::read;
use crate::journal::{Journal, Proven};
use crate::print::{self, DiarySheet, Layouts};
use crate::school::{ClassName, Clock, Day, PeriodName, PersonalFile, School};
use chrono::{DateTime, Days, FixedOffset, Weekday};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// For how many days mails that were given up are named.
const GIVEN_UP: u64 = 14;

/// The call list of a day (§4.2, §4.5): of one class, or of all.
///
/// # Errors
/// Tables or files beside the journal that do not read.
pub fn absent(journal: &Journal, class: Option<&ClassName>, day: Day, all: bool) -> Result<Vec<call_list::Row>> {
    let contacts = lines(journal)?;
    let told = match outbox(journal)? {
        Some(outbox) => outbox.reached(Some(Topic::Absence))?,
        None => Reached::default(),
    };
    let beside = call_list::Beside { contacts: &contacts, told: &told };
    call_list(journal.tables(), &beside, &classes(journal, class)?, day, all)
}

/// When everybody's parents were told last (§4.1–4.5): of one class, or of all.
///
/// # Errors
/// As [`absent`].
pub fn informing(
    journal: &Journal,
    class: Option<&ClassName>,
    now: DateTime<FixedOffset>,
) -> Result<Vec<last_told::Row>> {
    let tables = journal.tables();
    let today = read::school(tables)?.day_of(now);
    let (mail, contents, paper) = match outbox(journal)? {
        Some(outbox) => {
            let since = now.checked_sub_days(Days::new(GIVEN_UP)).unwrap_or(now);
            (outbox.reached(None)?, outbox.contents(since.to_utc())?, outbox.paper()?)
        }
        None => (Reached::default(), Contents::default(), Default::default()),
    };
    let read = match has_contacts(journal) {
        true => Contacts::open(journal.path())?.last_readings()?,
        false => Default::default(),
    };
    let beside = last_told::Beside { mail: &mail, outbox: &contents, read: &read, paper: &paper };
    last_told(tables, &beside, &classes(journal, class)?, today)
}

/// For how many weeks back it is told who has signed them.
const SIGNED_WEEKS: u64 = 6;

/// Who has said of a child's week that he has seen it.
#[derive(Debug)]
pub struct Signed {
    /// The Mondays of the weeks, the newest first.
    pub weeks: Vec<Day>,
    /// The pupils of the class.
    pub rows: Vec<SignedRow>,
}

/// Of one pupil.
#[derive(Debug)]
pub struct SignedRow {
    /// The pupil, by a name that is unique in the list.
    pub pupil: String,
    /// For each week who has signed it, and on which day.
    pub weeks: Vec<Vec<(String, Day)>>,
}

/// Who has signed «ознакомлен» under the last weeks of the diaries of a class.
///
/// # Errors
/// Tables or contacts that do not read.
pub fn signed(journal: &Journal, class: &ClassName, today: Day) -> Result<Signed> {
    let tables = journal.tables();
    let begins = read::school(tables)?.year.begins.week(Weekday::Mon).first_day();
    let this = today.week(Weekday::Mon).first_day();
    let weeks = (0..SIGNED_WEEKS).filter_map(|back| this.checked_sub_days(Days::new(7 * back)));
    let weeks: Vec<Day> = weeks.filter(|monday| *monday == this || *monday >= begins).collect();
    let pupils = read::members_of_class(tables, class, today, today)?;
    let names = read::names(tables, &pupils)?;
    let contacts = has_contacts(journal).then(|| Contacts::open(journal.path())).transpose()?;
    let span = (weeks.last().copied().unwrap_or(this), this);
    let mut rows = Vec::new();
    for (pupil, name) in pupils.iter().zip(names) {
        let mut seen = Vec::new();
        for number in pupil.former.iter().chain([&pupil.file]) {
            seen.extend(contacts.iter().map(|contacts| contacts.seen(number, span)).collect::<Result<Vec<_>>>()?);
        }
        let of = |monday: &Day| {
            let signed = seen.iter().flatten().filter(|one| one.monday == *monday);
            signed.map(|one| (one.name.clone(), one.day)).collect()
        };
        rows.push(SignedRow { pupil: name, weeks: weeks.iter().map(of).collect() });
    }
    Ok(Signed { weeks, rows })
}

/// For how many days a diary that was read counts as one that is read.
const READ_OF_LATE: i64 = 14;

/// Slips of a week that are to be printed (form 24, §4.5).
pub struct SlipsWish<'a> {
    /// Of the pupils of this class.
    pub class: &'a ClassName,
    /// A day of the week.
    pub week: Day,
    /// Of all, not only of those whose parents get neither mail nor read the diary.
    pub all: bool,
}

/// What was printed.
#[derive(Debug)]
pub struct SlipsPrinted {
    /// The file; none where everybody gets something else.
    pub file: Option<PathBuf>,
    /// Of how many pupils.
    pub slips: usize,
    /// How many of the class get mail or read the diary.
    pub reached: usize,
}

/// Prints the slips of a class's week into a folder, and notes that they were.
///
/// # Errors
/// A class without pupils; a folder or a file beside the journal that cannot be written.
pub fn print_slips(
    proven: &Proven,
    clock: &dyn Clock,
    layouts: &Layouts,
    wish: &SlipsWish<'_>,
    dir: &Path,
) -> Result<SlipsPrinted> {
    let (tables, at) = (proven.tables()?, clock.now());
    let school = read::school(&tables)?;
    let today = school.day_of(at);
    let monday = wish.week.week(Weekday::Mon).first_day();
    let saturday = monday + Days::new(5);
    let mut pupils = read::members_of_class(&tables, wish.class, saturday.min(today).max(monday), saturday)?;
    if pupils.is_empty() {
        return Err(Error::input(format!("в {} на этой неделе нет учеников", wish.class))
            .next_by("посмотрите список", Action::ListPupils));
    }
    let whole = pupils.len();
    if !wish.all {
        let reached = reached_otherwise(proven.path(), today)?;
        pupils.retain(|pupil| !reached.contains(&pupil.file));
    }
    let reached = whole - pupils.len();
    if pupils.is_empty() {
        return Ok(SlipsPrinted { file: None, slips: 0, reached });
    }
    let names = read::names(&tables, &pupils)?;
    let period = period_of(&school, wish.class, saturday);
    let slips = pupils.iter().zip(&names);
    let slips = slips.map(|(pupil, name)| slip(&tables, (pupil, name), (monday, today), period.as_ref()));
    let slips = slips.collect::<Result<Vec<_>>>()?;
    let teacher = match read::class_teacher(&tables, wish.class)? {
        Some(login) => read::staff(&tables, &login)?.map(|person| person.name.initials()).unwrap_or_default(),
        None => String::new(),
    };
    let period = period.as_deref().unwrap_or_default();
    let sheet = DiarySheet { class: wish.class, monday, period, teacher: &teacher, at, slips: &slips };
    let paper = print::diary_slips(layouts, &school, &sheet)?;
    files::make_folders(dir, Readers::All).map_err(|cause| Error::file("создать папку", dir, &cause))?;
    let file = files::named(dir)?.join(format!("diary-{}-{monday}.pdf", wish.class.ascii()));
    files::replace(&file, &paper, Readers::Owner).map_err(|cause| Error::file("записать", &file, &cause))?;
    let files = pupils.iter().map(|pupil| &pupil.file);
    Outbox::open(proven.path())?.note_paper(files, Paper { monday, printed: today })?;
    Ok(SlipsPrinted { file: Some(file), slips: slips.len(), reached })
}

/// The pupils whose parents get mail, or have read the diary of late.
fn reached_otherwise(journal: &Path, today: Day) -> Result<BTreeSet<PersonalFile>> {
    if !files::is_file(&Contacts::path_for(journal)) {
        return Ok(BTreeSet::new());
    }
    let contacts = Contacts::open(journal)?;
    let mut reached: BTreeSet<PersonalFile> = BTreeSet::new();
    for mailbox in contacts.mailboxes()? {
        if !mailbox.silent.contains(&Topic::Digest) {
            reached.extend(mailbox.pupils.into_iter().map(PersonalFile::from));
        }
    }
    for (pupil, readings) in contacts.last_readings()? {
        if readings.iter().any(|one| one.page != Page::Calendar && (today - one.day).num_days() <= READ_OF_LATE) {
            reached.insert(pupil);
        }
    }
    Ok(reached)
}

/// The period in which a day lies, or the last one before it.
fn period_of(school: &School, class: &ClassName, day: Day) -> Option<PeriodName> {
    let periods = school.periods_of(class);
    let begun = periods.iter().filter(|period| period.begins <= day);
    begun.max_by_key(|period| period.begins).map(|period| PeriodName::from(period.name.as_str()))
}

fn classes(journal: &Journal, class: Option<&ClassName>) -> Result<Vec<ClassName>> {
    class.map_or_else(|| read::classes(journal.tables()), |class| Ok(vec![class.clone()]))
}

fn lines(journal: &Journal) -> Result<Vec<Contact>> {
    if has_contacts(journal) { Contacts::open(journal.path())?.all() } else { Ok(Vec::new()) }
}

/// Looking makes no file.
fn has_contacts(journal: &Journal) -> bool {
    files::is_file(&Contacts::path_for(journal.path()))
}

fn outbox(journal: &Journal) -> Result<Option<Outbox>> {
    Outbox::is_there(journal.path()).then(|| Outbox::open(journal.path())).transpose()
}
