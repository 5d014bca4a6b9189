//! What a witness from outside says of a journal: a head on paper, an archive, a teacher's stick, a checkpoint. Only such a one can tell that a ledger's
//! end was cut off, and only up to the place that it has seen.

use std::path::{Path, PathBuf};

use super::trust::{maker, recorded_at};
use crate::archive::bag::{ALLOWED_SIGNERS, BAGIT, Facts, Folder, INFO, SIGNATURE, TAGMANIFEST};
use crate::archive::bagit::is_foreign;
use crate::archive::carrier::locate;
use crate::archive::progress::Quiet;
use crate::archive::verify::{Request, verify};
use crate::error::{Action, Error, Result};
use crate::files;
use crate::journal::read::{self, Tables};
use crate::journal::{Audited, Proven};
use crate::ledger::chain::{Hash, Tip, hex, parse_hash};
use crate::school::{RECORDS, counted};
use crate::work::checkpoint::Cosigned;
use crate::work::sticks::witness::Seen;

/// A witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outside {
    /// A head, as it stands on a certificate or an act.
    Head(Hash),
    /// An archive: what its signature covers.
    Archive(Box<Witnessed>),
    /// A teacher's stick: what its base and its receipts name.
    Stick(Box<Seen>),
    /// A checkpoint that others have signed.
    Checkpoint(Box<Cosigned>),
}

/// What an archive witnesses of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// Where it lies.
    pub folder: PathBuf,
    /// The archive's name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Journal, length and head, as they were signed.
    pub facts: Facts,
    /// Fingerprint of the key that signed them.
    pub signer: String,
}

/// What a witness says of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Testimony {
    /// Who says it, in Russian.
    pub witness: String,
    /// How many records the journal had when the witness saw it; or, in Russian, what contradicts, or that what it has seen
    /// is lost.
    pub length: std::result::Result<u64, String>,
    /// The entry that says that what the witness has seen was lost when the journal went on from a restored copy. Then it
    /// contradicts nothing, and vouches for nothing.
    pub lost_in: Option<u64>,
    /// Fingerprint of the key that signed it, and whose the journal says that is.
    pub signer: Option<(String, Option<String>)>,
    /// Of an archive: whether the journal has the entry that it was made, which follows what the archive has seen.
    pub recorded: Option<bool>,
}

/// Reads what was named: the folder of an archive, a carrier with archives, or the 64 digits of a head.
///
/// # Errors
/// Neither; an archive that cannot be a witness.
pub fn named(named: &str) -> Result<Vec<Outside>> {
    if Path::new(named).is_dir() {
        let bags = witnesses_under(Path::new(named))?;
        return Ok(bags.into_iter().map(|witnessed| Outside::Archive(Box::new(witnessed))).collect());
    }
    let digits: String = named.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let head = parse_hash(&digits).ok_or_else(|| {
        Error::input(format!("«{named}» не папка архива и не контрольная сумма"))
            .next("укажите папку архива на носителе или 64 цифры суммы с листа-заверителя")
    })?;
    Ok(vec![Outside::Head(head)])
}

/// The witnesses that speak of a journal: a carrier holds the archives of other years beside its own. Where none does, all
/// of them, which then contradict.
pub fn that_speak_of(witnesses: Vec<Outside>, tip: Tip) -> Vec<Outside> {
    let id = hex(&tip.journal);
    let speaks = |witness: &Outside| match witness {
        Outside::Head(_) => true,
        Outside::Archive(archive) => archive.facts.journal == id,
        Outside::Stick(seen) => seen.journal == tip.journal,
        Outside::Checkpoint(cosigned) => cosigned.speaks_of(&tip.journal),
    };
    if witnesses.iter().any(speaks) { witnesses.into_iter().filter(speaks).collect() } else { witnesses }
}

