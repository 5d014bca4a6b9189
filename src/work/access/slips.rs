//! Slips with new codes (form 22) and consents to be signed (form 23), printed for a class.

use super::{Access, Child, Register, State, is_of_age, meant};
use crate::error::{Action, Error, Result};
use crate::files::{self, Readers};
use crate::journal::Journal;
use crate::journal::contacts::{Code, Contacts, Grant, ReaderId, Standing};
use crate::journal::read;
use crate::print::{self, AccessSheet, AccessSlip, ConsentOf, Layouts};
use crate::school::{ClassName, Clock, PersonalFile, in_ascii};
use crate::work::Workplace;
use crate::work::contacts::{class_of, may_write_of};
use std::path::{Path, PathBuf};

/// Which slips are wanted.
pub struct Wish<'a> {
    /// Of the pupils of this class.
    pub class: &'a ClassName,
    /// Those of the parents, or the pupils' own.
    pub of: Standing,
    /// Only of these, who may have one already: by name.
    pub again: &'a [String],
    /// Under which address the diary is found: `https://…`.
    pub address: &'a str,
}

/// A reader by name, and the children who have come to him.
pub type Joined = (String, Vec<String>);

/// What was made of them.
#[derive(Debug, Default)]
pub struct Printed {
    /// The file; none where nobody needs a slip.
    pub file: Option<PathBuf>,
    /// Whose slips are in it.
    pub slips: Vec<Access>,
    /// Who has one already, which opens the diary of these children too from now on.
    pub joined: Vec<Joined>,
    /// Who has one already.
    pub held: Vec<Access>,
    /// Whose slip was revoked, and who gets no other one in passing.
    pub revoked: Vec<Access>,
}

/// Prints slips with new codes into a folder, and issues the codes.
///
/// # Errors
/// Somebody who does not keep the contacts of this class; an address that is none; a name that nobody has, or several; a folder that
/// cannot be written, then no code is issued.
pub fn print(place: &Workplace<'_>, layouts: &Layouts, wish: &Wish<'_>, dir: &Path) -> Result<Printed> {
    may_write_of(place, Some(wish.class))?;
    let address = opened(wish.address)?;
    let contacts = Contacts::open(place.journal.path())?;
    let register = Register::open(place.journal, &contacts, place.today()?)?;
    let mut all = register.of_class(wish.class)?;
    all.retain(|access| access.standing == wish.of);
    let (joining, joined) = joining(&register, &all);
    let (mut printed, chosen) = choose(all, wish.again)?;
    printed.joined = joined;
    for (old, new) in &register.former {
        contacts.renumber(old, new)?;
    }
    for (id, pupil) in &joining {
        contacts.add_child(*id, pupil)?;
    }
    if chosen.is_empty() {
        return Ok(printed);
    }
    let codes: Vec<Code> = chosen.iter().map(|_| Code::draw()).collect();
    let paper = paper(place, layouts, wish.class, &address, (&chosen, &codes))?;
    let of = if wish.of == Standing::Pupil { "-pupils" } else { "" };
    let file = write(dir, &format!("access-{}{of}.pdf", wish.class.ascii()), &paper)?;
    if let Err(cause) = grant(place, &contacts, &chosen, &codes) {
        // Codes that open nothing are handed out to nobody.
        let _ = files::remove_if_there(&file);
        return Err(cause);
    }
    printed.file = Some(file);
    printed.slips = chosen;
    Ok(printed)
}

/// Children who have come to readers that are there already, and who is told of it: his slip opens their diary too from now on.
fn joining(register: &Register<'_>, all: &[Access]) -> (Vec<(ReaderId, PersonalFile)>, Vec<Joined>) {
    let (mut joining, mut joined) = (Vec::new(), Vec::new());
    for access in all {
        let Some(slip) = &access.slip else { continue };
        let known = register.slips.iter().find(|known| known.reader.id == slip.reader.id);
        let is_new = |child: &&Child| known.is_some_and(|known| !known.reader.children.contains(&child.pupil));
        let new: Vec<&Child> = access.children.iter().filter(is_new).collect();
        joining.extend(new.iter().map(|child| (slip.reader.id, child.pupil.clone())));
        if slip.is_in_force() && !new.is_empty() {
            joined.push((access.name.clone(), new.iter().map(|child| child.name.clone()).collect()));
        }
    }
    (joining, joined)
}

fn grant(place: &Workplace<'_>, contacts: &Contacts, chosen: &[Access], codes: &[Code]) -> Result<()> {
    let grant = |(access, code): (&'_ Access, &'_ Code)| Grant {
        known: access.slip.as_ref().map(|slip| slip.reader.id),
        standing: access.standing,
        name: access.name.clone(),
        pupils: access.children.iter().map(|child| child.pupil.to_string()).collect(),
        code: code.clone(),
    };
    let grants: Vec<Grant> = chosen.iter().zip(codes).map(grant).collect();
    contacts.grant(&grants, place.login(), place.author.now())
}

