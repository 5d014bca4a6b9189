//! Archives made from archives: for new keys, when those who may open them have changed, and of what is kept when the
//! journals are destroyed.
//!
//! What the older archive holds is taken out into a private folder, proved, and written as a new archive that names its
//! source. The older one is left as it is: when it goes, and how, is the school's decision.

use std::path::{Path, PathBuf};

use super::super::Workplace;
use super::fit::{check_carriers, continues};
use super::judge;
use super::make::{Made, What, beside, facts, maker, write};
use crate::archive::bag::{Content, Facts, Folder, Previous};
use crate::archive::carrier::Carrier;
use crate::archive::export::{DATABASE, FORMATS, JOURNAL, LEDGER, SUMMARIES};
use crate::archive::package::{Package, Source, group};
use crate::archive::par2::create::Share;
use crate::archive::progress::{Progress, Quiet};
use crate::archive::restore::{self, PRINT, Restored, restore};
use crate::archive::sum::Sum;
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::files::PrivateFolder;
use crate::journal::read::Tables;
use crate::journal::{Author, Journal, Proven, read};
use crate::ledger::chain::{Tip, hex, parse_hash};
use crate::ledger::identity::Identity;
use crate::print::Form;

/// For how many years sheets of final results are kept (form 9).
const KEPT_YEARS: i32 = 25;

/// What is wanted.
pub struct Derived<'a> {
    /// The bag to take from.
    pub bag: &'a Path,
    /// A key that opens it.
    pub opener: &'a Identity,
    /// Where the two carriers are mounted.
    pub targets: &'a [PathBuf],
    /// Whether targets whose device cannot be told, or that are one device, are put up with.
    pub allow_same_device: bool,
    /// How much recovery data to make.
    pub recovery: Share,
}

/// Makes the archive anew for the keys that are in force now.
///
/// # Errors
/// As [`super::create`]; an archive of another journal, or one that the key does not open.
pub fn rekey(place: &mut Workplace<'_>, wish: &Derived<'_>, progress: &dyn Progress) -> Result<Made> {
    let (author, journal) = (place.author, &mut *place.journal);
    let proven = journal.prove(&mut |_| {})?;
    let derivation = Derivation::begin(proven, author, wish, &[], progress)?;
    let packages = derivation.all_packages()?;
    let base = derivation.restored.name.clone();
    let stem = base.rsplit_once("-r").filter(|(_, n)| n.bytes().all(|b| b.is_ascii_digit())).map_or(&*base, |(s, _)| s);
    let name = free_name(&derivation.proven, &derivation.carriers, |number| format!("{stem}-r{number}"))?;
    derivation.write(journal, author, &name, None, &packages, progress)
}

/// Makes the archive of the sheets of final results alone, which stays when the journals are destroyed (§5.2).
///
/// # Errors
/// As [`rekey`]; an archive without such sheets, or with one that the journal did not issue.
pub fn extract_summaries(place: &mut Workplace<'_>, wish: &Derived<'_>, progress: &dyn Progress) -> Result<Made> {
    let (author, journal) = (place.author, &mut *place.journal);
    let own = Folder::new(wish.bag).own_files();
    let classes: Vec<String> = group(own.keys()).into_keys().filter(|name| name != DATABASE).collect();
    let proven = journal.prove(&mut |_| {})?;
    let derivation = Derivation::begin(proven, author, wish, &classes, progress)?;
    let packages = [derivation.summary_package()?];
    let school = read::school(&derivation.proven.tables()?)?;
    let year = school.year.name.replace('/', "-");
    let name = free_name(&derivation.proven, &derivation.carriers, |number| match number {
        1 => format!("{year}-summaries"),
        _ => format!("{year}-summaries-{number}"),
    })?;
    let until = chrono::Datelike::year(&school.year.ends) + KEPT_YEARS;
    let period = format!("Сводные ведомости итоговой успешности; хранить до конца {until} года");
    derivation.write(journal, author, &name, Some(period), &packages, progress)
}

