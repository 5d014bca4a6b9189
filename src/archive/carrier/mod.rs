//! A carrier: the folder `LETOPIS` of a stick, with the archives on it and three files of its own.
//!
//! `carrier.json` says which carrier this is, `README.txt` tells whoever finds it what to do, `SHA256SUMS` lists the
//! sums of those two. They are not part of any archive, and are written when the carrier is registered.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::bag::{BAGIT, DATA, Folder};
use super::bagit::listing;
use super::dated;
use super::report::Finding;
use super::sum::Sum;
use super::targets::sync_folder;
use crate::error::{Action, Error, Next, Result, reason};
use crate::files::{self, Kind, Readers};

/// The folder of Letopis on a carrier.
pub const FOLDER: &str = "LETOPIS";
/// Which carrier it is.
pub const CARD: &str = "carrier.json";
/// What it is, for whoever finds it.
pub const README: &str = "README.txt";
/// Sums of the two.
pub const SUMS: &str = "SHA256SUMS";

const FORMAT: &str = "letopis-carrier-1";

/// A carrier's own description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// `letopis-carrier-1`.
    format: String,
    /// The carrier's id, as in the ledger.
    pub id: String,
    /// What is written on it («А-1»).
    pub label: String,
    /// Who keeps it (§5.5.4); on a teacher's stick nobody is named.
    pub holder: String,
    /// The room it is kept in.
    pub place: String,
    /// When it was registered, RFC 3339.
    pub registered: String,
}

/// In Russian, for an act: «А-1», № 00c1d2e3f4a5b6c7; хранит …; место хранения: …
impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, label, holder, place, .. } = self;
        write!(f, "«{label}», № {id}")?;
        // A teacher's stick names nobody.
        if holder.is_empty() && place.is_empty() {
            return Ok(());
        }
        write!(f, "; хранит {holder}; место хранения: {place}")
    }
}

impl Card {
    /// A card of the present format; `registered` is RFC 3339.
    pub fn new(id: &str, label: &str, holder: &str, place: &str, registered: &str) -> Self {
        let [id, label, holder, place, registered] = [id, label, holder, place, registered].map(str::to_owned);
        Self { format: FORMAT.to_owned(), id, label, holder, place, registered }
    }

    fn parse(text: &[u8]) -> std::result::Result<Self, String> {
        let card: Self =
            serde_json::from_slice(text).map_err(|_| "содержимое не то, какое пишет «Летопись»".to_owned())?;
        if card.format == FORMAT {
            Ok(card)
        } else {
            Err(format!("неизвестный вид описания «{}»", card.format))
        }
    }

    fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|cause| {
            Error::environment(format!("не удалось описать носитель ({cause})"))
                .next("сообщите разработчикам")
                .caused_by(cause)
        })
    }
}

/// A registered carrier that is plugged in.
#[derive(Clone, Debug)]
pub struct Carrier {
    folder: PathBuf,
    card: Card,
}

impl Carrier {
    /// Writes the carrier's own files to `mount`; archives that are there stay. One registered before gets a new card.
    pub fn register(mount: &Path, card: &Card) -> Result<Self> {
        let mount = &*files::named(mount)?;
        let folder = mount.join(FOLDER);
        files::make_folders(&folder, Readers::All).map_err(|cause| Error::file("создать папку", &folder, &cause))?;
        let readme = readme();
        let text = card.to_text()?;
        put(&folder, README, readme.as_bytes())?;
        put(&folder, CARD, text.as_bytes())?;
        put(&folder, SUMS, sums(readme.as_bytes(), text.as_bytes()).as_bytes())?;
        sync_folder(&folder)?;
        sync_folder(mount)?;
        Ok(Self { folder, card: card.clone() })
    }

