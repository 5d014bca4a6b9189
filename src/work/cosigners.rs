//! Whom the school names as witnesses of its ledger, and whose signatures a checkpoint bears: of those whom the auditor believes,
//! of those whom the school named, or of strangers.
//!
//! That the school names a witness says where its checkpoints go, and nothing of whether he is to be believed: it could have
//! made one up. So what an auditor believes is always told apart from what the school says, and a witness of his whom the
//! school removed, or does not know, is named as such.

use super::{Done, Workplace};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{WitnessAdded, WitnessRemoved};
use crate::journal::read::{self, Tables, Witness};
use crate::ledger::log::note::{Note, Opinion, Verifier};
use crate::ledger::log::policy::Policy;
use crate::school::{clean, format_date, in_ascii, is_of_this_machine};
use chrono::{DateTime, Utc};

/// Names a witness.
///
/// # Errors
/// What is no witness's key, an address without TLS on another machine; what a right or a rule refuses.
pub fn add(place: &mut Workplace<'_>, name: &str, key: &str, url: Option<&str>) -> Result<Done> {
    let key = Verifier::parse(key.trim())?.to_string();
    let url = url.map(|url| in_ascii(url.trim()).trim_end_matches('/').to_owned());
    if url.as_deref().is_some_and(|url| url.starts_with("http://") && !is_of_this_machine(url)) {
        return Err(Error::input("без TLS можно только к свидетелю на этой же машине").next("нужен адрес https://…"));
    }
    place.record([WitnessAdded { name: clean(name)?, key, url }.into()])
}

/// Names a witness no longer.
///
/// # Errors
/// Nobody of that name; what a right or a rule refuses.
pub fn remove(place: &mut Workplace<'_>, name: &str, reason: &str) -> Result<Done> {
    let typed = clean(name)?;
    let found = read::witnesses_now(place.tables())?
        .into_iter()
        .find(|witness| witness.name == typed || witness.key.name() == typed || witness.key.to_string() == typed);
    let key = found.map(|witness| witness.key.to_string()).ok_or_else(|| {
        Error::input(format!("школа не называла свидетеля «{typed}»"))
            .next_by("посмотрите, кто назван", Action::ListWitnesses)
    })?;
    place.record([WitnessRemoved { key, reason: clean(reason)? }.into()])
}

/// A signature on a checkpoint that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigner {
    /// What he is called: by the auditor, else by the school.
    pub name: String,
    /// When he signed.
    pub at: DateTime<Utc>,
    /// Whether the auditor's own policy names him.
    pub believed: bool,
    /// What the school says of him; nothing where it does not name him.
    pub named: Option<Witness>,
}

/// Whose signatures a checkpoint bears.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signatures {
    /// Those that hold.
    pub held: Vec<Cosigner>,
    /// The names of witnesses whom the school named, and whose signatures do not hold.
    pub wrong: Vec<String>,
    /// Names under which somebody signed whom neither the auditor nor the school knows.
    pub strange: Vec<String>,
}

/// Whose signatures a note bears, under the origin of its log, by a policy and by what the journal names.
///
/// # Errors
/// Tables that do not read.
pub fn signatures(note: &Note, origin: &str, policy: Option<&Policy>, tables: &Tables) -> Result<Signatures> {
    let school = read::witnesses(tables)?;
    // Named again, the last time counts.
    let named = |key: &Verifier| school.iter().rev().find(|witness| witness.key == *key).cloned();
    let mut found = Signatures::default();
    let mut known: Vec<Verifier> = Vec::new();
    for (name, key) in policy.iter().flat_map(|policy| policy.witnesses()) {
        known.push(key.clone());
        if let Opinion::Signed(Some(at)) = key.opinion(note) {
            found.held.push(Cosigner { name: name.clone(), at, believed: true, named: named(key) });
        }
    }
    for witness in &school {
        if known.contains(&witness.key) {
            continue;
        }
        known.push(witness.key.clone());
        match witness.key.opinion(note) {
            Opinion::Signed(Some(at)) => {
                let named = named(&witness.key);
                found.held.push(Cosigner { name: witness.name.clone(), at, believed: false, named });
            }
            Opinion::Wrong => found.wrong.push(witness.name.clone()),
            _ => {}
        }
    }
    let strange = note.signed_by_others(&known).filter(|name| *name != origin);
    found.strange = strange.map(str::to_owned).collect();
    Ok(found)
}

impl Cosigner {
    /// By whose word he is a witness, in words; `audited` where the auditor has a policy.
    pub fn standing(&self, audited: bool) -> String {
        let school = match &self.named {
            None => "в журнале не назван".to_owned(),
            Some(Witness { entry, at, removed: None, .. }) => {
                format!("назван школой, запись № {entry} от {}", format_date(at.date_naive()))
            }
            Some(Witness { entry, removed: Some(removed), .. }) => format!(
                "школа назвала его записью № {entry} и убрала записью № {} от {}: {}",
                removed.entry,
                format_date(removed.at.date_naive()),
                removed.reason
            ),
        };
        match (audited, self.believed) {
            (true, true) => format!("свидетель проверяющего, {school}"),
            (true, false) => format!("файл доверия его не знает, {school}"),
            (false, _) => school,
        }
    }
}
