//! How parents can be reached (§4.5): written and erased by those who keep it, outside the ledger (§1.5).

use super::Workplace;
use crate::error::{Action, Error, Result};
use crate::files;
use crate::journal::contacts::Contacts;
use crate::journal::read::{self, Pupil};
use crate::journal::{Journal, may_keep_contacts};
use crate::school::{ClassName, clean};

pub use crate::journal::contacts::{Consent, Contact};

/// The contacts of a class, with the pupils' names.
///
/// # Errors
/// A file of contacts, or tables, that do not read.
pub fn of_class(journal: &Journal, class: &ClassName) -> Result<Vec<(Contact, String)>> {
    let tables = journal.tables();
    let year = read::school(tables)?.year;
    let members = read::members_of_class(tables, class, year.begins, year.ends)?;
    let names = read::names_by_file(tables, &members)?;
    let named = |contact: &Contact| members.iter().find(|pupil| pupil.is_named(&contact.pupil));
    let name = |contact: &Contact| named(contact).and_then(|pupil| names.get(&pupil.file).cloned());
    let all = Contacts::open(journal.path())?.all()?;
    Ok(all.into_iter().filter_map(|contact| name(&contact).map(|name| (contact, name))).collect())
}

/// Writes how a pupil's parent can be reached; says whether that is new.
///
/// # Errors
/// Somebody who does not keep contacts; a pupil whom the journal does not know; text that cannot be printed.
pub fn set(place: &Workplace<'_>, contact: Contact) -> Result<bool> {
    let pupil = may_write(place, &contact.pupil)?.file.into();
    let Contact { who, name, telephone, email, address, consent, .. } = contact;
    let (who, name, telephone) = (clean(&who)?, clean(&name)?, clean(&telephone)?);
    let consent = match consent {
        Some(Consent { day, document }) => Some(Consent { day, document: clean(&document)? }),
        None => None,
    };
    let line = Contact { pupil, who, name, telephone, email: clean(&email)?, address: clean(&address)?, consent };
    Ok(Contacts::open(place.journal.path())?.set(&[line])? != 0)
}

/// Erases a pupil's contacts without a trace; gives how many there were.
///
/// # Errors
/// As [`set`].
pub fn erase(place: &Workplace<'_>, pupil: &str) -> Result<usize> {
    let pupil = may_write(place, pupil)?;
    erase_all(place, &pupil)
}

/// Erases what stands under any number that a pupil's file has or had; where there are no contacts at all, nothing.
pub(super) fn erase_all(place: &Workplace<'_>, pupil: &Pupil) -> Result<usize> {
    if files::length(&Contacts::path_for(place.journal.path())).is_err() {
        return Ok(0);
    }
    let contacts = Contacts::open(place.journal.path())?;
    let numbers = pupil.former.iter().chain([&pupil.file]);
    numbers.map(|file| contacts.erase(file).map(|erased| erased.contacts)).sum()
}

fn may_write(place: &Workplace<'_>, pupil: &str) -> Result<Pupil> {
    may_keep_contacts(place.tables(), place.login())?;
    match read::pupil(place.tables(), pupil)? {
        Some(pupil) => Ok(pupil),
        None => Err(Error::input(format!("в журнале нет ученика с личным делом «{pupil}»"))
            .next_by("посмотрите номера", Action::ListPupils)),
    }
}