    /// Opens the carrier plugged in at `mount`.
    pub fn open(mount: &Path) -> Result<Self> {
        let mount = &*files::named(mount)?;
        let folder = mount.join(FOLDER);
        let register = Next::by("зарегистрируйте носитель", Action::RegisterCarrier);
        let text = match Folder::new(&folder).read_tag(CARD) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && !mount.is_dir() => {
                return Err(Error::input(format!("нет папки «{}»", mount.display()))
                    .next("подключите носитель и укажите папку, под которой он виден"));
            }
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                let unknown = format!("«{}» — не носитель «Летописи»: нет файла {FOLDER}/{CARD}", mount.display());
                return Err(Error::input(unknown).next(register));
            }
            Err(cause) => return Err(Error::file("прочитать", &folder.join(CARD), &cause)),
        };
        let card = Card::parse(&text)
            .map_err(|why| Error::damaged(format!("{}: {why}", folder.join(CARD).display())).next(register))?;
        Ok(Self { folder, card })
    }

    /// A folder that copies of any day may go to: a carrier, or any other folder that is there. Of the other kind the card has
    /// no number, and calls it by its path.
    ///
    /// # Errors
    /// A folder that is not there; a card that does not read.
    pub fn or_folder(mount: &Path) -> Result<Self> {
        let named = &*files::named(mount)?;
        let folder = named.join(FOLDER);
        if files::is_there(&folder.join(CARD)) {
            return Self::open(mount);
        }
        if !files::is_folder(named) {
            return Err(Error::input(format!("нет папки «{}»", mount.display()))
                .next("подключите носитель, диск или папку сети и укажите, под какой папкой они видны"));
        }
        Ok(Self { folder, card: Card::new("", &named.display().to_string(), "", "", "") })
    }

    /// Makes the folder where it is not there yet, with a word for whoever finds it.
    ///
    /// # Errors
    /// A disk that is full or write-protected.
    pub fn make_folder(&self) -> Result<()> {
        let folder = &self.folder;
        files::make_folders(folder, Readers::All).map_err(|cause| Error::file("создать папку", folder, &cause))?;
        if !files::is_there(&folder.join(README)) {
            put(folder, README, readme().as_bytes())?;
            sync_folder(folder)?;
            folder.parent().map_or(Ok(()), sync_folder)?;
        }
        Ok(())
    }

    /// Removes the folder again where nothing lies in it but the word for whoever finds it.
    pub fn remove_empty_folder(&self) {
        let Ok(entries) = files::list(&self.folder) else { return };
        if entries.iter().all(|entry| entry.name == README) {
            // What is left is harmless, and the fault that led here is what must be heard.
            let _ = files::remove_if_there(&self.folder.join(README))
                .and_then(|_| files::remove_empty_folder(&self.folder));
        }
    }

    /// What the carrier says of itself.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The folder `LETOPIS`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of an archive of this name, whether it is there or not.
    pub fn bag(&self, name: &str) -> Folder {
        Folder::new(self.folder.join(name))
    }
}

/// What lies under a path that a person gave: a bag, a folder `LETOPIS`, or a carrier.
#[derive(Debug, Default)]
pub struct Found {
    /// The carrier's folder `LETOPIS`, where the path is a carrier's.
    pub carrier: Option<PathBuf>,
    /// Archives, in the order of their names.
    pub bags: Vec<PathBuf>,
    /// What an interrupted run left: no archives yet.
    pub unfinished: Vec<PathBuf>,
}

/// Finds the archives under a path; a path that is itself a bag gives that one.
pub fn locate(path: &Path) -> Result<Found> {
    let mut found = Found::default();
    let has_folder = files::is_folder(&path.join(FOLDER));
    let is_carrier = has_folder || files::is_there(&path.join(CARD));
    // A stranger's bag at the top of a carrier, or put into its folder, does not hide the archives on it; a mere folder
    // `data` is no bag there.
    let is_bag = if is_carrier { has_lists(path) } else { looks_like_bag(path) };
    if is_bag {
        let unfinished = !Folder::new(path).is_declared();
        if unfinished { &mut found.unfinished } else { &mut found.bags }.push(path.to_owned());
        if !is_carrier {
            return Ok(found);
        }
    }
    let folder = if has_folder { path.join(FOLDER) } else { path.to_owned() };
    for entry in files::list(&folder).map_err(|cause| Error::file("открыть", &folder, &cause))? {
        let bag = folder.join(&entry.name);
        if entry.kind != Kind::Folder || !looks_like_bag(&bag) {
            continue;
        }
        if Folder::new(&bag).is_declared() { &mut found.bags } else { &mut found.unfinished }.push(bag);
    }
    found.bags.sort();
    found.unfinished.sort();
    if files::is_there(&folder.join(CARD)) || (folder.ends_with(FOLDER) && !holds_copies_alone(&folder, &found)) {
        found.carrier = Some(folder);
    }
    Ok(found)
}