/// Whose slips are to be printed, and who is told of besides.
fn choose(all: Vec<Access>, again: &[String]) -> Result<(Printed, Vec<Access>)> {
    let mut printed = Printed::default();
    let mut chosen: Vec<Access> = Vec::new();
    if !again.is_empty() {
        for typed in again {
            let access = meant(&all, typed)?;
            if !chosen.contains(access) {
                chosen.push(access.clone());
            }
        }
        return Ok((printed, chosen));
    }
    for access in all {
        match access.state() {
            State::Revoked => printed.revoked.push(access),
            State::Issued | State::Used => printed.held.push(access),
            // Whoever has left gets no slip in passing.
            State::None if access.children.iter().all(|child| child.left.is_some()) => {}
            State::None => chosen.push(access),
        }
    }
    Ok((printed, chosen))
}

/// The slips as a file.
fn paper(
    place: &Workplace<'_>,
    layouts: &Layouts,
    class: &ClassName,
    address: &str,
    (chosen, codes): (&[Access], &[Code]),
) -> Result<Vec<u8>> {
    let tables = place.tables();
    let teacher = match read::class_teacher(tables, class)? {
        Some(login) => read::staff(tables, &login)?.map(|person| person.name.full()),
        None => None,
    };
    let child = |child: &Child| match &child.class {
        Some(class) => format!("{}, {}", child.name, class.quoted()),
        None => child.name.clone(),
    };
    let slips: Vec<AccessSlip> = chosen
        .iter()
        .zip(codes)
        .map(|(access, code)| AccessSlip {
            name: access.name.clone(),
            is_own: access.standing == Standing::Pupil,
            children: access.children.iter().map(child).collect(),
            code: code.grouped(),
            link: format!("{}/in/{}", in_ascii(address), code.plain()),
        })
        .collect();
    print::access_slips(
        layouts,
        &read::school(tables)?,
        &AccessSheet {
            class,
            address: address.trim_start_matches("https://"),
            teacher: teacher.as_deref().unwrap_or_default(),
            at: place.author.now(),
            slips: &slips,
        },
    )
}

/// The address of the diary: what was given, or what stands in the settings of the school's server, which lie beside the journal
/// unless they are named. Nothing where there are none.
///
/// # Errors
/// Settings that do not read, or without an address.
pub fn address(journal: &Path, given: Option<String>, settings: Option<&Path>) -> Result<Option<String>> {
    let beside = journal.with_file_name("serve.toml");
    let file = match (given, settings) {
        (Some(given), _) => return Ok(Some(given)),
        (None, Some(settings)) => settings,
        (None, None) if files::is_file(&beside) => &beside,
        (None, None) => return Ok(None),
    };
    let text =
        files::read_named_text(file, files::LARGEST_TEXT).map_err(|cause| Error::file("прочитать", file, &cause))?;
    let table: Option<toml::Table> = text.parse().ok();
    let address = table.as_ref().and_then(|table| table.get("public_address")).and_then(toml::Value::as_str);
    address.map(|address| Some(address.to_owned())).ok_or_else(|| {
        Error::input(format!("в настройках «{}» нет адреса дневника", file.display()))
            .next("исправьте настройки (ключ public_address) или назовите адрес")
    })
}

/// The address as it is put before `/in/…`.
fn opened(given: &str) -> Result<String> {
    let address = given.trim().trim_end_matches('/');
    let rest = address.strip_prefix("https://");
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let is_local = local
        .iter()
        .any(|local| address.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    let plain = |text: &str| {
        let sign = |c: char| c.is_alphanumeric() || "-._:[]".contains(c);
        !text.is_empty() && text.len() <= 100 && text.chars().all(sign)
    };
    if rest.is_some_and(plain) || is_local {
        return Ok(address.to_owned());
    }
    Err(Error::input(format!("«{}» не адрес дневника", given.trim()))
        .next("укажите адрес, по которому дневник открывают в браузере, без пути: https://dnevnik.school.ru"))
}

/// Prints the consents of a class to be signed, a page for each who is in it today; gives the file and how many there are.
///
/// # Errors
/// A class without pupils; a folder that cannot be written.
pub fn print_consents(
    journal: &Journal,
    clock: &dyn Clock,
    layouts: &Layouts,
    class: &ClassName,
    dir: &Path,
) -> Result<(PathBuf, usize)> {
    let (tables, at) = (journal.tables(), clock.now());
    let school = read::school(tables)?;
    let today = school.day_of(at);
    let mut pupils = Vec::new();
    for pupil in read::members_of_class(tables, class, school.year.begins, school.year.ends)? {
        if class_of(tables, &pupil, today)?.is_some_and(|(now, left)| now == *class && left.is_none()) {
            let of_age = is_of_age(read::born(tables, &pupil.file)?, today);
            pupils.push(ConsentOf { name: pupil.name.full(), of_age });
        }
    }
    if pupils.is_empty() {
        return Err(Error::input(format!("в {class} нет учеников")).next_by("посмотрите список", Action::ListPupils));
    }
    let paper = print::consents(layouts, &school, class, &pupils, at)?;
    Ok((write(dir, &format!("consent-{}.pdf", class.ascii()), &paper)?, pupils.len()))
}

/// Writes a file for its owner alone into a folder, which is made where it is not there.
fn write(dir: &Path, name: &str, paper: &[u8]) -> Result<PathBuf> {
    let dir = files::named(dir)?;
    files::make_folders(&dir, Readers::All).map_err(|cause| Error::file("создать папку", &dir, &cause))?;
    let file = dir.join(name);
    files::replace(&file, paper, Readers::Owner).map_err(|cause| Error::file("записать", &file, &cause))?;
    Ok(file)
}
