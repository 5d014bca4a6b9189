//! Archives verified where they lie, each alone and all together, and what the journal learns of it. Neither a journal nor a
//! key is needed; nothing is written to a carrier.

use super::judge;
use super::trust::Witness;
use crate::archive::anchor::{Anchor, Code};
use crate::archive::bag::Folder;
use crate::archive::carrier::{self, Card, Carrier, locate};
use crate::archive::progress::Progress;
use crate::archive::report::{Depth, Finding, Report, Severity, Verdict};
use crate::archive::sum::Sum;
use crate::archive::verify::{Content, Request, Together, verify as verify_bag, vouch_back};
use crate::error::{Action, Error, Next, Result};
use crate::journal::entry::{ArchiveVerified, VerifiedAs, VerifiedDepth};
use crate::journal::read::{self, Loss, Tables};
use crate::journal::{Author, Journal, Proven, Recorded};
use crate::ledger::identity::Identity;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What is to be verified, and by what.
pub struct Verification<'a> {
    /// Carriers, or folders of archives.
    pub paths: &'a [PathBuf],
    /// Whether only the lists and the signature under them are looked at, and no file is read.
    pub quick: bool,
    /// A key that opens the archives, where their content is verified too.
    pub opener: Option<&'a Identity>,
    /// What the checker trusts, as said by him: the fingerprint of who signed, a bag that was checked before.
    pub anchors: Vec<Anchor<'a>>,
    /// The code of one archive, from its act.
    pub code: Option<Code>,
    /// The proven journal that the archives are held against.
    pub journal: Option<&'a Proven>,
    /// A folder for what lies in the clear for a while.
    pub scratch: &'a Path,
}

/// What was found under one path.
#[derive(Debug)]
pub struct Checked {
    /// The path, as it was named.
    pub path: PathBuf,
    /// Which carrier it says it is.
    pub card: Option<Card>,
    /// Faults of the carrier's own files, where the path is a carrier's.
    pub own: Option<Vec<Finding>>,
    /// Archives of which a copy lies on the carrier by the journal, and none is there.
    pub gone: Vec<String>,
    /// Its archives.
    pub reports: Vec<(PathBuf, Report)>,
    /// What could not be looked at at all: the path itself, or an archive on it.
    pub failed: Vec<Error>,
}

/// What was found under all of them.
#[derive(Debug)]
pub struct Checks {
    /// Path by path, as they were named.
    pub checked: Vec<Checked>,
    /// How the archives hang together.
    pub together: Together,
    /// Whether it was only a look at the lists, which is no verification.
    quick: bool,
}

impl Checks {
    /// Exit status of the worst that was found: 0 where all is whole, 2 where something could not be looked at.
    pub fn exit_status(&self) -> u8 {
        let worst = self.checked.iter().map(Checked::exit_status).max().unwrap_or_default();
        worst.max(u8::from(self.together.contradict()))
    }
}

impl Checked {
    fn exit_status(&self) -> u8 {
        let own = u8::from(self.own.iter().flatten().any(|finding| finding.severity >= Severity::Damage));
        let own = self.failed.iter().map(Error::exit_status).max().unwrap_or_default().max(own);
        self.reports.iter().map(|(_, report)| report.verdict.exit_status()).max().unwrap_or_default().max(own)
    }

    /// Whether it is not clear which carrier it is.
    fn is_doubted(&self) -> bool {
        self.own.iter().flatten().any(|finding| finding.path == carrier::CARD)
    }
}

/// Said of a carrier with several archives where the code is none of theirs.
const NOT_HERE: &str =
    "архива с кодом из акта на этом носителе нет: возьмите носитель, названный в акте, и проверьте, тот ли это акт";

/// Refuses a path that is given twice: two copies are two.
///
/// # Errors
/// Such a path.
pub fn each_once(paths: &[PathBuf]) -> Result<()> {
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in paths {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if seen.contains(&real) {
            return Err(Error::input(format!("«{}» указан дважды", path.display()))
                .next("укажите два разных носителя: одна и та же копия сама себя не подтверждает"));
        }
        seen.push(real);
    }
    Ok(())
}

