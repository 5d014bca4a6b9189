//! Who is reached, who is not, and why (§4.1, §4.5): what the report on informing and the class teacher see.

use super::outbox::{Outbox, ReaderKey, Way};
use crate::error::Result;
use crate::journal::contacts::{Contact, Contacts, Dead, Topic};
use crate::journal::read::{self, Pupil, Tables};
use crate::school::{ClassName, Day};
use std::collections::{BTreeMap, HashMap};

/// How a pupil's family is reached by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachedPupil {
    /// His class.
    pub class: ClassName,
    /// The pupil.
    pub pupil: Pupil,
    /// His name, as it is told from others of his class.
    pub name: String,
    /// The addresses to which mail may be sent, with what is not wished there.
    pub boxes: Vec<LiveBox>,
    /// The addresses that take no mail.
    pub dead: Vec<DeadBox>,
    /// Whether an address is known to whose use nobody has consented.
    pub lacks_consent: bool,
    /// What everybody who was reached was told last, the newest first; empty where nobody ever was.
    pub last: Vec<Way>,
}

/// An address to which mail may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveBox {
    /// The address.
    pub address: String,
    /// «мать», «отец» …
    pub who: Vec<String>,
    /// What is not sent there.
    pub silent: Vec<Topic>,
}

/// An address that takes no mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadBox {
    /// The address.
    pub address: String,
    /// «мать», «отец» …
    pub who: Vec<String>,
    /// Since when.
    pub since: Day,
    /// Why.
    pub why: String,
}

impl ReachedPupil {
    /// Whether nothing can be sent: then the diary is read by a slip, or goes on paper.
    pub fn has_no_mail(&self) -> bool {
        self.boxes.iter().all(|of| of.silent.len() == Topic::ALL.len())
    }

    fn add_live(&mut self, line: &Contact, silent: Vec<Topic>) {
        match self.boxes.iter_mut().find(|of| is_one(&of.address, &line.email)) {
            Some(of) => of.who.push(line.who.clone()),
            None => self.boxes.push(LiveBox { address: line.email.clone(), who: vec![line.who.clone()], silent }),
        }
    }

    fn add_dead(&mut self, line: &Contact, known: &Dead) {
        match self.dead.iter_mut().find(|of| is_one(&of.address, &line.email)) {
            Some(of) => of.who.push(line.who.clone()),
            None => self.dead.push(DeadBox {
                address: line.email.clone(),
                who: vec![line.who.clone()],
                since: known.since,
                why: known.why.clone(),
            }),
        }
    }
}

fn is_one(address: &str, other: &str) -> bool {
    ReaderKey::of_address(address) == ReaderKey::of_address(other)
}

/// How the family of everybody who is in a class on a day is reached by mail, by class and name.
///
/// # Errors
/// Tables, contacts or an outbox that do not read.
pub fn reached(
    tables: &Tables,
    contacts: &Contacts,
    outbox: Option<&Outbox>,
    day: Day,
    classes: &[ClassName],
) -> Result<Vec<ReachedPupil>> {
    let mut ways = outbox.map_or_else(|| Ok(BTreeMap::new()), |outbox| outbox.reached(None))?;
    let dead = contacts.dead()?;
    let dead: HashMap<ReaderKey, _> = dead.into_iter().map(|of| (ReaderKey::of_address(&of.address), of)).collect();
    let mut lines: HashMap<String, Vec<_>> = HashMap::new();
    for line in contacts.all()?.into_iter().filter(|line| !line.email.trim().is_empty()) {
        lines.entry(line.pupil.clone()).or_default().push(line);
    }
    let mut out = Vec::new();
    for class in classes {
        let members = read::members_of_class(tables, class, day, day)?;
        let names = read::names_by_file(tables, &members)?;
        for pupil in members {
            let files: Vec<&str> = [&pupil.file].into_iter().chain(&pupil.former).map(|file| file.as_str()).collect();
            let mut of = ReachedPupil {
                class: class.clone(),
                name: names.get(&pupil.file).cloned().unwrap_or_default(),
                boxes: Vec::new(),
                dead: Vec::new(),
                lacks_consent: false,
                last: files.iter().filter_map(|file| ways.remove(*file)).flatten().collect(),
                pupil: pupil.clone(),
            };
            of.last.sort_by_key(|way| std::cmp::Reverse(way.at));
            for line in files.iter().filter_map(|file| lines.get(*file)).flatten() {
                of.lacks_consent |= line.consent.is_none();
                match dead.get(&ReaderKey::of_address(&line.email)) {
                    Some(known) => of.add_dead(line, known),
                    None if line.consent.is_some() => {
                        of.add_live(line, contacts.silent(&line.email)?.into_iter().collect())
                    }
                    None => {}
                }
            }
            out.push(of);
        }
    }
    Ok(out)
}