/// The ledger that a witness is asked about.
pub trait Ledger {
    /// Where it ends.
    fn tip(&self) -> Tip;
    /// The length up to which a head is its head, if it ever was.
    fn position_of(&self, head: &Hash) -> Option<u64>;
    /// The tables that it makes up to a record.
    ///
    /// # Errors
    /// A record that does not read.
    fn as_of(&self, seq: u64) -> Result<Tables>;
    /// The tables that all of it makes.
    ///
    /// # Errors
    /// Memory that cannot be had.
    fn tables(&self) -> Result<Tables>;
    /// The leaves of the tree over its first records.
    ///
    /// # Errors
    /// A record that does not read or is not what the chain says.
    fn leaves(&self, length: u64) -> Result<Vec<Hash>>;
}

macro_rules! ledger {
    ($($journal:ty),*) => {$(
        impl Ledger for $journal {
            fn tip(&self) -> Tip {
                self.tip()
            }
            fn position_of(&self, head: &Hash) -> Option<u64> {
                self.position_of(head)
            }
            fn as_of(&self, seq: u64) -> Result<Tables> {
                self.as_of(seq)
            }
            fn tables(&self) -> Result<Tables> {
                self.tables()
            }
            fn leaves(&self, length: u64) -> Result<Vec<Hash>> {
                self.leaves(length)
            }
        }
    )*};
}

ledger!(Proven, Audited);

impl Outside {
    /// Asks the witness about a ledger.
    ///
    /// # Errors
    /// An archive that is no witness: signed by a key that might not make archives then, or another one than the journal
    /// knows under its name.
    pub fn ask(&self, ledger: &dyn Ledger) -> Result<Testimony> {
        match self {
            Self::Head(head) => {
                let witness = format!("контрольная сумма {}", hex(head));
                let (length, lost_in) = match ledger.position_of(head) {
                    Some(length) => (Ok(length), None),
                    None => lost_head(&ledger.tables()?, &hex(head))?,
                };
                Ok(Testimony { witness, length, lost_in, signer: None, recorded: None })
            }
            Self::Archive(archive) => archive.ask(ledger),
            Self::Stick(seen) => seen.ask(ledger),
            Self::Checkpoint(cosigned) => cosigned.ask(ledger),
        }
    }
}

impl Witnessed {
    fn ask(&self, ledger: &dyn Ledger) -> Result<Testimony> {
        let Self { name, code, facts, signer, .. } = self;
        let (witness, tip) = (format!("архив {name}"), ledger.tip());
        if facts.journal != hex(&tip.journal) {
            let length = Err(format!("архив {name} сделан по другому журналу ({})", facts.journal));
            let signer = Some((signer.clone(), None));
            return Ok(Testimony { witness, length, lost_in: None, signer, recorded: None });
        }
        let tables = ledger.tables()?;
        let found = parse_hash(&facts.head).and_then(|head| ledger.position_of(&head));
        let found = found.filter(|found| *found == facts.length);
        if found.is_none()
            && let Some(entry) = read::given_up_by(&tables, facts.length, &facts.head)?
        {
            let length = Err(lost(entry));
            let signer = Some((signer.clone(), None));
            return Ok(Testimony { witness, length, lost_in: Some(entry), signer, recorded: None });
        }
        let maker = maker(ledger, signer, facts, code)?;
        let Some(login) = maker.login() else {
            let why = format!("он подписан ключом {signer}, у которого не было права создавать архивы");
            // A journal that was put back to an older copy does not know the keys that came later.
            let or = if facts.length > tip.seq {
                format!(
                    "; или журнал ({}) старше архива ({}) и этого ключа ещё не знает",
                    counted(tip.seq, RECORDS),
                    facts.length
                )
            } else {
                String::new()
            };
            return Err(self.forged(&(why + &or)));
        };
        // A folder may be called otherwise than its archive; the code is what it is.
        let recorded = recorded_at(&tables, facts.content, code)?.is_some();
        if !recorded && read::archive(&tables, name)?.is_some() {
            return Err(self.forged("журнал знает архив с этим именем под другим кодом"));
        }
        let length = match found {
            Some(found) => Ok(found),
            None => Err(self.cut(&tables)?),
        };
        let signer = Some((signer.clone(), Some(login.to_owned())));
        Ok(Testimony { witness, length, lost_in: None, signer, recorded: Some(recorded) })
    }