/// An archive that was taken out, and where its successor goes.
struct Derivation {
    proven: Proven,
    login: String,
    carriers: Vec<Carrier>,
    notes: Vec<Warning>,
    restored: Restored,
    source: Previous,
    folder: PathBuf,
    recovery: Share,
    /// Keeps what was taken out until it is written.
    _scratch: PrivateFolder,
}

impl Derivation {
    fn begin(
        proven: Proven,
        author: Author<'_>,
        wish: &Derived<'_>,
        only: &[String],
        progress: &dyn Progress,
    ) -> Result<Self> {
        let tables = proven.tables()?;
        let login = maker(&tables, author)?;
        let carriers = wish.targets.iter().map(|mount| Carrier::open(mount)).collect::<Result<Vec<_>>>()?;
        let notes = check_carriers(&tables, proven.path(), &carriers, wish.targets, wish.allow_same_device)?;
        continues(&proven, &carriers)?;
        let scratch = PrivateFolder::alone(&beside(&proven, "archive-tmp"))?;
        let folder = scratch.path().join("open");
        let taken = restore::Wish {
            bag: wish.bag,
            identity: wish.opener,
            only,
            to: &folder,
            check: &judge::check,
            anchors: &[],
            despite_seal: false,
        };
        let restored = restore(&taken, progress)?;
        let code = Folder::new(wish.bag).code().map_err(|cause| Error::file("прочитать", wish.bag, &cause))?;
        let source = Previous { name: restored.name.clone(), code: code.to_string() };
        is_of(&proven, &restored.facts, &source)?;
        Ok(Self {
            proven,
            login,
            carriers,
            notes,
            restored,
            source,
            folder,
            recovery: wish.recovery,
            _scratch: scratch,
        })
    }

    /// All that was taken out, in packages as they were.
    fn all_packages(&self) -> Result<Vec<Package>> {
        let mut packages = Vec::new();
        for name in self.restored.packages.keys() {
            let mut package = Package::new(name)?;
            let root = if name == DATABASE { self.folder.clone() } else { self.folder.join(PRINT).join(name) };
            let listed = Folder::new(&root).list().files;
            let own = listed.keys().filter(|path| name != DATABASE || !path.is_in(PRINT));
            let mut own: Vec<&str> = own.map(|path| path.as_str()).collect();
            // As an export orders them: the journal and its ledger first.
            own.sort_by_key(|path| [JOURNAL, LEDGER].iter().position(|first| first == path).unwrap_or(2));
            for path in own {
                package.add(path, Source::File(root.join(path)))?;
            }
            packages.push(package);
        }
        packages.sort_by_key(|package| package.name() != DATABASE);
        Ok(packages)
    }

    /// The sheets of final results, each of which the journal issued.
    fn summary_package(&self) -> Result<Package> {
        let mut package = Package::new(SUMMARIES)?;
        let mut register = csv::Writer::from_writer(Vec::new());
        let failed = |cause: csv::Error| {
            Error::environment(format!("список ведомостей не записан ({cause})"))
                .next("освободите место на диске и повторите")
        };
        register.write_record(["number", "title", "issued_at", "file", "sha256"]).map_err(failed)?;
        let mut found = 0;
        let (print, tables) = (Folder::new(self.folder.join(PRINT)), self.proven.tables()?);
        let signatures = signatures_of_summaries(&tables)?;
        for path in print.list().files.keys() {
            let sum = print.open(path).and_then(|file| Sum::of_reader(file, &Quiet));
            let (sum, _) = sum.map_err(|cause| Error::file("прочитать", &path.under(print.root()), &cause))?;
            let name = path.as_str().rsplit('/').next().unwrap_or_default();
            if signatures.contains(&sum.to_string()) {
                package.add(name, Source::File(path.under(print.root())))?;
            }
            let Some((number, title, issued_at)) = summary_of(&tables, &sum.to_string())? else { continue };
            package.add(name, Source::File(path.under(print.root())))?;
            register.write_record([&number, &title, &issued_at, name, &sum.to_string()]).map_err(failed)?;
            found += 1;
        }
        if found == 0 {
            return Err(Error::input(format!(
                "в архиве «{}» нет сводных ведомостей, выданных этим журналом",
                self.source.name
            ))
            .next("укажите архив за год («Год»): ведомости печатаются в конце года (§5.2)"));
        }
        let register = register.into_inner().map_err(|_| {
            Error::environment("список ведомостей не записан").next("освободите место на диске и повторите")
        })?;
        package.add("documents.csv", Source::Bytes(register))?;
        for (name, text) in FORMATS {
            package.add(name, Source::Bytes(text.as_bytes().to_vec()))?;
        }
        Ok(package)
    }

