//! How parents can be reached (§4.5) and what is held about a child: written and erased by those who keep it, outside the ledger
//! (§1.5).

use super::Workplace;
use crate::error::{Action, Error, Result};
use crate::files;
use crate::inform::outbox::Outbox;
use crate::journal::contacts::{Contacts, Dead, Reading, Seen, Slip};
use crate::journal::read::{self, Pupil, Tables};
use crate::journal::{Journal, may_keep_contacts};
use crate::school::{ClassName, Day, clean};
use std::collections::BTreeSet;

pub use crate::journal::contacts::{Consent, Contact, Topic};

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

/// All that is held about a child beside the journal (152-ФЗ ст. 14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The pupil.
    pub pupil: Pupil,
    /// How his parents and he himself can be reached, and what they do not want to be sent.
    pub contacts: Vec<(Contact, BTreeSet<Topic>)>,
    /// Of those addresses the ones that take no mail.
    pub dead: Vec<Dead>,
    /// Who may read his diary.
    pub readers: Vec<Slip>,
    /// Who has read what.
    pub readings: Vec<Reading>,
    /// Who has signed which week.
    pub seen: Vec<Seen>,
}

/// All that is held about a child beside the journal.
///
/// # Errors
/// A pupil whom the journal does not know; a file that does not read.
pub fn held(journal: &Journal, pupil: &str) -> Result<Held> {
    let pupil = known(journal.tables(), pupil)?;
    let file = Contacts::open(journal.path())?;
    let mut contacts = Vec::new();
    for line in file.all()?.into_iter().filter(|line| pupil.is_named(&line.pupil)) {
        let silent = file.silent(&line.email)?;
        contacts.push((line, silent));
    }
    let is_theirs = |dead: &Dead| contacts.iter().any(|(line, _)| line.email.trim().to_lowercase() == dead.address);
    let dead = file.dead()?.into_iter().filter(is_theirs).collect();
    let reads = |slip: &Slip| slip.reader.children.iter().any(|child| pupil.is_named(child));
    let readers = file.slips()?.into_iter().filter(reads).collect();
    let always = (Day::default(), Day::from_ymd_opt(9999, 12, 31).unwrap_or(Day::MAX));
    let (mut readings, mut seen) = (Vec::new(), Vec::new());
    for number in pupil.former.iter().chain([&pupil.file]) {
        readings.extend(file.readings(number)?);
        seen.extend(file.seen(number, always)?);
    }
    readings.sort_by(|one, other| (one.day, &one.name, one.page).cmp(&(other.day, &other.name, other.page)));
    Ok(Held { pupil, contacts, dead, readers, readings, seen })
}

/// Writes how a pupil's parent can be reached; says whether that is new.
///
/// # Errors
/// Somebody who does not keep the contacts of his class; a pupil whom the journal does not know; text that cannot be printed; a
/// consent of a day that has not come, or to nothing.
pub fn set(place: &Workplace<'_>, contact: Contact) -> Result<bool> {
    let pupil = may_write(place, &contact.pupil)?;
    let Contact { who, name, telephone, email, address, consent, .. } = contact;
    let (who, name, telephone) = (clean(&who)?, clean(&name)?, clean(&telephone)?);
    let (email, address) = (clean(&email)?, clean(&address)?);
    let consent = match consent {
        Some(consent) => Some(agreed(consent, place.today()?)?),
        None => None,
    };
    let contacts = Contacts::open(place.journal.path())?;
    for old in &pupil.former {
        contacts.renumber(old, &pupil.file)?;
    }
    let line = Contact { pupil: pupil.file.into(), who, name, telephone, email, address, consent };
    Ok(contacts.set(&[line])? != 0)
}

/// A consent that was given: of a day up to today, with the paper that it stands on.
fn agreed(Consent { day, document }: Consent, today: Day) -> Result<Consent> {
    if day > today {
        return Err(Error::input("день согласия ещё не наступил").next("укажите день, когда согласие подписано"));
    }
    let document = clean(&document)?;
    if document.is_empty() {
        return Err(Error::input("не сказано, каким документом дано согласие (§4.5)")
            .next("назовите документ и где он лежит: «согласие от 01.09.2025, личное дело»"));
    }
    Ok(Consent { day, document })
}

/// Erases all that is held about a pupil without a trace; gives how many contacts there were.
///
/// # Errors
/// As [`set`].
pub fn erase(place: &Workplace<'_>, pupil: &str) -> Result<usize> {
    let pupil = may_write(place, pupil)?;
    erase_all(place, &pupil)
}

/// Erases what is held of one person in connexion with a pupil: his contacts, and that he may read the diary. Says whether there
/// was anything.
///
/// # Errors
/// As [`set`].
pub fn erase_person(place: &Workplace<'_>, pupil: &str, name: &str) -> Result<bool> {
    let (pupil, name) = (may_write(place, pupil)?, clean(name)?);
    let contacts = Contacts::open(place.journal.path())?;
    let mut found = false;
    for number in pupil.former.iter().chain([&pupil.file]) {
        for slip in contacts.slips()? {
            if slip.reader.name == name && slip.reader.children.contains(number) {
                contacts.remove_child(slip.reader.id, number)?;
                found = true;
            }
        }
        found |= contacts.erase_line(number, &name)?;
    }
    Ok(found)
}

/// Erases what stands under any number that a pupil's file has or had, mails that tell of him too; where there are no contacts
/// at all, nothing.
pub(super) fn erase_all(place: &Workplace<'_>, pupil: &Pupil) -> Result<usize> {
    if Outbox::is_there(place.journal.path()) {
        let numbers = pupil.former.iter().chain([&pupil.file]);
        Outbox::open(place.journal.path())?.forget(numbers.map(|file| file.as_str()))?;
    }
    if files::length(&Contacts::path_for(place.journal.path())).is_err() {
        return Ok(0);
    }
    let contacts = Contacts::open(place.journal.path())?;
    let numbers = pupil.former.iter().chain([&pupil.file]);
    numbers.map(|file| contacts.erase(file).map(|erased| erased.contacts)).sum()
}

/// The class that a pupil is in on a day, or was in last, and since when he is in none.
pub(super) fn class_of(tables: &Tables, pupil: &Pupil, day: Day) -> Result<Option<(ClassName, Option<Day>)>> {
    let stays = read::stays_of(tables, pupil.id)?;
    let now =
        stays.iter().find(|(_, stay)| stay.covers(day)).or_else(|| stays.iter().find(|(_, stay)| stay.since > day));
    Ok(match (now, stays.last()) {
        (Some((class, _)), _) => Some((class.clone(), None)),
        (None, Some((class, stay))) => Some((class.clone(), stay.until)),
        (None, None) => None,
    })
}

/// Whether whoever is at this place keeps the contacts of a class.
pub(super) fn may_write_of(place: &Workplace<'_>, class: Option<&ClassName>) -> Result<()> {
    may_keep_contacts(place.tables(), place.login(), class)
}

fn may_write(place: &Workplace<'_>, pupil: &str) -> Result<Pupil> {
    let pupil = known(place.tables(), pupil)?;
    let class = class_of(place.tables(), &pupil, place.today()?)?;
    may_write_of(place, class.as_ref().map(|(class, _)| class))?;
    Ok(pupil)
}

fn known(tables: &Tables, pupil: &str) -> Result<Pupil> {
    match read::pupil(tables, pupil)? {
        Some(pupil) => Ok(pupil),
        None => Err(Error::input(format!("в журнале нет ученика с личным делом «{pupil}»"))
            .next_by("посмотрите номера", Action::ListPupils)),
    }
}
