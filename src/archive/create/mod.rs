//! Making an archive: one stream of packages, written to every carrier at once, sealed, declared and read back.
//!
//! Nothing that lies on a carrier already is touched: every file is created anew, in a folder that was not there. A
//! carrier that fails on the way loses its unfinished copy and nothing else, and the others become whole. The order of
//! the seal and of `bagit.txt` is that of [`super::settle`].

mod finish;
mod recovery;
mod room;

use std::path::{Path, PathBuf};

use super::bag::{
    ALLOWED_SIGNERS, BAGIT, BAGIT_TEXT, BagPath, DATA, Facts, INFO, MANIFEST, Manifest, Oxum, TAGMANIFEST,
};
use super::carrier::Carrier;
use super::package::{Package, Packer};
use super::progress::Progress;
use super::settle::{State, settle};
use super::signature::{self, AllowedSigners};
use super::sum::Sum;
use super::targets::{FAT32_LIMIT, Targets, Written, remove_bag};
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Readers};
use crate::ledger::signer::Signer;

pub use finish::complete;

/// What to make, and for whom.
pub struct Plan<'a> {
    /// The name of the bag: a–z, 0–9 and `-`.
    pub name: &'a str,
    /// Where to.
    pub carriers: &'a [Carrier],
    /// Who may open it: age recipients `age1…`.
    pub recipients: &'a [String],
    /// Who makes and signs it.
    pub signer: &'a dyn Signer,
    /// Whose signatures a later archive of this journal may bear; the signer is among them.
    pub signers: &'a AllowedSigners,
    /// What `bag-info.txt` says.
    pub facts: &'a Facts,
    /// What goes in, in this order.
    pub packages: &'a [Package],
    /// A folder on this machine where recovery data may lie for a while. It is made, and removed afterwards.
    pub scratch: &'a Path,
}

/// What was made.
#[derive(Debug)]
pub struct Created {
    /// The archive's name.
    pub name: String,
    /// SHA-256 of the tag manifest: the code for the act, 64 hex digits.
    pub code: String,
    /// Bytes and files under `data/`.
    pub payload: Oxum,
    /// How many files the bag has, recovery data among them.
    pub files: u64,
    /// The bytes of those files.
    pub bytes: u64,
    /// One for each carrier of the plan, in its order; at least one is whole.
    pub copies: Vec<Copied>,
    /// What was cleared up before, in Russian.
    pub notes: Vec<String>,
}

/// One copy: it was read back from its carrier and is whole, or it is not there.
#[derive(Debug)]
pub struct Copied {
    /// The carrier's id.
    pub carrier: String,
    /// The bag's folder on it.
    pub folder: PathBuf,
    /// Whether it was read back whole; if not, why.
    pub outcome: Result<()>,
}

/// Makes the archive. The error means that no carrier has it.
pub fn create(plan: &Plan<'_>, progress: &dyn Progress) -> Result<Created> {
    let recipients = plan.check()?;
    let notes = prepare(plan, &recipients, progress)?;
    let roots: Vec<PathBuf> = plan.carriers.iter().map(|carrier| carrier.bag(plan.name).root().to_owned()).collect();
    let written = write(plan, &recipients, &roots, progress).and_then(|(mut bag, mut outcomes)| {
        recovery::add(plan, &roots, &mut bag, &mut outcomes, progress)?;
        Ok((bag, outcomes))
    });
    let (bag, outcomes) = match written {
        Ok(written) => written,
        Err(error) => {
            give_up(&roots);
            return Err(error);
        }
    };
    let copies = finish::finish(plan, &roots, outcomes, &bag, progress);
    if copies.iter().all(|copy| copy.outcome.is_err()) {
        let first = copies.into_iter().find_map(|copy| copy.outcome.err());
        return Err(first.unwrap_or_else(|| {
            Error::input("не указано ни одного носителя").next_by("укажите его", Action::Give(Detail::Carrier))
        }));
    }
    Ok(Created {
        name: plan.name.to_owned(),
        code: bag.code().to_string(),
        payload: bag.payload,
        files: bag.files.len() as u64,
        bytes: bag.files.iter().map(|file| file.bytes).sum(),
        copies,
        notes,
    })
}

/// A bag as it was written, before its carriers are asked what they kept.
struct Bag {
    /// Every file, `bagit.txt` and the signature among them.
    files: Vec<Written>,
    payload: Oxum,
    tagmanifest: String,
    signature: String,
}

impl Bag {
    fn code(&self) -> Sum {
        Sum::of(self.tagmanifest.as_bytes())
    }
}

