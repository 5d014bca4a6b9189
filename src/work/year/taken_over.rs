//! The next school year: what a new journal takes over from the one before: people and their keys, subjects, and the
//! pupils a grade up.
//!
//! Courses, timetable and plans are not taken over: the load is another each year and is imported. Who goes where, the
//! pedagogical council has decided ([`Placing`]).

use super::placing::Placing;
use crate::error::{Action, Detail, Error, Result};
use crate::journal::contacts::Contacts;
use crate::journal::entry::{
    Body, KeyEnrolled, LastArchive, Person, Previous, PreviousWitness, SecondPerson, SubjectsSet, WitnessAdded,
    YearContinued,
};
use crate::journal::read::Tables;
use crate::journal::read::{self, extraordinary};
use crate::journal::rules::two_eyes;
use crate::journal::{Author, Journal, Proven};
use crate::ledger::chain::hex;
use crate::ledger::identity::{Identity, ssh_line};
use crate::school::{Role, format_date};
use chrono::NaiveDate;

/// What the new journal takes over.
pub struct TakenOver {
    /// The journal before.
    pub previous: Previous,
    /// The age recipient of its recovery key.
    pub recovery: String,
    /// The administrator.
    pub administrator: Person,
    /// Those who were independent of him, and are from the start.
    pub second: Vec<SecondPerson>,
    /// The emergency key, which stays as it is.
    pub emergency: Option<String>,
    /// The entries that follow the first.
    pub bodies: Vec<Body>,
    /// Where the pupils go.
    pub placing: Placing,
}

/// What the new journal is to have otherwise than the one before.
pub struct Changes<'a> {
    /// The first day of the new year.
    pub begins: NaiveDate,
    /// Keys of second persons, in place of those that they had.
    pub second: &'a [SecondPerson],
    /// Whether those of whom nothing is decided go a grade up.
    pub promote_undecided: bool,
}

/// The administrator of a closed journal, who will begin the next one with the key of `fingerprint`: the one that is named,
/// or whose key it is.
///
/// # Errors
/// A journal whose year is not closed; an administrator or a key that is not in force in it.
pub fn administrator(old: &Proven, login: Option<&str>, fingerprint: &str) -> Result<Person> {
    let tables = &old.tables()?;
    let holder = read::key(tables, fingerprint)?.map(|key| key.login.to_string());
    let login = login.map_or(holder.unwrap_or_default(), str::to_owned);
    let login = login.as_str();
    let place = || format!("журнал «{}»", old.path().display());
    if !read::is_closed(tables)? {
        return Err(Error::refused("прежний учебный год не закрыт")
            .at(place())
            .next_by("закройте его", Action::CloseYear));
    }
    let key = read::key(tables, fingerprint)?.filter(|key| key.login == login && key.revoked_at.is_none());
    let person = person(tables, login)?.filter(|p| p.roles.contains(&Role::Administrator));
    key.and(person).ok_or_else(|| {
        Error::refused(format!("«{login}» с этим ключом не администратор прежнего журнала"))
            .at(place())
            .next_by("укажите его администратора", Action::Give(Detail::Administrator))
    })
}

/// Records in the old journal that it is continued, and gives the token that the new one repeats and the proof that has it.
/// Where that was recorded before, and making the new journal failed then or it was lost, `another` begins it once more
/// under the same token.
///
/// # Errors
/// A journal that is continued already, without `another`; one that cannot be written; an author who does not administer it.
pub fn mark_continued(
    old: &mut Journal,
    proven: &Proven,
    author: Author<'_>,
    another: bool,
) -> Result<(String, Proven)> {
    match read::continued(&proven.tables()?)? {
        Some(token) if another => return Ok((token, proven.advance()?)),
        Some(_) => {
            return Err(Error::refused("журнал следующего года уже начат")
                .at(format!("журнал «{}»", old.path().display()))
                .next("работайте в нём")
                .then_by("если он не был создан или утрачен, начните его ещё раз", Action::Give(Detail::Another)));
        }
        None => {}
    }
    // An identity is the one source of system randomness that the program has; its public half is as random.
    let token = hex(&Identity::generate().public().key()[..16]);
    old.record(author, YearContinued { token: token.clone() })?;
    Ok((token, proven.advance()?))
}

