//! Taking an archive apart again: packages opened with a key, every member held against its sums, and written into a
//! folder on this machine. The carrier is only read.
//!
//! Sums and signature are checked first, and the anchors that are given ([`super::anchor`]). A damaged package is not taken
//! out, since `repair` brings it back; whole ones can be, whatever other package is damaged. A seal that is broken, or one
//! that an anchor contradicts, stops it: what lies under it may be anybody's. Whoever has nothing else may insist.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::anchor::Anchor;
use super::bag::{BagPath, DATA, Facts, Folder, RECOVERY, total};
use super::carrier;
use super::dated;
use super::export::{DATABASE, JOURNAL, LEDGER};
use super::package::{Member, OpenPackage, group};
use super::progress::Progress;
use super::report::{Finding, Report, Severity, Verdict};
use super::verify::{Contents, DeepCheck, PackageMember, Request, verify};
use crate::device::free_space;
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Readers};
use crate::ledger::identity::Identity;
use crate::school::ClassName;

/// The package of the documents that concern the whole school.
const REGISTERS: &str = "registers";

/// The folder of printed documents in a restored archive.
pub const PRINT: &str = "print";

/// The blocks of common disks: every file takes whole ones.
const BLOCK: u64 = 4096;

/// Room for the folders, and for what SQLite keeps beside the journal while it is proved.
const SLACK: u64 = 4 * 1024 * 1024;

/// What is wanted.
pub struct Wish<'a> {
    /// The folder of the bag.
    pub bag: &'a Path,
    /// Who opens it.
    pub identity: &'a Identity,
    /// Names of packages or of classes; all packages where there is none.
    pub only: &'a [String],
    /// Where to: a folder that is not there yet, or is empty.
    pub to: &'a Path,
    /// Judges the journal that comes out.
    pub check: DeepCheck<'a>,
    /// What is trusted already; every one of them must fit.
    pub anchors: &'a [Anchor<'a>],
    /// Whether it is taken out though its seal is broken or an anchor contradicts it.
    pub despite_seal: bool,
}

/// What was taken out.
#[derive(Debug)]
pub struct Restored {
    /// The archive's name.
    pub name: String,
    /// What the archive says of itself.
    pub facts: Facts,
    /// The journal, where its package was among those wanted: it passed its check.
    pub journal: Option<PathBuf>,
    /// Files by package.
    pub packages: BTreeMap<String, usize>,
    /// Bytes of all files.
    pub bytes: u64,
    /// What is damaged in packages that were not wanted.
    pub notes: Vec<String>,
    /// The archive's code, to be compared with its act; nothing where its list does not read.
    pub code: Option<String>,
    /// Fingerprint of the key that sealed it; nothing where no signature holds.
    pub signer: Option<String>,
    /// The anchors that vouch for its author, in Russian; none where nobody does.
    pub vouched: Vec<String>,
    /// What is wrong with its seal, where it was taken out all the same.
    pub despite: Vec<String>,
}

/// Takes an archive, or parts of it, out into a folder.
///
/// # Errors
/// An archive that is no archive or a forgery; a package that is damaged or not for this key; a journal that does not
/// pass its check. Then nothing stays in the folder.
pub fn restore(wish: &Wish<'_>, progress: &dyn Progress) -> Result<Restored> {
    let folder = Folder::new(wish.bag);
    let report = verify(wish.bag, &Request { anchors: wish.anchors, ..Request::default() }, progress)?;
    let facts = facts_of(&report)?;
    let despite = broken_seal(&report);
    if !despite.is_empty() && !wish.despite_seal {
        return Err(not_to_be_trusted(&report, &despite));
    }
    let packages = group(folder.own_files().keys());
    let wanted = choose(&packages, wish.only)?;
    let mut notes = Vec::new();
    for fault in report.faults() {
        let concerns = wanted.iter().find(|name| packages[**name].iter().any(|part| part.as_str() == fault.path));
        if let Some(name) = concerns {
            return Err(Error::damaged(format!("пакет «{name}» повреждён: {fault}"))
                .next_by("сначала исправьте архив", Action::RepairArchive { bag: None }));
        }
        if !is_of_seal(fault) {
            notes.push(fault.to_string());
        }
    }
    off_the_carrier(wish)?;
    has_room(wish, &folder, &packages, &wanted)?;
    make_folder(wish.to)?;
    let taken = take(wish, &folder, &facts, &packages, &wanted, progress);
    match taken {
        Ok((journal, files, bytes)) => {
            let vouched = match report.verdict {
                Verdict::Genuine { by, .. } => by,
                _ => Vec::new(),
            };
            let Report { name, code, signer, .. } = report;
            Ok(Restored { name, facts, journal, packages: files, bytes, notes, code, signer, vouched, despite })
        }
        Err(error) => {
            let _ = files::remove_folder(wish.to);
            Err(error)
        }
    }
}

