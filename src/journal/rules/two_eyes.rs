//! Two pairs of eyes: which entries wait for a second person, and who is one (DESIGN «One idea» 6).
//!
//! [`guard`] is the one table. It goes by the kind first, so that a lesson or a mark costs nothing, and asks the tables for
//! the rare kinds only. What an entry came to ([`Effect`]) stands in the entry itself: applying follows it, judging holds it
//! against this table. Two keys are independent where nobody stands behind both: not the owner of the one, nor whoever
//! enrolled it on his own word, nor whoever enrolled that person's key.

mod remains;
mod whole;

pub use remains::{deciders, somebody_remains};
pub use whole::nothing_alike_waits;

use super::{Context, text};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{
    Body, Effect, EmergencyEnrolment, EmergencyKeySet, EntriesConfirmed, EntriesRefused, Entry, JournalCreated,
    KeyEnrolled, Person, SecondPerson, Span,
};
use crate::journal::read::annulments;
use crate::journal::read::extraordinary::{self, Held};
use crate::journal::read::{self, Tables};
use crate::journal::{apply, roles};
use crate::ledger::chain::{Tip, parse_hash};
use crate::ledger::possession;
use crate::school::{CourseKey, Role, School, fold};
use std::collections::HashSet;

/// From which rules on entries wait.
pub const SINCE: u32 = 2;

/// Why an entry takes two pairs of eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// A key of somebody with an office, or a further key of somebody who has had one.
    Key,
    /// Roles of somebody who holds an office, or is to hold one.
    Roles,
    /// The name of somebody who has one already.
    Name,
    /// The dismissal of somebody with an office.
    Dismissal,
    /// The revocation of a key of somebody with an office.
    Revocation,
    /// Policy, offset, year or periods.
    School,
    /// The clock.
    Clock,
    /// History brought into a course that has entries of its own.
    TakenOver,
    /// Name, birthday, number or annulment of a pupil who has marks.
    Pupil,
    /// The annulment of a group that has lessons.
    Group,
    /// The emergency key.
    Emergency,
    /// Going on from a restored copy.
    Restoration,
    /// A course or a class that has, or had, lessons.
    Annulment,
    /// Opening a closed year again.
    Reopening,
    /// What is no longer kept.
    Destruction,
    /// Whom the school names as a witness of its ledger.
    Witness,
}

/// Those by whose power somebody could become another.
pub const OFFICES: [Role; 4] = [Role::Director, Role::DeputyHead, Role::Administrator, Role::Dispatcher];

/// Those of whom one is enough as the second person.
pub const SECOND: [Role; 3] = [Role::Director, Role::DeputyHead, Role::Administrator];

