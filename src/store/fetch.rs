//! A bag fetched from a place onto an ordinary carrier, or into a folder: what it becomes there is the same bag.
//!
//! What is there already and has the right sum is not fetched again; each file gets its name when it is whole, and `bagit.txt`
//! is the last. Then the bag is verified where it lies, as any other.

use super::patient::Patient;
use super::shelf::Shelf;
use crate::archive::bag::{
    ALLOWED_SIGNERS, BAGIT, BagPath, Folder, INFO, MANIFEST, MAX_TAG_FILE, Manifest, RECOVERY, SIGNATURE, TAGMANIFEST,
    total,
};
use crate::archive::carrier::Carrier;
use crate::archive::progress::{Progress, Quiet};
use crate::archive::report::{Report, Verdict};
use crate::archive::signature::ArchiveSignature;
use crate::archive::sum::{Sum, Summing};
use crate::archive::verify::{Request, recovery_files, verify as verify_bag};
use crate::device::free_space;
use crate::error::{Action, Error, Result};
use crate::files::{self, Draft, Readers};
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

/// A bag that was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Where it lies.
    pub folder: PathBuf,
    /// How many files came from the place; the others lay there already.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Whether that is a registered carrier.
    pub registered: bool,
    /// What was found where it lies now.
    pub report: Report,
}

/// Fetches the bag of a shelf to a carrier.
///
/// # Errors
/// No such bag; one that is damaged in the place; another one on the carrier; a place that does not answer. What is on the
/// carrier then is no bag, and the next run goes on.
pub fn fetch(place: Patient<'_>, shelf: &Shelf, carrier: &Carrier, progress: &dyn Progress) -> Result<Fetched> {
    let tags = Tags::of(place, shelf)?;
    carrier.make_folder()?;
    let folder = carrier.bag(shelf.bag());
    not_another(&folder, &tags)?;
    let mut run = Run { place, shelf, folder: &folder, files: 0, bytes: 0, progress };
    files::make_folders(folder.root(), Readers::All)
        .map_err(|cause| Error::file("создать папку", folder.root(), &cause))?;
    for (name, bytes) in tags.but_the_declaration() {
        run.put(name, bytes)?;
    }
    let bytes = total(sizes(place, shelf)?);
    room(carrier, bytes)?;
    progress.begin("чтение из хранилища", bytes);
    for (path, sum) in tags.manifest.iter() {
        run.bring(path, sum)?;
    }
    run.recovery()?;
    run.put(BAGIT, &tags.declaration)?;
    let (files, bytes) = (run.files, run.bytes);
    let report = verify_bag(folder.root(), &Request::default(), progress)?;
    if !matches!(report.verdict, Verdict::Whole { .. } | Verdict::Genuine { .. }) {
        let faults: Vec<String> = report.faults().take(3).map(ToString::to_string).collect();
        return Err(Error::damaged(format!(
            "архив «{}» забран, но {}: {}",
            shelf.bag(),
            report.verdict.word(),
            faults.join("; ")
        ))
        .next_by("исправьте его по данным для восстановления или другой копии", Action::RepairArchive { bag: None }));
    }
    let registered = !carrier.card().id.is_empty();
    Ok(Fetched { folder: folder.root().to_owned(), files, bytes, registered, report })
}

/// The tag files of a bag that is finished and whose lists fit its signature.
struct Tags {
    declaration: Vec<u8>,
    manifest: Manifest,
    /// The others, as they are put.
    others: Vec<(&'static str, Vec<u8>)>,
    tagmanifest: Vec<u8>,
}

impl Tags {
    fn of(place: Patient<'_>, shelf: &Shelf) -> Result<Self> {
        let get =
            |name: &str| place.get_whole(&shelf.under(name), MAX_TAG_FILE).map(|file| file.map(|(bytes, _)| bytes));
        let damaged = |what: &str| {
            Error::damaged(format!("архив «{}» в хранилище повреждён: {what}", shelf.bag()))
                .next("проверьте его в хранилище и возьмите целую копию с носителя")
        };
        let Some(declaration) = get(BAGIT)? else {
            return Err(Error::input(format!("в хранилище нет архива «{}», или он передан не до конца", shelf.bag()))
                .next("посмотрите список архивов в хранилище"));
        };
        let others =
            [ALLOWED_SIGNERS, INFO, MANIFEST, TAGMANIFEST, SIGNATURE].map(|name| get(name).map(|file| (name, file)));
        let mut found = Vec::new();
        for other in others {
            let (name, file) = other?;
            found.push((name, file.ok_or_else(|| damaged(&format!("нет файла {name}")))?));
        }
        let of = |wanted: &str| {
            found.iter().find(|(name, _)| *name == wanted).map(|(_, bytes)| bytes.clone()).unwrap_or_default()
        };
        let tagmanifest = of(TAGMANIFEST);
        let seal = ArchiveSignature::parse(&of(SIGNATURE)).map_err(damaged)?;
        if !seal.holds(&tagmanifest) {
            return Err(damaged("подпись не сходится со списком"));
        }
        let parse = |bytes: &[u8]| {
            Manifest::parse(&String::from_utf8_lossy(bytes)).map_err(|error| damaged(&error.to_string()))
        };
        let listed = parse(&tagmanifest)?;
        for (name, bytes) in found.iter().map(|(name, bytes)| (*name, bytes)).chain([(BAGIT, &declaration)]) {
            let sum = BagPath::new(name).ok().and_then(|path| listed.get(&path));
            if sum.is_some_and(|sum| sum != Sum::of(bytes)) {
                return Err(damaged(&format!("файл {name} не тот, что подписан")));
            }
        }
        Ok(Self { declaration, manifest: parse(&of(MANIFEST))?, others: found, tagmanifest })
    }