/// Whether a folder is one of a disk or of the network in which nothing lies but copies of any day: it has no card.
fn holds_copies_alone(folder: &Path, found: &Found) -> bool {
    let is_copy = |bag: &PathBuf| {
        bag.file_name().and_then(|name| name.to_str()).is_some_and(|name| dated::day_of(name).is_some())
    };
    let mut bags = found.bags.iter().chain(&found.unfinished).peekable();
    bags.peek().is_some() && bags.all(is_copy) && !files::is_there(&folder.join(SUMS))
}

/// The name of the archive whose folder on a carrier this is, where nothing is left in it that makes it one.
pub fn emptied(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let on_carrier = folder.parent().is_some_and(|parent| parent.ends_with(FOLDER) || parent.join(CARD).exists());
    let is_named = |name: &str| !name.starts_with('.') && !name.contains(".repair") && !name.contains(".extra");
    let name = folder.file_name().and_then(|name| name.to_str()).filter(|name| is_named(name))?;
    (on_carrier && folder.is_dir() && !looks_like_bag(&folder)).then(|| name.to_owned())
}

/// The folder in which everything of a carrier lies that a path is on: where `LETOPIS` lies, or the path itself.
///
/// # Errors
/// A path that is not there.
pub fn root_of(path: &Path) -> Result<PathBuf> {
    let path = path.canonicalize().map_err(|cause| Error::file("открыть", path, &cause))?;
    let inside = path.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == FOLDER));
    let root = inside.and_then(Path::parent).map(Path::to_owned);
    Ok(root.unwrap_or(path))
}

fn looks_like_bag(folder: &Path) -> bool {
    has_lists(folder) || (files::is_folder(&folder.join(DATA)) && !files::is_there(&folder.join(CARD)))
}

/// Whether the declaration or a manifest of any bag is there.
fn has_lists(folder: &Path) -> bool {
    let entries = files::list(folder).unwrap_or_default().into_iter();
    let mut names = entries.filter_map(|entry| entry.name.into_string().ok());
    names.any(|name| name == BAGIT || listing::named(&name).is_some())
}

/// What a folder `LETOPIS` says which carrier it is, where that can be read.
pub fn card_in(folder: &Path) -> Option<Card> {
    Card::parse(&Folder::new(folder).read_tag(CARD).ok()?).ok()
}

/// Checks the carrier's own files against each other. `folder` is its `LETOPIS`.
pub fn check(folder: &Path) -> Vec<Finding> {
    let own = Folder::new(folder);
    let mut findings = Vec::new();
    let mut read = |name: &str| match own.read_tag(name) {
        Ok(bytes) => Some(bytes),
        Err(cause) => {
            findings.push(Finding::damage(name, format!("не читается или отсутствует ({})", reason(&cause))));
            None
        }
    };
    let (readme, card, list) = (read(README), read(CARD), read(SUMS));
    if let Some(card) = &card
        && let Err(why) = Card::parse(card)
    {
        findings.push(Finding::damage(CARD, why));
    }
    let (Some(readme), Some(card), Some(list)) = (readme, card, list) else { return findings };
    if list == sums(&readme, &card).as_bytes() {
        return findings;
    }
    let list = String::from_utf8_lossy(&list);
    let listed =
        |name: &str| list.lines().find_map(|line| line.strip_suffix(name)?.strip_suffix("  ")?.parse::<Sum>().ok());
    let before = findings.len();
    for (name, bytes) in [(README, &readme), (CARD, &card)] {
        // A damaged list differs from the true sum in a digit or two, a damaged file in nearly all.
        if listed(name).is_some_and(|sum| sum.differing_digits(&Sum::of(bytes)) > 8) {
            findings.push(Finding::damage(name, format!("содержимое не соответствует {SUMS}")));
        }
    }
    if findings.len() == before {
        findings.push(Finding::damage(SUMS, "список контрольных сумм повреждён"));
    }
    findings
}

fn sums(readme: &[u8], card: &[u8]) -> String {
    format!("{}  {README}\n{}  {CARD}\n", Sum::of(readme), Sum::of(card))
}

/// UTF-8 with a mark and CR LF, which every Notepad since Windows 7 shows as it is meant.
fn readme() -> String {
    format!("\u{feff}{}", include_str!("README.txt").replace('\n', "\r\n"))
}

