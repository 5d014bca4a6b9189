//! Whom to call, who was told when, and slips for those who get nothing else: what is read of the files beside the journal
//! and of its tables together (§4).

use crate::error::Result;
use crate::files;
use crate::inform::call_list::{self, call_list};
use crate::inform::last_told::{self, last_told};
use crate::inform::outbox::{Contents, Kind, Outbox, Reached};
use crate::journal::Journal;
use crate::journal::contacts::{Contact, Contacts};
use crate::journal::read;
use crate::school::{ClassName, Day};
use chrono::{DateTime, Days, FixedOffset};

/// For how many days mails that were given up are named.
const GIVEN_UP: u64 = 14;

/// The call list of a day (§4.2, §4.5): of one class, or of all.
///
/// # Errors
/// Tables or files beside the journal that do not read.
pub fn absent(journal: &Journal, class: Option<&ClassName>, day: Day, all: bool) -> Result<Vec<call_list::Row>> {
    let contacts = lines(journal)?;
    let told = match outbox(journal)? {
        Some(outbox) => outbox.reached(Some(Kind::Absence))?,
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