    fn cut(&self, tables: &Tables) -> Result<String> {
        let (name, records) = (&self.name, counted(self.facts.length, RECORDS));
        let what = format!("в архиве {name} {records} с другой суммой: конец журнала отрезан или записи подменены");
        Ok(what + &restored_since(tables)?)
    }

    fn forged(&self, why: &str) -> Error {
        Error::damaged(format!("архив «{}» свидетелем быть не может: {why}", self.folder.display())).next(
            "не восстанавливайте по нему ничего: уберите эту папку с носителя в отдельное место и сообщите директору",
        )
    }
}

/// Said of what was lost, as it is recorded.
pub fn lost(entry: u64) -> String {
    format!("это видел журнал до восстановления из старой копии: утраченная часть, о ней сказано в записи № {entry}")
}

/// What is to be said of a head that is not in the chain, and the entry that names it as lost.
fn lost_head(tables: &Tables, head: &str) -> Result<(std::result::Result<u64, String>, Option<u64>)> {
    let is_named = |restoration: &read::Restoration| restoration.lost.iter().any(|lost| lost.head == head);
    if let Some(restoration) = read::restorations(tables)?.into_iter().find(is_named) {
        return Ok((Err(lost(restoration.entry)), Some(restoration.entry)));
    }
    let what = "в журнале нет записи с этой контрольной суммой: конец журнала отрезан или это другой журнал";
    Ok((Err(what.to_owned() + &restored_since(tables)?), None))
}

/// Said where a journal went on from a restored copy, but does not name this place as lost.
fn restored_since(tables: &Tables) -> Result<String> {
    let Some(last) = read::restorations(tables)?.pop() else { return Ok(String::new()) };
    let entry = last.entry;
    Ok(format!(". Журнал восстановлен из старой копии (запись № {entry}), но это место в ней утраченным не названо"))
}

/// Reads an archive as a witness. Its payload is not looked at: a damaged package says nothing against the list of them.
///
/// # Errors
/// Lists or a signature that do not hold: who cannot be understood has not said that all is well.
pub fn witnessed(bag: &Path) -> Result<Witnessed> {
    let no_witness = |why: &str| {
        Error::damaged(format!("архив «{}» свидетелем быть не может: {why}", bag.display()))
            .next_by("исправьте его", Action::RepairArchive { bag: Some(bag.to_owned()) })
            .then("или возьмите вторую копию")
    };
    let report = verify(bag, &Request { unread: true, ..Request::default() }, &Quiet)?;
    // A declaration that was lost takes nothing from what was signed.
    let covered = [INFO, TAGMANIFEST, SIGNATURE, ALLOWED_SIGNERS];
    let fault = report.faults().find(|finding| covered.contains(&finding.path.as_str())).map(ToString::to_string);
    if let Some(fault) = fault {
        return Err(no_witness(&fault));
    }
    match (report.facts, report.signer, report.code) {
        (Some(facts), Some(signer), Some(code)) => {
            Ok(Witnessed { folder: bag.to_owned(), name: report.name, code, facts, signer })
        }
        _ => Err(no_witness(&format!("он не дописан или его {BAGIT} и списки не читаются"))),
    }
}

/// What the archives under a path (a bag, or a carrier) witness.
fn witnesses_under(path: &Path) -> Result<Vec<Witnessed>> {
    let mut found = locate(&files::named(path)?)?;
    found.bags.retain(|bag| !is_foreign(&Folder::new(bag)));
    if found.bags.is_empty() {
        return Err(
            Error::input(format!("в «{}» нет архива", path.display())).next("укажите носитель или папку архива на нём")
        );
    }
    found.bags.iter().map(|bag| witnessed(bag)).collect()
}