    fn write(
        self,
        journal: &mut Journal,
        author: Author<'_>,
        name: &str,
        kept: Option<String>,
        packages: &[Package],
        progress: &dyn Progress,
    ) -> Result<Made> {
        let old = &self.restored.facts;
        let heads = parse_hash(&old.journal).zip(parse_hash(&old.head));
        let (id, head) = heads.ok_or_else(|| {
            Error::damaged("bag-info.txt: идентификаторы журнала не читаются")
                .next_by("проверьте архив", Action::VerifyArchive)
                .then("или возьмите другую копию")
        })?;
        let tip = Tip { journal: id, seq: old.length, head };
        let recorded_period = period_of(&self.proven, &self.source.code)?.unwrap_or_else(|| old.period.clone());
        let period = kept.as_ref().unwrap_or(&recorded_period);
        let mut facts = facts(&self.proven, author, &self.login, period, tip)?;
        facts.recovery = self.recovery.percent();
        facts.checkpoint = facts.checkpoint.or_else(|| old.checkpoint.clone());
        facts.source = Some(self.source.clone());
        facts.content = if kept.is_some() { Content::Summaries } else { old.content };
        let what = What { name, period, facts: &facts, packages };
        write(journal, &self.proven, author, &what, &self.carriers, self.notes.clone(), progress)
    }
}

/// Refuses an archive that was not made of this journal.
fn is_of(proven: &Proven, facts: &Facts, source: &Previous) -> Result<()> {
    if facts.journal != hex(&proven.tip().journal) {
        return Err(Error::refused(format!("архив «{}» сделан из другого журнала", source.name))
            .next_by("укажите журнал того года", Action::Give(Detail::Journal)));
    }
    if period_of(proven, &source.code)?.is_none() {
        return Err(Error::refused(format!("архив «{}» с этим кодом в журнале не записан", source.name))
            .next_by("проверьте его", Action::VerifyAgainstJournal));
    }
    Ok(())
}

fn period_of(proven: &Proven, code: &str) -> Result<Option<String>> {
    let archives = read::all_archives(&proven.tables()?)?;
    Ok(archives.into_iter().find(|archive| archive.code == code).map(|archive| archive.period.into()))
}

/// Number, title and time of issue of the sheet of final results with this sum.
fn summary_of(tables: &Tables, sha256: &str) -> Result<Option<(String, String, String)>> {
    let document = read::documents::document_of_file(tables, sha256)?;
    let sheet = document.filter(|document| document.form == Form::SummarySheet.id());
    Ok(sheet.map(|document| (document.number, document.title, document.issued_at.to_rfc3339())))
}

/// The digests of the files of their signatures.
fn signatures_of_summaries(tables: &Tables) -> Result<Vec<String>> {
    let mut digests = Vec::new();
    for (number, digest) in read::signatures::files_after(tables, 0)? {
        let document = read::documents::document(tables, &number)?;
        digests.extend(document.filter(|document| document.form == Form::SummarySheet.id()).map(|_| digest));
    }
    Ok(digests)
}

/// The first name that neither the journal nor a carrier has.
fn free_name(proven: &Proven, carriers: &[Carrier], name: impl Fn(u32) -> String) -> Result<String> {
    let tables = proven.tables()?;
    let known: Vec<String> = read::all_archives(&tables)?.into_iter().map(|archive| archive.name).collect();
    let is_free =
        |name: &String| !known.contains(name) && carriers.iter().all(|carrier| !carrier.bag(name).root().exists());
    (1..1000).map(name).find(is_free).ok_or_else(|| {
        Error::environment("не нашлось имени для архива")
            .next("уберите с носителя лишние папки с этим именем и повторите")
    })
}