/// Reads a closed journal, as it was proven, for the one that continues it. The pupils are in their classes from `begins` on.
///
/// # Errors
/// A year that does not follow; else as [`administrator`].
pub fn take_over(
    old: &Proven,
    administrator: Person,
    fingerprint: &str,
    changes: &Changes<'_>,
    (token, witness): (String, PreviousWitness),
) -> Result<TakenOver> {
    let tables = &old.tables()?;
    let (before, begins) = (read::school(tables)?.year, changes.begins);
    if begins <= before.ends {
        return Err(Error::input(format!(
            "новый год начинается {}, а прежний, {}, окончен {}: он за ним не следует",
            format_date(begins),
            before.name,
            format_date(before.ends)
        ))
        .next_by("укажите школу с новым учебным годом", Action::Give(Detail::School)));
    }
    let tip = old.tip();
    let previous = Previous {
        journal: hex(&tip.journal),
        head: hex(&tip.head),
        length: tip.seq,
        archive: last_archive(old)?,
        token,
        witness: Some(witness),
    };
    let renewed: Vec<&str> = changes.second.iter().map(|second| second.person.login.as_str()).collect();
    let mut second = second_persons(tables, &administrator.login, fingerprint, &previous.journal)?;
    second.retain(|second| !renewed.contains(&second.person.login.as_str()));
    second.extend(changes.second.iter().cloned());
    let mut bodies = people(tables, &administrator.login, fingerprint, &second, &previous.journal)?;
    // Whoever has a new key does not go on with the old one.
    bodies.retain(|body| !matches!(body, Body::KeyEnrolled(key) if renewed.contains(&key.login.as_str())));
    bodies.extend(witnesses(tables)?);
    bodies.push(SubjectsSet { subjects: read::subjects(tables)? }.into());
    let placing = Placing::of(tables, changes.promote_undecided)?;
    placing.record(tables, begins, &mut bodies)?;
    let emergency = extraordinary::emergency_key(tables)?.map(|key| ssh_line(&key, ""));
    Ok(TakenOver { previous, recovery: recovery(tables)?, administrator, second, emergency, bodies, placing })
}

/// Whom the school names as witnesses; the new journal is another log to them, which their operators have to be told.
fn witnesses(tables: &Tables) -> Result<impl Iterator<Item = Body> + use<>> {
    let named = |read::Witness { name, key, url, .. }| WitnessAdded { name, key: key.to_string(), url }.into();
    Ok(read::witnesses_now(tables)?.into_iter().map(named))
}

/// The last archive that was made; of a journal that has none, [`archive_before`].
///
/// # Errors
/// A first record that is not the proven one any more.
pub fn last_archive(proven: &Proven) -> Result<Option<LastArchive>> {
    match read::all_archives(&proven.tables()?)?.pop() {
        Some(last) => Ok(Some(LastArchive { name: last.name, code: last.code })),
        None => archive_before(proven),
    }
}

/// The last archive of the journal that this one continues, as it was when this one was begun.
///
/// # Errors
/// A first record that is not the proven one any more.
pub fn archive_before(proven: &Proven) -> Result<Option<LastArchive>> {
    match proven.entry(1)?.body {
        Body::JournalCreated(created) => Ok(created.previous.and_then(|previous| previous.archive)),
        _ => Ok(None),
    }
}