impl Plan<'_> {
    fn check(&self) -> Result<Vec<age::x25519::Recipient>> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || self.name.len() > 60 || !self.name.bytes().all(plain) {
            return Err(Error::input(format!("недопустимое имя архива «{}»", self.name))
                .next("нужны строчные латинские буквы, цифры и «-»"));
        }
        if self.signers.login_of(self.signer.public().key()).is_none() {
            return Err(Error::refused("ваш ключ не вправе подписывать архивы (§5.5.2)")
                .next("архив создаёт заместитель директора или директор своим ключом"));
        }
        if self.recipients.is_empty() {
            return Err(Error::input("не указано, кто сможет открыть архив").next("внесите ключи директора и завуча"));
        }
        let parse = |text: &String| {
            text.parse().map_err(|_| {
                Error::input(format!("«{text}» — не получатель age")).next_by("внесите ключ заново", Action::EnrollKey)
            })
        };
        self.recipients.iter().map(parse).collect()
    }
}

/// Clears up after a killed run, then makes sure that the archive will fit and makes its folders.
fn prepare(plan: &Plan<'_>, recipients: &[age::x25519::Recipient], progress: &dyn Progress) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    for carrier in plan.carriers {
        let (state, note) = settle(carrier, plan.name, progress)?;
        notes.extend(note);
        if state != State::Absent {
            let there = carrier.bag(plan.name).root().display().to_string();
            return Err(Error::refused(format!("архив «{there}» уже есть, он не перезаписывается"))
                .next_by("проверьте его", Action::VerifyArchive)
                .then("или создайте новый под другим именем"));
        }
    }
    room::fits(plan, recipients, progress)?;
    for carrier in plan.carriers {
        let data = carrier.bag(plan.name).root().join(DATA);
        files::make_folders(&data, Readers::All).map_err(|cause| Error::file("создать папку", &data, &cause))?;
    }
    Ok(notes)
}

/// When the archive is made, as its packages say it.
fn moment(plan: &Plan<'_>) -> Result<chrono::NaiveDateTime> {
    let read = chrono::DateTime::parse_from_rfc3339(&plan.facts.created).map(|moment| moment.naive_local());
    read.map_err(|_| {
        Error::input(format!("время архива «{}» записано неверно", plan.facts.created)).next("сообщите разработчикам")
    })
}

/// The tag files before the last list, in the order in which they are written: a list beside an empty `bag-info.txt` would be
/// taken for a stranger's bag if the run was killed there.
const WRITTEN: [&str; 3] = [INFO, MANIFEST, ALLOWED_SIGNERS];

/// Writes everything up to the seal, and tells of each carrier whether it kept up.
fn write(
    plan: &Plan<'_>,
    recipients: &[age::x25519::Recipient],
    roots: &[PathBuf],
    progress: &dyn Progress,
) -> Result<(Bag, Vec<Result<()>>)> {
    let bytes = plan.packages.iter().map(Package::content_bytes).sum::<Result<u64>>()?;
    progress.begin("запись архива", bytes);
    let mut targets = Targets::new(roots);
    let mut files = Vec::new();
    let mut packer = Packer::new(plan.packages, recipients, moment(plan)?, progress);
    while let Some(stream) =
        packer.write_next(|package| targets.stream(&package.path(), package.size_bound()?, FAT32_LIMIT))?
    {
        files.extend(stream.finish()?);
    }
    let payload = Oxum { bytes: files.iter().map(|file| file.bytes).sum(), files: files.len() as u64 };
    let info = plan.facts.to_info(plan.name, payload).to_string();
    let mut tags = vec![written(BAGIT, BAGIT_TEXT.as_bytes())];
    for (name, text) in WRITTEN.into_iter().zip([info, listing(&files), plan.signers.to_string()]) {
        tags.push(targets.write(&tag(name), text.as_bytes())?);
    }
    let tagmanifest = listing(&tags);
    tags.push(targets.write(&tag(TAGMANIFEST), tagmanifest.as_bytes())?);
    files.append(&mut tags);
    let signature = signature::sign(plan.signer, tagmanifest.as_bytes())?;
    files.push(written(super::bag::SIGNATURE, signature.as_bytes()));
    Ok((Bag { files, payload, tagmanifest, signature }, targets.finish()))
}

fn tag(name: &str) -> BagPath {
    BagPath::new(name).expect("the names of tag files are plain")
}

/// A tag file that is written whole.
fn written(name: &str, content: &[u8]) -> Written {
    Written { path: tag(name), sum: Sum::of(content), bytes: content.len() as u64 }
}

fn listing(files: &[Written]) -> String {
    let mut manifest = Manifest::default();
    files.iter().for_each(|file| manifest.insert(file.path.clone(), file.sum));
    manifest.to_string()
}

/// Removes what this run began. A carrier that is gone keeps its unfinished folder, which the next run removes.
fn give_up(roots: &[PathBuf]) {
    for root in roots.iter().filter(|root| files::is_there(root)) {
        let _ = remove_bag(root);
    }
}

#[cfg(test)]
mod tests;