/// Why `entry` takes two pairs of eyes, if it does, by the tables as they stand before it.
///
/// # Errors
/// Tables that do not read.
pub fn guard(tables: &Tables, school: &School, entry: &Entry) -> Result<Option<Guard>> {
    if entry.rules < SINCE {
        return Ok(None);
    }
    let guarded = |guard: Guard, is: bool| Ok(is.then_some(guard));
    match &entry.body {
        Body::LessonRecorded(set) if entry.taken_over => taken_over(tables, &set.at.course),
        Body::MarksSet(set) if entry.taken_over => taken_over(tables, &set.at.course),
        Body::AttendanceSet(set) if entry.taken_over => taken_over(tables, &set.at.course),
        Body::FinalsSet(set) if entry.taken_over => taken_over(tables, &set.course),
        Body::Person(person) => guard_of_person(tables, person),
        Body::PersonDismissed(dismissed) => guarded(Guard::Dismissal, holds_office(tables, &dismissed.login)?),
        Body::KeyEnrolled(enrolled) => {
            let login = &enrolled.login;
            guarded(Guard::Key, holds_office(tables, login)? || extraordinary::has_had_a_key(tables, login)?)
        }
        Body::KeyRevoked(revoked) => match read::key(tables, &revoked.fingerprint)? {
            Some(key) => guarded(Guard::Revocation, holds_office(tables, &key.login)?),
            None => Ok(None),
        },
        Body::SchoolChanged(changed) => guarded(Guard::School, touches_rules(school, &changed.school)),
        Body::ClockReset(_) => Ok(Some(Guard::Clock)),
        Body::PupilSet(set) => match read::pupil(tables, &set.file)? {
            Some(pupil) => {
                let same = pupil.name == set.name && read::born(tables, &set.file)? == Some(set.born);
                guarded(Guard::Pupil, !same && extraordinary::has_marks(tables, pupil.id)?)
            }
            None => Ok(None),
        },
        Body::PupilRenumbered(set) => guarded(Guard::Pupil, is_marked(tables, &set.file)?),
        Body::PupilAnnulled(annulled) => guarded(Guard::Pupil, is_marked(tables, &annulled.file)?),
        Body::GroupAnnulled(annulled) => {
            let sql = "SELECT 1 FROM lessons JOIN courses ON courses.id = course WHERE class = ?1 AND grp = ?2";
            let of = (annulled.class.to_string(), &annulled.group);
            guarded(Guard::Group, tables.prepare_cached(sql)?.exists(of)?)
        }
        Body::EmergencyKeySet(_) => Ok(Some(Guard::Emergency)),
        Body::JournalRestored(_) => Ok(Some(Guard::Restoration)),
        Body::CourseAnnulled(annulled) => match read::course(tables, &annulled.course)? {
            Some(course) => {
                let has = !read::lessons_of(tables, course.id)?.is_empty();
                guarded(Guard::Annulment, has || annulments::had_lessons(tables, course.id)?)
            }
            None => Ok(None),
        },
        Body::ClassAnnulled(annulled) => {
            guarded(Guard::Annulment, annulments::class_had_lessons(tables, &annulled.class)?)
        }
        Body::YearReopened(_) => Ok(Some(Guard::Reopening)),
        Body::ArchiveDestroyed(_) => Ok(Some(Guard::Destruction)),
        Body::WitnessAdded(_) | Body::WitnessRemoved(_) => Ok(Some(Guard::Witness)),
        _ => Ok(None),
    }
}

fn is_marked(tables: &Tables, file: &str) -> Result<bool> {
    let pupil = read::pupil(tables, file)?;
    pupil.map_or(Ok(false), |pupil| extraordinary::has_marks(tables, pupil.id))
}

fn taken_over(tables: &Tables, course: &CourseKey) -> Result<Option<Guard>> {
    let Some(course) = read::course(tables, course)? else { return Ok(None) };
    Ok(tables.is_own_course(course.id)?.then_some(Guard::TakenOver))
}

/// Whether the changes touch what the rules count by.
fn touches_rules(school: &School, changed: &School) -> bool {
    school.policy != changed.policy
        || school.school.utc_offset != changed.school.utc_offset
        || school.year != changed.year
        || school.periods != changed.periods
}

/// Those of the roles that are no office.
pub fn plain(roles: &[Role]) -> Vec<Role> {
    roles.iter().copied().filter(|role| !OFFICES.contains(role)).collect()
}

fn is_office(roles: &[Role]) -> bool {
    roles.iter().any(|role| OFFICES.contains(role))
}

fn holds_office(tables: &Tables, login: &str) -> Result<bool> {
    Ok(is_office(&read::roles_of(tables, login)?))
}

fn guard_of_person(tables: &Tables, person: &Person) -> Result<Option<Guard>> {
    let mut roles = person.roles.clone();
    roles.sort_unstable();
    let known = read::staff(tables, &person.login)?;
    let standing = read::roles_of(tables, &person.login)?;
    let back = known.as_ref().is_some_and(|known| known.dismissed);
    if (back || standing != roles) && (is_office(&standing) || is_office(&roles)) {
        return Ok(Some(Guard::Roles));
    }
    if let Some(known) = &known
        && known.name != person.name
    {
        return Ok(Some(Guard::Name));
    }
    if known.is_none() && is_taken_for_another(tables, person)? {
        return Ok(Some(Guard::Name));
    }
    Ok(None)
}