/// What the archive says of itself, where it is one.
fn facts_of(report: &Report) -> Result<Facts> {
    if report.is_foreign() {
        return Err(Error::input(format!("«{}» — не архив Летописи, а другой пакет BagIt", report.name))
            .next("его файлы лежат в папке data открыто: извлекать нечего"));
    }
    if matches!(report.verdict, Verdict::Unfinished) {
        let why: Vec<String> = report.faults().map(ToString::to_string).collect();
        let name = report.name.clone();
        let (thing, again) = match dated::day_of(&name) {
            Some(_) => ("копия дня", ("следующая копия дня туда же закончит или уберёт эту", Action::MakeBackup)),
            None => {
                let action = Action::CompleteArchive { name: Some(name.clone()) };
                ("архив", ("или запишите эту снова с другого носителя", action))
            }
        };
        let what = format!("{thing} «{name}»: запись не завершена: {}; извлекать из неё нельзя", why.join("; "));
        let (words, action) = again;
        return Err(Error::damaged(what).next("возьмите другую копию").then_by(words, action));
    }
    report.facts.clone().ok_or_else(|| {
        Error::damaged(format!("архив «{}»: bag-info.txt не читается", report.name))
            .next_by("сначала исправьте архив", Action::RepairArchive { bag: None })
    })
}

/// Whether a fault is one of the seal: of the signature or of what lies under it, and not of a package or of recovery data.
fn is_of_seal(fault: &Finding) -> bool {
    let is_in = |folder: &str| fault.path == folder || fault.path.starts_with(&format!("{folder}/"));
    fault.severity == Severity::Forgery || !(is_in(DATA) || is_in(RECOVERY))
}

/// What is wrong with the seal.
fn broken_seal(report: &Report) -> Vec<String> {
    report.faults().filter(|fault| is_of_seal(fault)).map(ToString::to_string).collect()
}

fn not_to_be_trusted(report: &Report, why: &[String]) -> Error {
    let forged = report.faults().any(|fault| fault.severity == Severity::Forgery);
    let what = if forged { "не подлинен" } else { "под нарушенной печатью" };
    let error = Error::damaged(format!("архив «{}» {what}: {}", report.name, why.join("; ")));
    let error = match forged {
        true => error.next("возьмите другую копию, а об этой сообщите директору"),
        false => error
            .next_by("сначала исправьте архив", Action::RepairArchive { bag: None })
            .then("или возьмите другую копию"),
    };
    error.then_by("если другой нет, а за содержание вы отвечаете сами", Action::Give(Detail::DespiteSeal))
}

/// The names of the packages that are wanted.
fn choose<'p>(packages: &'p BTreeMap<String, Vec<BagPath>>, only: &[String]) -> Result<Vec<&'p str>> {
    if only.is_empty() {
        return Ok(packages.keys().map(String::as_str).collect());
    }
    let known = || packages.keys().cloned().collect::<Vec<_>>().join(", ");
    // Named twice, it is meant once.
    let wanted: Result<std::collections::BTreeSet<&str>> = only
        .iter()
        .map(|wanted| {
            let class = ClassName::parse(wanted).map(|class| format!("class-{}", class.ascii()));
            let word = match wanted.to_lowercase().as_str() {
                "журнал" => DATABASE.to_owned(),
                "реестры" => REGISTERS.to_owned(),
                other => other.to_owned(),
            };
            let mut names = class.into_iter().chain([word]);
            let found = names.find_map(|name| packages.get_key_value(&name));
            found.map(|(name, _)| name.as_str()).ok_or_else(|| {
                Error::input(format!("в архиве нет пакета «{wanted}»"))
                    .next(format!("укажите класс или имя: {}", known()))
            })
        })
        .collect();
    Ok(wanted?.into_iter().collect())
}

/// Nothing is taken out onto the carrier: there it would lie open beside what is encrypted (§5.5.4).
fn off_the_carrier(wish: &Wish<'_>) -> Result<()> {
    let to = std::path::absolute(wish.to).map_err(|cause| Error::file("открыть", wish.to, &cause))?;
    // The folder itself may not be there yet.
    let real = to.ancestors().find_map(|folder| folder.canonicalize().ok()).unwrap_or(to);
    let root = carrier::root_of(wish.bag)?;
    if real.starts_with(&root) {
        return Err(Error::input(format!("«{}» лежит на носителе «{}»", wish.to.display(), root.display())).next_by(
            "извлечённое не зашифровано, на носителе ему не место: укажите папку на этом компьютере",
            Action::Give(Detail::Folder),
        ));
    }
    Ok(())
}