/// Copies the contacts of the pupils who are in the new journal, and who may read of them: slips of paper go on to open.
///
/// # Errors
/// A file of contacts that cannot be read or written.
pub fn take_over_contacts(old: &Journal, new: &Journal) -> Result<usize> {
    if !Contacts::path_for(old.path()).exists() {
        return Ok(0);
    }
    Contacts::open(new.path())?.take_over(&Contacts::open(old.path())?, |file| {
        // They stand under the number that the file had when they were written.
        let known = read::pupil(old.tables(), file)?.map(|pupil| pupil.file.to_string());
        let file = known.unwrap_or_else(|| file.to_owned());
        Ok(read::pupil(new.tables(), &file)?.map(|_| file))
    })
}

/// Somebody who works here, with his roles.
pub fn person(tables: &Tables, login: &str) -> Result<Option<Person>> {
    let Some(staff) = read::staff(tables, login)?.filter(|person| !person.dismissed) else { return Ok(None) };
    let roles = read::roles_of(tables, login)?;
    let read::Staff { login, name, position, association, .. } = staff;
    Ok(Some(Person { login: login.into(), name, position, association, roles }))
}

/// Everybody who works here, and their keys in force but the one that the first entry names.
fn people(
    tables: &Tables,
    administrator: &str,
    first_key: &str,
    second: &[SecondPerson],
    journal: &str,
) -> Result<Vec<Body>> {
    let mut bodies: Vec<Body> = Vec::new();
    for staff in read::all_staff(tables)? {
        let Some(person) = person(tables, &staff.login)? else { continue };
        if person.login != administrator && second.iter().all(|second| second.person.login != person.login) {
            bodies.push(person.into());
        }
        for fingerprint in read::fingerprints_of(tables, &staff.login)? {
            let named = second.iter().any(|second| second.key.fingerprint() == fingerprint);
            if fingerprint != first_key
                && !named
                && let Some(key) = read::key(tables, &fingerprint)?
            {
                let (possession, proven_in) = possession(tables, &fingerprint, journal)?;
                bodies.push(KeyEnrolled { login: key.login.into(), key: key.public, possession, proven_in }.into());
            }
        }
    }
    Ok(bodies)
}

/// Directors, deputy heads and other administrators whose key rests on nobody's word alone and has proven its possession.
fn second_persons(tables: &Tables, administrator: &str, first_key: &str, journal: &str) -> Result<Vec<SecondPerson>> {
    let mut second = Vec::new();
    for staff in read::all_staff(tables)? {
        let Some(person) = person(tables, &staff.login)?.filter(|person| person.login != administrator) else {
            continue;
        };
        for fingerprint in read::fingerprints_of(tables, &staff.login)? {
            let (possession, proven_in) = possession(tables, &fingerprint, journal)?;
            let ground = extraordinary::ground_of(tables, &fingerprint)?;
            let independent = ground.is_some_and(|(_, rests_on)| rests_on.is_empty()) && fingerprint != first_key;
            if let Some(key) = read::key(tables, &fingerprint)?
                && independent
                && !possession.is_empty()
                && person.roles.iter().any(|role| two_eyes::SECOND.contains(role))
            {
                second.push(SecondPerson { person, key: key.public, possession, proven_in });
                break;
            }
        }
    }
    Ok(second)
}

/// The proof of possession that a key has given, and for which journal; both empty where it gave none.
fn possession(tables: &Tables, fingerprint: &str, journal: &str) -> Result<(String, String)> {
    let (possession, proven_in) = extraordinary::possession_of(tables, fingerprint)?;
    let proven_in = match (possession.is_empty(), proven_in.is_empty()) {
        (true, _) => String::new(),
        (false, true) => journal.to_owned(),
        (false, false) => proven_in,
    };
    Ok((possession, proven_in))
}

fn recovery(tables: &Tables) -> Result<String> {
    let found = read::recovery_keys(tables)?.pop();
    found.ok_or_else(|| {
        Error::damaged("в прежнем журнале нет ключа восстановления").next_by("проверьте журнал", Action::Audit)
    })
}