/// Verifies every archive under every path.
///
/// # Errors
/// One path that cannot be looked at at all; of several, each is told of. Damage is found, and no error.
pub fn verify(wish: &Verification<'_>, progress: &dyn Progress) -> Result<Checks> {
    let witness = wish.journal.map(Witness);
    let mut anchors: Vec<Anchor<'_>> = wish.anchors.to_vec();
    anchors.extend(witness.as_ref().map(|witness| Anchor::Journal(witness)));
    anchors.extend(wish.code.clone().map(Anchor::Expect));
    let content = |identity| Content { identity, scratch: wish.scratch, check: &judge::check };
    let request = Request { anchors: &anchors, content: wish.opener.map(content), unread: wish.quick };
    let mut checked = Vec::new();
    for path in wish.paths {
        if let Err(error) = one(path, (wish.code.as_ref(), wish.journal), &request, &mut checked, progress) {
            if wish.paths.len() == 1 {
                return Err(error);
            }
            let (path, failed) = (path.clone(), vec![error]);
            checked.push(Checked { path, card: None, own: None, gone: Vec::new(), reports: Vec::new(), failed });
        }
    }
    vouch_back(&mut checked.iter_mut().flat_map(|c| &mut c.reports).map(|(_, report)| report).collect::<Vec<_>>());
    let reports = checked.iter().flat_map(|checked| &checked.reports);
    let together = Together::of(reports.map(|(bag, report)| (bag.as_path(), report)));
    Ok(Checks { checked, together, quick: wish.quick })
}

/// Verifies what lies under one path, beside those that were verified before it.
fn one(
    path: &Path,
    (code, journal): (Option<&Code>, Option<&Proven>),
    request: &Request<'_>,
    all: &mut Vec<Checked>,
    progress: &dyn Progress,
) -> Result<()> {
    let found = locate(&crate::files::named(path)?)?;
    let own = found.carrier.as_deref().map(carrier::check).unwrap_or_default();
    let bags: Vec<&PathBuf> = found.bags.iter().chain(&found.unfinished).collect();
    if bags.is_empty() {
        let next = match found.carrier {
            Some(_) => Next::by(
                "если копия на этом носителе была и пропала, запишите её снова с другого",
                Action::CompleteArchive { name: None },
            ),
            None => match carrier::emptied(path) {
                Some(name) => Next::by(
                    "если копия в этой папке была и пропала, запишите её снова с другого носителя",
                    Action::CompleteArchive { name: Some(name) },
                ),
                None => Next::new("укажите носитель или папку архива на нём"),
            },
        };
        return Err(Error::input(format!("в «{}» нет архива", path.display())).next(next));
    }
    let mut own = found.carrier.is_some().then_some(own);
    let (bags, is_here) = expected(code, bags)?;
    // A code that is none of several archives' says nothing against any one of them.
    let mut request = *request;
    if let (false, [others @ .., Anchor::Expect(_)]) = (is_here, request.anchors) {
        request.anchors = others;
        own.get_or_insert_default().push(Finding::forgery("", NOT_HERE));
    }
    let card = found.carrier.as_deref().and_then(carrier::card_in);
    let mut missing = Vec::new();
    if let (Some(journal), Some(card), None) = (journal, &card, code) {
        let here: Vec<String> = found.bags.iter().chain(&found.unfinished).filter_map(|bag| name_of(bag)).collect();
        missing = gone(&journal.tables()?, card, &here)?;
        own.get_or_insert_default().extend(missing.iter().map(|name| not_there(name, &card.label)));
    }
    let twin = all.iter_mut().find(|other: &&mut Checked| card.is_some() && id_of(&other.card) == id_of(&card));
    if let Some(twin) = twin {
        own.get_or_insert_default().push(same_number(&twin.path));
        twin.own.get_or_insert_default().push(same_number(path));
    }
    let (mut reports, mut failed) = (Vec::new(), Vec::new());
    for bag in bags {
        match verify_bag(bag, &request, progress) {
            Ok(report) => reports.push((bag.clone(), report)),
            Err(error) => failed.push(error.at(format!("архив «{}»", bag.display()))),
        }
    }
    if reports.is_empty() && failed.len() == 1 {
        failed.pop().map_or(Ok(()), Err)?;
    }
    all.push(Checked { path: path.to_owned(), card, own, gone: missing, reports, failed });
    Ok(())
}