/// Writes a small file beside and puts it in place, so that a kill leaves the old one or the new one.
fn put(folder: &Path, name: &str, content: &[u8]) -> Result<()> {
    let path = folder.join(name);
    files::replace(&path, content, Readers::All).map_err(|cause| Error::file("записать", &path, &cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    fn registered() -> (tempfile::TempDir, Carrier) {
        let dir = tempfile::tempdir().unwrap();
        let card = Card::new("a1", "А-1", "Орлов Пётр Ильич", "сейф, каб. 12", "2025-09-01T09:00:00+03:00");
        let carrier = Carrier::register(dir.path(), &card).unwrap();
        (dir, carrier)
    }

    #[test]
    fn a_registered_carrier_is_opened_again() {
        let (dir, carrier) = registered();
        assert_eq!(Carrier::open(dir.path()).unwrap().card(), carrier.card());
        assert_eq!(check(carrier.folder()), []);
        assert!(locate(dir.path()).unwrap().carrier.is_some());
    }

    #[test]
    fn a_card_that_names_nobody_is_told_without_a_holder() {
        let told = |holder, place| Card::new("a1", "А-1", holder, place, "2025-09-01T09:00:00+03:00").to_string();
        assert_eq!(told("", ""), "«А-1», № a1");
        assert_eq!(told("Орлов П. И.", "сейф"), "«А-1», № a1; хранит Орлов П. И.; место хранения: сейф");
    }

    #[test]
    fn a_stick_that_is_not_registered_is_called_so() {
        let dir = tempfile::tempdir().unwrap();
        let error = Carrier::open(dir.path()).unwrap_err();
        assert!(error.next_step().unwrap().offers(&Action::RegisterCarrier), "{error}");
    }

    #[test]
    fn a_bag_at_the_top_of_a_carrier_does_not_hide_its_archives() {
        let (dir, carrier) = registered();
        let bag = |folder: &Path, list: &str| {
            fs::create_dir_all(folder.join(DATA)).unwrap();
            fs::write(folder.join(BAGIT), crate::archive::bag::BAGIT_TEXT).unwrap();
            fs::write(folder.join(list), "").unwrap();
        };
        bag(&carrier.folder().join("2025-2026-q1"), "manifest-sha256.txt");
        fs::create_dir(dir.path().join(DATA)).unwrap();
        assert_eq!(locate(dir.path()).unwrap().bags, [carrier.folder().join("2025-2026-q1")]);
        bag(dir.path(), "manifest-md5.txt");
        let found = locate(dir.path()).unwrap();
        assert_eq!(found.bags, [dir.path().to_owned(), carrier.folder().join("2025-2026-q1")]);
        assert!(found.carrier.is_some());
        fs::write(carrier.folder().join(BAGIT), crate::archive::bag::BAGIT_TEXT).unwrap();
        let found = locate(carrier.folder()).unwrap();
        assert_eq!(found.bags, [carrier.folder().to_owned(), carrier.folder().join("2025-2026-q1")]);
    }

    #[test]
    fn any_flipped_bit_of_the_carriers_files_is_found_in_its_file() {
        let (_dir, carrier) = registered();
        for name in [README, CARD, SUMS] {
            let path = carrier.folder().join(name);
            let intact = fs::read(&path).unwrap();
            for bit in (0..intact.len() * 8).step_by(if name == SUMS { 1 } else { 97 }) {
                let mut flipped = intact.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                fs::write(&path, flipped).unwrap();
                let findings = check(carrier.folder());
                assert!(findings.iter().any(|finding| finding.path == name), "{name} {bit}: {findings:?}");
                assert!(findings.iter().all(|finding| finding.path == name), "{name} {bit}: {findings:?}");
            }
            fs::write(&path, intact).unwrap();
        }
    }

    #[test]
    fn a_folder_made_for_nothing_is_taken_away_and_one_with_anything_in_it_stays() {
        let dir = tempfile::tempdir().unwrap();
        let target = Carrier::or_folder(dir.path()).unwrap();
        target.make_folder().unwrap();
        fs::write(target.folder().join("отчёт.txt"), "чужое").unwrap();
        target.remove_empty_folder();
        assert!(target.folder().join(README).exists());
        fs::remove_file(target.folder().join("отчёт.txt")).unwrap();
        target.remove_empty_folder();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_card_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Card::parse(&bytes).is_err());
        }
    }
}