/// Makes sure that what is wanted fits on the disk, before any of it is written.
fn has_room(
    wish: &Wish<'_>,
    folder: &Folder,
    packages: &BTreeMap<String, Vec<BagPath>>,
    wanted: &[&str],
) -> Result<()> {
    let there = wish.to.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let Some(free) = free_space(there)? else { return Ok(()) };
    let mut needed = SLACK;
    for name in wanted {
        let package =
            OpenPackage::open(folder, &packages[*name], wish.identity).map_err(|why| not_opened(name, why))?;
        needed = needed.saturating_add(package.unpacked(BLOCK));
    }
    if free >= needed {
        return Ok(());
    }
    let (free, needed, disk) = (free >> 20, (needed >> 20) + 1, there.display());
    Err(Error::environment(format!(
        "на диске, где «{disk}», свободно {free} МиБ, а извлечённое займёт до {needed} МиБ"
    ))
    .next("освободите место или выберите другой диск")
    .then_by("или возьмите из архива не всё", Action::Give(Detail::OnlySome)))
}

fn not_opened(package: &str, why: String) -> Error {
    Error::damaged(format!("пакет «{package}»: {why}"))
        .next("нужен ключ директора, завуча или ключ восстановления, для которого архив зашифрован")
}

/// Makes a folder for what was encrypted, or takes an empty one.
///
/// # Errors
/// One that is not empty, or cannot be made.
pub fn make_folder(to: &Path) -> Result<()> {
    if files::is_there(to) && files::list(to).map_or(true, |there| !there.is_empty()) {
        return Err(Error::input(format!("«{}» уже есть и не пуста", to.display()))
            .next_by("укажите новую папку", Action::Give(Detail::Folder)));
    }
    private_folder(to)
}

/// Makes a folder that only its owner may enter: what is in it was encrypted for a reason.
fn private_folder(path: &Path) -> Result<()> {
    files::make_folders(path, Readers::Owner).map_err(|cause| Error::file("создать папку", path, &cause))
}

type Taken = (Option<PathBuf>, BTreeMap<String, usize>, u64);

fn take(
    wish: &Wish<'_>,
    folder: &Folder,
    facts: &Facts,
    packages: &BTreeMap<String, Vec<BagPath>>,
    wanted: &[&str],
    progress: &dyn Progress,
) -> Result<Taken> {
    progress.begin("извлечение", 0);
    let mut members = Vec::new();
    for name in wanted {
        let into = if *name == DATABASE { wish.to.to_owned() } else { wish.to.join(PRINT).join(name) };
        for member in take_package(folder, name, &packages[*name], wish.identity, &into, progress)? {
            members.push(PackageMember { package: (*name).to_owned(), member });
        }
    }
    let mut files = BTreeMap::new();
    members.iter().for_each(|member| *files.entry(member.package.clone()).or_default() += 1);
    let bytes = total(members.iter().map(|member| member.member.bytes));
    if !wanted.contains(&DATABASE) {
        return Ok((None, files, bytes));
    }
    progress.begin("проверка журнала", 0);
    let (journal, ledger) = (wish.to.join(JOURNAL), wish.to.join(LEDGER));
    let complete = wanted.len() == packages.len();
    let findings = (wish.check)(&Contents { facts, journal: &journal, ledger: &ledger, members: &members, complete })?;
    let faults: Vec<&Finding> = findings.iter().filter(|finding| finding.is_fault()).collect();
    if let Some(first) = faults.first() {
        return Err(Error::damaged(format!("журнал из архива не прошёл проверку: {first} (всего: {})", faults.len()))
            .next_by("проверьте архив", Action::VerifyContent)
            .then("возьмите другую копию"));
    }
    Ok((Some(journal), files, bytes))
}

/// Takes a package out, member by member.
fn take_package(
    folder: &Folder,
    name: &str,
    parts: &[BagPath],
    identity: &Identity,
    into: &Path,
    progress: &dyn Progress,
) -> Result<Vec<Member>> {
    let damaged = |why: String| not_opened(name, why);
    let mut package = OpenPackage::open(folder, parts, identity).map_err(damaged)?;
    let (members, faults) = package.check(progress);
    if let Some(fault) = faults.into_iter().next() {
        return Err(damaged(fault));
    }
    for member in &members {
        let path = member.path.under(into);
        path.parent().map_or(Ok(()), private_folder)?;
        let failed = |cause: std::io::Error| Error::file("записать", &path, &cause);
        let mut file = files::create(&path, Readers::Owner).map_err(failed)?;
        let sum = package.extract(member.path.as_str(), &mut file).map_err(failed)?.map_err(damaged)?;
        file.sync_all().map_err(failed)?;
        if sum != member.sum {
            return Err(damaged(format!("«{}» читается каждый раз иначе", member.path)));
        }
    }
    Ok(members)
}
