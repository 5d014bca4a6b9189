//! The register of issued documents, as documents are printed and checked by it.

use super::seal::groups;
use super::{Form, IssueContext, Subject, Variant, Wanted};
use crate::error::{Action, Error, Result};
use crate::journal::Proven;
use crate::journal::entry::Replaces;
pub use crate::journal::read::Bound;
pub use crate::journal::read::documents::Registered;
use crate::journal::read::{self, Tables};
use crate::ledger::chain::{hex, parse_hash};
use crate::ledger::log::checkpoint::Checkpoint;
use crate::school::{LeafName, leaves_listed};
use std::collections::BTreeMap;

impl Wanted {
    /// What was issued as a document of the register.
    ///
    /// # Errors
    /// A form, subject or variant that this version does not know.
    pub fn of(document: &Registered) -> Result<Self> {
        let form = Form::from_id(&document.form).ok_or_else(|| {
            Error::input(format!("эта версия программы не печатает документы вида «{}»", document.form))
                .next("обновите программу")
        })?;
        let subject = Subject::parse(form.scope(), &document.subject)?;
        Ok(Self { form, subject, variant: Variant::parse(&document.variant)? })
    }
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The document.
    pub document: Registered,
    /// How it was bound, if it was.
    pub bound: Option<Bound>,
    /// The number of the document that was issued of the same thing last, where that is a later one.
    pub later: Option<String>,
    /// What leaves of a book it replaces.
    pub replaces: Option<Replaces>,
    /// The documents that replaced leaves of it.
    pub replaced_by: Vec<String>,
}

impl Line {
    /// The leaves of a book that it replaces, adds and takes out, as people list them; empty of every other document.
    pub fn leaves(&self) -> String {
        let Some(replaces) = &self.replaces else { return String::new() };
        let new = replaces.leaves.iter().map(|new| &new.leaf);
        let all = new.chain(replaces.removed.iter().map(|old| &old.leaf));
        leaves_listed(all.filter_map(|leaf| LeafName::parse(leaf)))
    }

    /// The check code of the document's last page, which bears the certification: in a class's book it covers all the
    /// others.
    pub fn code(&self) -> String {
        self.document.pages.last().and_then(|hex| parse_hash(hex)).map(|digest| groups(&digest)).unwrap_or_default()
    }
}

/// Every document that was issued, in the order of their numbers.
///
/// # Errors
/// A row that does not read is damage.
pub fn all(tables: &Tables) -> Result<Vec<Line>> {
    let line = |document: Registered| {
        let (bound, later) = (read::bound(tables, &document.number)?, read::later_issue(tables, &document.number)?);
        let replaces = read::folder::replaces(tables, &document.number)?;
        let replaced_by = match Form::from_id(&document.form) {
            Some(Form::ClassBook) => read::folder::replacing(tables, &document.number)?,
            _ => Vec::new(),
        };
        Ok(Line { document, bound, later, replaces, replaced_by })
    };
    read::documents::documents(tables)?.into_iter().map(line).collect()
}

/// The documents of a form that are in force: of each thing and volume the one that was issued last, in the order of what
/// they are about, unless the year was opened again since.
///
/// # Errors
/// A row that does not read is damage.
pub fn in_force(tables: &Tables, form: Form) -> Result<Vec<Registered>> {
    let mut last: BTreeMap<(Subject, u32), Registered> = BTreeMap::new();
    let issued = read::documents::documents(tables)?.into_iter();
    for document in issued.filter(|document| document.form == form.id()) {
        let Wanted { subject, variant, .. } = Wanted::of(&document)?;
        last.insert((subject, variant.volume.max(1)), document);
    }
    // A book that was issued anew may have fewer volumes.
    let newest: BTreeMap<Subject, u64> = last
        .iter()
        .filter(|((_, volume), _)| *volume == 1)
        .map(|((subject, _), of)| (subject.clone(), of.entry))
        .collect();
    let stands = |((subject, _), document): &((Subject, u32), Registered)| {
        document.superseded.is_none() && newest.get(subject).is_some_and(|first| document.entry >= *first)
    };
    Ok(last.into_iter().filter(stands).map(|(_, document)| document).collect())
}

/// The context in which a document was issued, from the proven register and ledger, and the people as `tables` have them.
///
/// # Errors
/// A document that shows a state past the proof, or was issued by nobody.
pub fn context_of(proven: &Proven, tables: &Tables, document: &Registered) -> Result<IssueContext> {
    let damaged = |what: &str| {
        Error::damaged(format!("документ № {}: {what}", document.number)).next_by("проверьте журнал", Action::Audit)
    };
    let head = proven.head_at(document.at_entry).ok_or_else(|| damaged("записи, по которой он составлен, нет"))?;
    let person = read::staff(tables, &document.issued_by)?.ok_or_else(|| damaged("нет сотрудника, выдавшего его"))?;
    Ok(IssueContext {
        number: document.number.clone(),
        issued_at: document.issued_at,
        issued_by: person.name,
        issued_position: person.position,
        journal_id: hex(&proven.tip().journal),
        ledger_length: document.at_entry,
        ledger_head: hex(&head),
        version: document.version.clone(),
        rules: proven.entry(document.at_entry)?.rules,
        writing: document.writing,
        replaces: read::folder::replaces(&proven.tables()?, &document.number)?,
        checkpoint: checkpoint_at(proven, tables, document.at_entry)?,
        reason: document.reason.clone(),
    })
}

/// The checkpoint of the ledger after a record, where the school had named witnesses by then.
///
/// # Errors
/// Tables or records that do not read.
pub fn checkpoint_at(proven: &Proven, tables: &Tables, seq: u64) -> Result<Option<Checkpoint>> {
    if !read::had_witnesses(tables, seq)? {
        return Ok(None);
    }
    let origin = read::origin(tables, proven.tip().journal, seq)?;
    Ok(Some(Checkpoint::of(origin, &proven.leaves(seq)?)))
}

/// The document of a thing that was issued last.
///
/// # Errors
/// A row that does not read is damage.
pub fn last_issued(tables: &Tables, wanted: &Wanted) -> Result<Option<Registered>> {
    read::documents::last_document(tables, wanted.form.id(), &wanted.subject.to_string(), &wanted.variant.to_string())
}
