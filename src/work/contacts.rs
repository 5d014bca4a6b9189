//! How parents can be reached (§4.5): written and erased by those who keep it, outside the ledger (§1.5).

use super::Workplace;
use crate::error::{Action, Error, Result};
use crate::journal::contacts::Contacts;
use crate::journal::{Journal, may_keep_contacts, read};
use crate::school::{ClassName, clean};

pub use crate::journal::contacts::Contact;

/// The contacts of a class, with the pupils' names.
///
/// # Errors
/// A file of contacts, or tables, that do not read.
pub fn of_class(journal: &Journal, class: &ClassName) -> Result<Vec<(Contact, String)>> {
    let tables = journal.tables();
    let year = read::school(tables)?.year;
    let members = read::members_of_class(tables, class, year.begins, year.ends)?;
    let names = read::names_by_file(tables, &members)?;
    let name = |contact: &Contact| names.get(contact.pupil.as_str()).cloned();
    let all = Contacts::open(journal.path())?.all()?;
    Ok(all.into_iter().filter_map(|contact| name(&contact).map(|name| (contact, name))).collect())
}

/// Writes how a pupil's parent can be reached; says whether that is new.
///
/// # Errors
/// Somebody who does not keep contacts; a pupil whom the journal does not know; text that cannot be printed.
pub fn set(place: &Workplace<'_>, contact: Contact) -> Result<bool> {
    may_write(place, &contact.pupil)?;
    let Contact { pupil, who, name, telephone, email, address } = contact;
    let (who, name, telephone) = (clean(&who)?, clean(&name)?, clean(&telephone)?);
    let line = Contact { pupil, who, name, telephone, email: clean(&email)?, address: clean(&address)? };
    Ok(Contacts::open(place.journal.path())?.set(&[line])? != 0)
}

/// Erases a pupil's contacts without a trace; gives how many there were.
///
/// # Errors
/// As [`set`].
pub fn erase(place: &Workplace<'_>, pupil: &str) -> Result<usize> {
    may_write(place, pupil)?;
    Contacts::open(place.journal.path())?.erase(pupil)
}

fn may_write(place: &Workplace<'_>, pupil: &str) -> Result<()> {
    may_keep_contacts(place.tables(), place.login())?;
    match read::pupil(place.tables(), pupil)? {
        Some(_) => Ok(()),
        None => Err(Error::input(format!("в журнале нет ученика с личным делом «{pupil}»"))
            .next_by("посмотрите номера", Action::ListPupils)),
    }
}