fn name_of(bag: &Path) -> Option<String> {
    bag.file_name().and_then(|name| name.to_str()).map(str::to_owned)
}

/// That a copy which the journal knows on a carrier is not there.
fn not_there(archive: &str, label: &str) -> Finding {
    let what = format!(
        "по журналу на носителе «{label}» лежит копия этого архива, а её нет: запишите её снова с другого носителя"
    );
    Finding::damage(archive, what)
}

/// The archives of which a copy lies on a carrier by the journal, and none is there.
fn gone(tables: &Tables, card: &Card, here: &[String]) -> Result<Vec<String>> {
    let mut gone = Vec::new();
    if read::carrier(tables, &card.id)?.is_some_and(|carrier| carrier.loss.is_none()) {
        for name in read::archives(tables)? {
            if !here.contains(&name) && read::copy_on(tables, &name, &card.id)?.is_some() {
                gone.push(name);
            }
        }
    }
    Ok(gone)
}

/// A code is one archive's: where it names one of several, only that one is meant. Gives those that are meant, and
/// whether it may be one of them: `false` where it fits none of several.
///
/// # Errors
/// A code that fits none and was plainly mistyped.
fn expected<'b>(code: Option<&Code>, bags: Vec<&'b PathBuf>) -> Result<(Vec<&'b PathBuf>, bool)> {
    let Some(code) = code else { return Ok((bags, true)) };
    let codes: Vec<_> = bags.iter().map(|bag| Folder::new(bag).code().ok()).collect();
    let fits = |found: &Option<Sum>| found.as_ref().is_some_and(|found| code.fits(found));
    let named: Vec<&PathBuf> = bags.iter().zip(&codes).filter(|(_, found)| fits(found)).map(|(bag, _)| *bag).collect();
    if !named.is_empty() {
        return Ok((named, true));
    }
    codes.iter().flatten().try_for_each(|found| code.no_slip(found))?;
    let may_be = bags.len() == 1;
    Ok((bags, may_be))
}

fn id_of(card: &Option<Card>) -> Option<&str> {
    card.as_ref().map(|card| card.id.as_str())
}

/// Two sticks that say they are the same one.
fn same_number(other: &Path) -> Finding {
    let other = other.display();
    Finding::damage(
        carrier::CARD,
        format!(
            "номер тот же, что на «{other}»: один из носителей — не тот, за который себя выдаёт; на нём удалите этот файл"
        ),
    )
}

/// What became of a verification in the journal.
#[derive(Debug)]
pub enum Entered {
    /// It was only a look at the lists.
    NoVerification,
    /// The journal cannot be written.
    ReadOnly,
    /// The key is not one of the journal's: it may open archives, and signs nothing.
    Stranger,
    /// An entry an archive of this journal.
    Done {
        /// Names of the archives.
        archives: Vec<String>,
        /// What should be looked at.
        doubts: Vec<Doubt>,
    },
}

/// Why a copy that was verified does not count.
#[derive(Debug)]
pub enum Doubt {
    /// It is not clear which carrier lies at this path: nothing is recorded of it.
    WhichCarrier(PathBuf),
    /// The carrier of this label is lost or retired by the journal.
    Gone(String, Loss),
}

/// Enters a verification by the staff into the journal: an entry a copy.
///
/// # Errors
/// A key that was revoked; an author who may not.
pub fn enter(journal: &mut Journal, author: Author<'_>, checks: &Checks) -> Result<Entered> {
    if checks.quick {
        return Ok(Entered::NoVerification);
    }
    if journal.is_read_only() {
        return Ok(Entered::ReadOnly);
    }
    if read::key(journal.tables(), &author.fingerprint())?.is_none() {
        return Ok(Entered::Stranger);
    }
    let (doubted, known): (Vec<_>, Vec<_>) = checks.checked.iter().partition(|checked| checked.is_doubted());
    let mut doubts: Vec<Doubt> = doubted.into_iter().map(|checked| Doubt::WhichCarrier(checked.path.clone())).collect();
    for card in checks.checked.iter().filter_map(|checked| checked.card.as_ref()) {
        let loss = read::carrier(journal.tables(), &card.id)?.and_then(|carrier| carrier.loss);
        doubts.extend(loss.map(|loss| Doubt::Gone(card.label.clone(), loss)));
    }
    let mut archives = Vec::new();
    for (bag, report) in known.into_iter().flat_map(|checked| &checked.reports) {
        if record_verification(journal, author, bag, report)?.is_some() {
            archives.push(report.name.clone());
        }
    }
    for checked in checks.checked.iter().filter(|checked| !checked.is_doubted()) {
        archives.extend(record_gone(journal, author, checked)?);
    }
    Ok(Entered::Done { archives, doubts })
}