    fn but_the_declaration(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.others.iter().map(|(name, bytes)| (*name, bytes.as_slice()))
    }
}

/// How long the files of the payload are, by a listing: for the room and the bar alone.
fn sizes(place: Patient<'_>, shelf: &Shelf) -> Result<Vec<u64>> {
    let folder = shelf.to_string();
    place.ask(|| {
        let mut sizes = Vec::new();
        place.at_once().list(&folder, &mut |_, size| sizes.push(size))?;
        Ok(sizes)
    })
}

fn room(carrier: &Carrier, bytes: u64) -> Result<()> {
    match free_space(carrier.folder())? {
        Some(free) if free < bytes => Err(Error::environment(format!(
            "на «{}» мало места: нужно {bytes} байт, свободно {free}",
            carrier.folder().display()
        ))
        .next("освободите место или возьмите другой носитель")),
        _ => Ok(()),
    }
}

/// Refuses a folder in which another archive lies under this name.
fn not_another(folder: &Folder, tags: &Tags) -> Result<()> {
    let there = folder.read_tag(TAGMANIFEST);
    if there.is_ok_and(|there| there != tags.tagmanifest) {
        return Err(Error::refused(format!("в папке «{}» лежит другой архив с этим именем", folder.root().display()))
            .next("укажите другой носитель или папку"));
    }
    Ok(())
}

/// Under which number a file is written meanwhile: the same for the same file of the same archive.
fn number(key: &str, sum: Option<Sum>) -> u64 {
    let name = Sum::of(format!("{key}\n{}", sum.map(|sum| sum.to_string()).unwrap_or_default()).as_bytes()).to_string();
    name.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

struct Run<'a> {
    place: Patient<'a>,
    shelf: &'a Shelf,
    folder: &'a Folder,
    files: usize,
    bytes: u64,
    progress: &'a dyn Progress,
}

impl Run<'_> {
    /// Writes a tag file, unless it stands there.
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        if self.folder.read_tag(name).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        let path = self.folder.root().join(name);
        files::replace(&path, bytes, Readers::All).map_err(|cause| Error::file("записать", &path, &cause))?;
        self.files += 1;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Fetches a file of this sum, unless it stands there.
    fn bring(&mut self, path: &BagPath, sum: Sum) -> Result<()> {
        let has =
            |there: std::fs::File| Sum::of_reader(there.take(u64::MAX), &Quiet).is_ok_and(|(found, _)| found == sum);
        if files::is_file(&path.under(self.folder.root())) && self.folder.open(path).is_ok_and(has) {
            return Ok(());
        }
        for _ in 0..3 {
            if self.get(path, Some(sum))? {
                return Ok(());
            }
        }
        Err(Error::damaged(format!(
            "архив «{}» в хранилище повреждён: файл «{path}» не тот, что подписан",
            self.shelf.bag()
        ))
        .next("возьмите этот архив с носителя; в хранилище его исправит новая передача целой копии"))
    }

    /// Fetches a file, going on where a run that was cut off left it; whether it is there and has the sum.
    fn get(&mut self, path: &BagPath, sum: Option<Sum>) -> Result<bool> {
        let file = path.under(self.folder.root());
        let failed = |cause: io::Error| Error::file("записать", &file, &cause);
        if let Some(parent) = file.parent() {
            files::make_folders(parent, Readers::All).map_err(failed)?;
        }
        let key = self.shelf.key(path);
        let begun = Draft::resumed(&file, number(&key, sum), Readers::All).map_err(failed)?;
        let mut draft = begun.map_or_else(|| Draft::new(&file, Readers::All), Ok).map_err(failed)?;
        let (mut hash, mut at) = (Summing::new(io::sink()), 0);
        at += draft.so_far(&mut hash).map_err(failed)?;
        self.progress.advance(at);
        let fetched = loop {
            let Some(piece) = self.place.get(&key, at, self.place.limits().part)? else {
                draft.discard();
                return Ok(false);
            };
            at += piece.bytes.len() as u64;
            self.progress.advance(piece.bytes.len() as u64);
            self.bytes += piece.bytes.len() as u64;
            let _ = hash.write_all(&piece.bytes);
            draft.write_all(&piece.bytes).map_err(failed)?;
            if at >= piece.size || piece.bytes.is_empty() {
                break hash.finish().0;
            }
        };
        if sum.is_some_and(|sum| sum != fetched) {
            draft.discard();
            return Ok(false);
        }
        draft.put().map_err(failed)?;
        self.files += 1;
        Ok(true)
    }

    /// Fetches the recovery data, which tell themselves which of them there must be. What is lacking is for the verification to say.
    fn recovery(&mut self) -> Result<()> {
        let index = BagPath::new(&format!("{RECOVERY}/{}.par2", self.folder.called()));
        let mut wanted: Vec<BagPath> = index.into_iter().collect();
        let mut done: Vec<BagPath> = Vec::new();
        while let Some(path) = wanted.pop() {
            if !files::is_file(&path.under(self.folder.root())) {
                self.get(&path, None)?;
            }
            done.push(path);
            if wanted.is_empty() {
                wanted.extend(recovery_files(self.folder).into_iter().filter(|path| !done.contains(path)));
            }
        }
        Ok(())
    }
}