/// Whether a new person bears the whole name of somebody else, or what is printed of the name of somebody with an office.
///
/// # Errors
/// Tables that do not read.
pub fn is_taken_for_another(tables: &Tables, person: &Person) -> Result<bool> {
    let (whole, printed) = (fold(&person.name.full()), fold(&person.name.initials()));
    for other in read::all_staff(tables)? {
        if fold(&other.name.full()) == whole
            || (fold(&other.name.initials()) == printed && holds_office(tables, &other.login)?)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How an entry comes into force at its place.
///
/// # Errors
/// Tables that do not read.
pub fn effect(tables: &Tables, school: &School, entry: &Entry) -> Result<Effect> {
    match guard(tables, school, entry)? {
        None => Ok(Effect::AtOnce),
        Some(_) if extraordinary::is_alone(tables)? => Ok(Effect::Alone),
        // The people of the journal before are the word of whoever continues it, as its first entry is.
        Some(_) if extraordinary::takes_people_over(tables)? => Ok(Effect::Alone),
        Some(_) => Ok(Effect::Waits),
    }
}

/// What an entry says of its effect is what these rules say.
///
/// # Errors
/// An entry that came into force without the second person it needs, or waits for nobody.
pub fn check_effect(tables: &Tables, school: &School, entry: &Entry) -> Result<()> {
    let effect = effect(tables, school, entry)?;
    if effect == entry.effect {
        return Ok(());
    }
    let how = |effect| match effect {
        Effect::AtOnce => "вступает в силу сразу",
        Effect::Waits => "ждёт подтверждения второго лица",
        Effect::Alone => "вносится одним лицом",
    };
    Err(Error::refused(format!("по правилам эта запись {}, а внесена как та, что {}", how(effect), how(entry.effect)))
        .next("сообщите директору"))
}

/// All who stand behind a key: its owner, whoever enrolled it on his own word, and so on.
fn behind(tables: &Tables, fingerprint: &str) -> Result<HashSet<String>> {
    let (mut people, mut seen) = (HashSet::new(), HashSet::new());
    let mut at = fingerprint.to_owned();
    while !at.is_empty() && seen.insert(at.clone()) {
        let Some((login, rests_on)) = extraordinary::ground_of(tables, &at)? else { break };
        people.insert(login);
        at = rests_on;
    }
    Ok(people)
}

/// Whether the holder of `fingerprint` is a second person for what `held` says: why not, if not.
///
/// # Errors
/// Tables that do not read.
pub fn why_not(tables: &Tables, login: &str, fingerprint: &str, held: &Held, confirms: bool) -> Result<Option<String>> {
    if held.author == login {
        return Ok(Some("её внесли вы сами: нужно второе лицо".to_owned()));
    }
    let gains = matches!(held.entry.body, Body::Person(_) | Body::KeyEnrolled(_));
    if confirms && gains && held.about == login {
        return Ok(Some("она касается вас самих: её подтверждает другое лицо".to_owned()));
    }
    let (mine, theirs) = (behind(tables, fingerprint)?, behind(tables, &held.entry.key)?);
    let mut both: Vec<&str> = mine.intersection(&theirs).map(String::as_str).collect();
    both.sort_unstable();
    Ok(both.first().map(|who| {
        format!("ваш ключ и ключ автора держатся на слове одного лица («{who}»), пока их не подтвердит независимое")
    }))
}

/// What the entries of these spans wait for, in order.
///
/// # Errors
/// Spans out of order, or one in which nothing waits.
fn waiting_in(tables: &Tables, spans: &[Span]) -> Result<Vec<Held>> {
    let mut before = 0;
    let mut all = Vec::new();
    for span in spans {
        if span.from <= before || span.last() < span.from {
            return Err(
                Error::input("номера записей указаны не по порядку").next("укажите их по возрастанию, каждый один раз")
            );
        }
        before = span.last();
        let held = extraordinary::waiting_between(tables, span.from, span.last())?;
        if held.is_empty() {
            return Err(Error::input(format!("запись № {} подтверждения не ждёт", span.from))
                .next_by("посмотрите, что ждёт", Action::ListConfirmations));
        }
        all.extend(held);
    }
    if all.is_empty() {
        return Err(
            Error::input("не указано ни одной записи").next_by("посмотрите, что ждёт", Action::ListConfirmations)
        );
    }
    Ok(all)
}

fn by_a_second_person(tables: &Tables, entry: &Entry, held: &[Held], confirms: bool) -> Result<()> {
    for held in held {
        let Some(why) = why_not(tables, &entry.author, &entry.key, held, confirms)? else { continue };
        let error = Error::refused(format!("запись № {}: {why}", held.seq));
        let who = "подтверждает или отказывает директор, завуч или администратор, который её не вносил";
        return Err(match held.author == entry.author {
            true => error.next(who).then_by("а если она ошибочна, отзовите её", Action::RefuseConfirmation),
            false => error.next(who),
        });
    }
    Ok(())
}

/// A second person confirms what waits: each entry is judged anew as things stand now, after those before it.
pub fn confirmation(context: &Context<'_>, entry: &Entry, confirmed: &EntriesConfirmed) -> Result<()> {
    let tables = context.tables;
    let held = waiting_in(tables, &confirmed.entries)?;
    by_a_second_person(tables, entry, &held, true)?;
    if held.iter().filter(|held| matches!(held.entry.body, Body::ClockReset(_))).count() > 1 {
        return Err(Error::input("поправки часов подтверждаются по одной").next("подтвердите каждую отдельно"));
    }
    // One after another, as they will be applied; then all of it is taken back.
    tables.on_trial(|| held.iter().try_for_each(|held| judge_anew(context, held)))
}

fn judge_anew(context: &Context<'_>, held: &Held) -> Result<()> {
    let tables = context.tables;
    let school = read::school(tables)?;
    let place = Context { school: &school, ..*context };
    whole::is_untouched_since(tables, held)?;
    roles::check(tables, &held.entry).and_then(|()| super::check(&place, &held.entry, Ok(()))).map_err(|error| {
        error
            .at(format!("запись № {} подтвердить уже нельзя", held.seq))
            .then_by("откажите в ней", Action::RefuseConfirmation)
    })?;
    apply::confirmed_entry(tables, context.seq, &held.entry)
}

/// A second person refuses what waits, or its author withdraws it: what never was in force takes nothing from anybody, and a
/// withdrawn dismissal lifts no other suspension than his own.
pub fn refusal(tables: &Tables, entry: &Entry, refused: &EntriesRefused) -> Result<()> {
    text::is_given(&refused.reason, "причина отказа")?;
    let mut held = waiting_in(tables, &refused.entries)?;
    held.retain(|held| held.author != entry.author);
    by_a_second_person(tables, entry, &held, false)
}

/// The emergency key of a journal that has none, or another.
pub fn emergency_key(tables: &Tables, set: &EmergencyKeySet) -> Result<()> {
    let key = emergency(&set.ed25519)?;
    if read::key(tables, &crate::ledger::identity::fingerprint(&key))?.is_some() {
        return Err(Error::refused("аварийным не может быть ключ, внесённый за сотрудником")
            .next("создайте для аварийного листа новый ключ"));
    }
    Ok(())
}

/// The emergency key of its text.
pub fn emergency(text: &str) -> Result<[u8; 32]> {
    let blob = text.strip_prefix("ssh-ed25519 ").filter(|blob| !blob.contains(' '));
    blob.map(crate::ledger::identity::ssh_blob).unwrap_or_else(|| {
        Err(Error::input(format!("«{text}» — не открытая часть аварийного ключа"))
            .next("укажите строку, которая начинается со ssh-ed25519"))
    })
}

/// The emergency key and a director or deputy head enrol a key of somebody who may be a second person.
pub fn emergency_enrolment(context: &Context<'_>, enrolled: &EmergencyEnrolment) -> Result<()> {
    let tables = context.tables;
    text::is_given(&enrolled.reason, "причина")?;
    let person = read::staff(tables, &enrolled.login)?.filter(|person| !person.dismissed);
    let roles = read::roles_of(tables, &enrolled.login)?;
    if person.is_none() || !roles.iter().any(|role| SECOND.contains(role)) {
        return Err(Error::refused(format!("«{}» — не директор, не завуч и не администратор", enrolled.login))
            .next("аварийным ключом вносится ключ одного из них"));
    }
    let Some(emergency) = extraordinary::emergency_key(tables)? else {
        return Err(Error::refused("в журнале нет аварийного ключа")
            .next_by("внесите его, пока есть кому подтвердить", Action::SetEmergencyKey));
    };
    let (login, key) = (&enrolled.login, &enrolled.key);
    if !possession::is_proven(&enrolled.possession, &context.before.journal, login, key) {
        return Err(unproven(login));
    }
    if !possession::is_countersigned(&enrolled.countersignature, &emergency, context.before, login, key) {
        return Err(Error::refused("аварийный ключ не тот, или подписано другое место журнала")
            .next("наберите аварийный ключ с листа ещё раз"));
    }
    match read::key(tables, &key.fingerprint())? {
        Some(known) if known.revoked_at.is_none() && known.login == *login => Ok(()),
        _ => super::people::is_nobodys_key(tables, key),
    }
}

/// Somebody whom a journal's first entry names beside the administrator: with an office, and with a key that has signed for
/// a journal without an id, or for that of an earlier year which this one continues.
pub fn second_person(created: &JournalCreated, second: &SecondPerson, before: &Tip) -> Result<()> {
    let SecondPerson { person, key, possession, proven_in } = second;
    if !person.roles.iter().any(|role| SECOND.contains(role)) {
        return Err(Error::input(format!("«{}» — не директор, не завуч и не администратор", person.login))
            .next("вторым лицом назовите одного из них"));
    }
    let journal = match parse_hash(proven_in) {
        Some(journal) if created.previous.is_some() => journal,
        None if proven_in.is_empty() => before.journal,
        _ => return Err(unproven(&person.login)),
    };
    if possession::is_proven(possession, &journal, &person.login, key) { Ok(()) } else { Err(unproven(&person.login)) }
}

/// A key must be proven to be its holder's own, from rules 2 on.
pub fn is_possessed(context: &Context<'_>, rules: u32, enrolled: &KeyEnrolled) -> Result<()> {
    let KeyEnrolled { login, key, possession, proven_in } = enrolled;
    if rules < SINCE {
        return Ok(());
    }
    // What goes over from the journal before was proven there, if it is not older than the rule.
    let earlier = extraordinary::takes_people_over(context.tables)?;
    let journal = match parse_hash(proven_in) {
        Some(journal) if earlier => journal,
        None if proven_in.is_empty() && possession.is_empty() && earlier => return Ok(()),
        None if proven_in.is_empty() => context.before.journal,
        _ => return Err(unproven(login)),
    };
    if possession::is_proven(possession, &journal, login, key) { Ok(()) } else { Err(unproven(login)) }
}

fn unproven(login: &str) -> Error {
    Error::refused(format!("не доказано, что ключ принадлежит «{login}»: он не подписал своё внесение в этот журнал"))
        .next_by("составьте заявку на внесение ключа", Action::RequestKey)
}

#[cfg(test)]
mod tests;