/// Records of each copy that should lie on a carrier, and does not, that it is no copy any more.
fn record_gone(journal: &mut Journal, author: Author<'_>, checked: &Checked) -> Result<Vec<String>> {
    let Some(card) = &checked.card else { return Ok(Vec::new()) };
    let here: Vec<String> = checked.reports.iter().filter_map(|(bag, _)| name_of(bag)).collect();
    let mut gone = gone(journal.tables(), card, &here)?;
    gone.retain(|name| checked.gone.contains(name));
    for archive in &gone {
        let verified = ArchiveVerified {
            archive: archive.clone(),
            carrier: card.id.clone(),
            depth: VerifiedDepth::List,
            result: VerifiedAs::Damaged,
            damaged: None,
            healable: Some(false),
        };
        journal.record(author, verified)?;
    }
    Ok(gone)
}

/// Records a verification of one of the journal's own archives; of another's there is nothing to record.
///
/// # Errors
/// An author who may not.
pub(in crate::work) fn record_verification(
    journal: &mut Journal,
    author: Author<'_>,
    bag: &Path,
    report: &Report,
) -> Result<Option<Recorded>> {
    if read::archive(journal.tables(), &report.name)?.is_none() {
        return Ok(None);
    }
    let verified = ArchiveVerified {
        archive: report.name.clone(),
        carrier: carrier_of(bag),
        depth: depth_of(report.depth),
        result: verdict_of(&report.verdict),
        damaged: damaged_files(report),
        healable: report.healing.map(|healing| healing.suffices()),
    };
    journal.record(author, verified).map(Some)
}

/// How deep a verification went, as the ledger says it.
pub(in crate::work) fn depth_of(depth: Depth) -> VerifiedDepth {
    match depth {
        Depth::Nothing | Depth::List => VerifiedDepth::List,
        Depth::Sums => VerifiedDepth::Sums,
        Depth::Signature => VerifiedDepth::Signature,
        Depth::Content => VerifiedDepth::Content,
    }
}

/// A verdict, as the ledger says it.
pub(in crate::work) fn verdict_of(verdict: &Verdict) -> VerifiedAs {
    match verdict {
        Verdict::Unfinished => VerifiedAs::Unfinished,
        Verdict::Damaged => VerifiedAs::Damaged,
        Verdict::Forged => VerifiedAs::Forged,
        Verdict::Complete { .. } => VerifiedAs::Complete,
        Verdict::Whole { .. } => VerifiedAs::Whole,
        Verdict::Genuine { .. } => VerifiedAs::Genuine,
        Verdict::Bag { .. } => VerifiedAs::Bag,
        Verdict::BrokenBag { .. } => VerifiedAs::BrokenBag,
    }
}

/// The id of the carrier that a bag lies on, in its folder LETOPIS; empty where it is on none.
pub(super) fn carrier_of(bag: &Path) -> String {
    let carrier = bag.parent().and_then(Path::parent).and_then(|mount| Carrier::open(mount).ok());
    carrier.map(|carrier| carrier.card().id.clone()).unwrap_or_default()
}

/// How many files a report names as damaged or missing, where it names any.
pub(in crate::work) fn damaged_files(report: &Report) -> Option<u64> {
    let paths: HashSet<&str> = report.faults().map(|finding| finding.path.as_str()).filter(|p| !p.is_empty()).collect();
    (!paths.is_empty()).then_some(paths.len() as u64)
}
