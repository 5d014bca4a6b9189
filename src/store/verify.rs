//! A bag verified where it lies in a place.
//!
//! Its payload is read and summed up piece by piece and never kept; its tag files and its recovery data, which are small, are
//! fetched into a private folder, and what judges an archive on a carrier judges it ([`crate::archive::verify`]). A listing only
//! tells of strangers' files: that something is there is told by reading it.
//!
//! What cannot be read because the place does not answer is an error and no finding. What reads wrong is read again, so that a
//! fault on the way is not told as damage.

use super::claim::CLAIM;
use super::destroy::DESTROYED;
use super::patient::Patient;
use super::shelf::Shelf;
use crate::archive::bag::{
    BAGIT, BagPath, DATA, Folder, INFO, MAX_INFO, MAX_TAG_FILE, RECOVERY, TAGS, is_recovery_of, total,
};
use crate::archive::progress::{Progress, Quiet};
use crate::archive::report::{Report, Verdict};
use crate::archive::sum::{Sum, Summing};
use crate::archive::verify::{Request, Seen, payload_bytes, recovery_files, verify_seen};
use crate::error::{Error, Result};
use crate::files::{self, PrivateFolder, Readers};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

/// So often a bag is read before it is called damaged.
const READINGS: usize = 3;

/// Recovery data are never longer than twice all else and this.
const MAX_BESIDE: u64 = 64 * 1024 * 1024;

/// Verifies the bag of a shelf; nothing where nothing of one is there. `scratch` is where private folders are made.
///
/// # Errors
/// A place that does not answer; a bag that is not ours.
pub fn verify(
    place: Patient<'_>,
    shelf: &Shelf,
    request: &Request<'_>,
    scratch: &Path,
    progress: &dyn Progress,
) -> Result<Option<Report>> {
    let mut last = None;
    for _ in 0..READINGS {
        last = once(place, shelf, request, scratch, progress)?;
        let doubtful =
            |report: &Report| matches!(report.verdict, Verdict::Damaged | Verdict::Forged | Verdict::Unfinished);
        if !last.as_ref().is_some_and(doubtful) {
            break;
        }
    }
    Ok(last)
}

fn once(
    place: Patient<'_>,
    shelf: &Shelf,
    request: &Request<'_>,
    scratch: &Path,
    progress: &dyn Progress,
) -> Result<Option<Report>> {
    let private = PrivateFolder::new(scratch)?;
    let root = private.path().join(shelf.bag());
    let failed = |cause: io::Error| Error::file("создать временную папку", &root, &cause);
    files::make_folder(&root, Readers::Owner).map_err(failed)?;
    let folder = Folder::new(&root);
    let mut seen = listed(place, shelf)?;
    if !read_tags(place, shelf, &root, &mut seen)? && seen.files.is_empty() && seen.strange.is_empty() {
        return Ok(None);
    }
    // What was never finished is not read.
    if !request.unread && (folder.is_declared() || folder.is_sealed()) {
        read_payload(place, shelf, &folder, &mut seen, progress)?;
        read_recovery(place, shelf, &folder, &mut seen)?;
    }
    verify_seen(&root, seen, request, &Quiet).map(Some)
}

/// What a listing tells.
fn listed(place: Patient<'_>, shelf: &Shelf) -> Result<Seen> {
    let folder = shelf.to_string();
    place.ask(|| {
        let mut seen = Seen::default();
        place.at_once().list(&folder, &mut |key, size| {
            let Some(name) = key.strip_prefix(&folder).and_then(|rest| rest.strip_prefix('/')) else { return };
            match BagPath::new(name) {
                _ if name == CLAIM || name == DESTROYED => {}
                Ok(path) => drop(seen.files.insert(path, size)),
                Err(why) => seen.strange.push((name.escape_debug().to_string(), why.to_owned())),
            }
        })?;
        Ok(seen)
    })
}

/// Fetches the tag files; whether there are any.
fn read_tags(place: Patient<'_>, shelf: &Shelf, root: &Path, seen: &mut Seen) -> Result<bool> {
    let mut any = false;
    for name in TAGS {
        let Ok(path) = BagPath::new(name) else { continue };
        let most = if name == INFO { MAX_INFO } else { MAX_TAG_FILE };
        let Some((bytes, _)) = place.get_whole(&shelf.under(name), most)? else {
            seen.files.remove(&path);
            continue;
        };
        any = true;
        let file = root.join(name);
        files::write_new(&file, &bytes, Readers::Owner).map_err(|cause| Error::file("записать", &file, &cause))?;
        seen.files.insert(path.clone(), bytes.len() as u64);
        seen.sums.insert(path, Ok(Sum::of(&bytes)));
    }
    Ok(any)
}

/// Sums up the payload where it lies.
fn read_payload(
    place: Patient<'_>,
    shelf: &Shelf,
    folder: &Folder,
    seen: &mut Seen,
    progress: &dyn Progress,
) -> Result<()> {
    let listed: BTreeSet<BagPath> = match folder.manifest() {
        Some(manifest) => manifest.iter().map(|(path, _)| path.clone()).filter(|path| path.is_in(DATA)).collect(),
        None => seen.files.keys().filter(|path| path.is_in(DATA)).cloned().collect(),
    };
    let most = payload_bytes(folder);
    progress.begin("чтение из хранилища", most.unwrap_or_default());
    for path in listed {
        let read = read(place, &shelf.key(&path), most, &mut io::sink(), progress)?;
        match read {
            Some(Read::All(sum, size)) => {
                seen.files.insert(path.clone(), size);
                seen.sums.insert(path, Ok(sum));
            }
            Some(Read::TooLong(size)) => {
                seen.files.insert(path.clone(), size);
                seen.sums.insert(path, Err(format!("длиннее, чем весь архив по {INFO}: не читается")));
            }
            None => drop(seen.files.remove(&path)),
        }
    }
    Ok(())
}

/// Fetches the recovery data: those that the listing tells of, and those that there must be.
fn read_recovery(place: Patient<'_>, shelf: &Shelf, folder: &Folder, seen: &mut Seen) -> Result<()> {
    let name = folder.called();
    let is_recovery = |path: &BagPath| is_recovery_of(&name, path.as_str());
    let beside = total(seen.files.iter().filter(|(path, _)| !path.is_in(RECOVERY)).map(|(_, size)| *size));
    let most = beside.saturating_mul(2).saturating_add(MAX_BESIDE);
    let mut wanted: BTreeSet<BagPath> = seen.files.keys().filter(|path| is_recovery(path)).cloned().collect();
    wanted.extend(BagPath::new(&format!("{RECOVERY}/{name}.par2")));
    recovery(place, shelf, folder, wanted, most, &mut |path, size| match size {
        Some(size) => drop(seen.files.insert(path, size)),
        None => drop(seen.files.remove(&path)),
    })
}

/// Fetches the recovery data of a bag into a folder that has its tag files; how many files came, and their bytes.
///
/// # Errors
/// A place that does not answer; a disk that is full.
pub(super) fn fetch_recovery(place: Patient<'_>, shelf: &Shelf, folder: &Folder) -> Result<(usize, u64)> {
    let payload = payload_bytes(folder).unwrap_or_default();
    let most = payload.saturating_mul(2).saturating_add(MAX_BESIDE);
    let wanted = BagPath::new(&format!("{RECOVERY}/{}.par2", folder.called())).into_iter().collect();
    let (mut files, mut bytes) = (0, 0);
    recovery(place, shelf, folder, wanted, most, &mut |_, size| {
        files += usize::from(size.is_some());
        bytes += size.unwrap_or_default();
    })?;
    Ok((files, bytes))
}

/// Fetches recovery data of these names, and those that these name in turn; says of each how long it is, where it is there.
fn recovery(
    place: Patient<'_>,
    shelf: &Shelf,
    folder: &Folder,
    mut wanted: BTreeSet<BagPath>,
    most: u64,
    each: &mut dyn FnMut(BagPath, Option<u64>),
) -> Result<()> {
    let (mut done, parent) = (BTreeSet::new(), folder.root().join(RECOVERY));
    while !wanted.is_empty() {
        for path in std::mem::take(&mut wanted) {
            files::make_folders(&parent, Readers::Owner)
                .map_err(|cause| Error::file("создать папку", &parent, &cause))?;
            let file = path.under(folder.root());
            let failed = |cause: io::Error| Error::file("записать", &file, &cause);
            let mut draft = files::Draft::new(&file, Readers::Owner).map_err(failed)?;
            match read(place, &shelf.key(&path), Some(most), &mut draft, &Quiet)? {
                Some(Read::All(_, size)) => {
                    draft.put_new().map_err(failed)?;
                    each(path.clone(), Some(size));
                }
                Some(Read::TooLong(size)) => each(path.clone(), Some(size)),
                None => each(path.clone(), None),
            }
            done.insert(path);
        }
        wanted.extend(recovery_files(folder).into_iter().filter(|path| !done.contains(path)));
    }
    Ok(())
}

/// What a file was when it was read.
enum Read {
    /// Its sum and its length.
    All(Sum, u64),
    /// Longer than it may be, and not read.
    TooLong(u64),
}

/// Reads a file piece by piece and hands it on; nothing where there is none.
fn read(
    place: Patient<'_>,
    key: &str,
    most: Option<u64>,
    to: &mut dyn Write,
    progress: &dyn Progress,
) -> Result<Option<Read>> {
    let (mut hash, mut at, mut size) = (Summing::new(to), 0, None);
    loop {
        let Some(piece) = place.get(key, at, place.limits().part)? else { return Ok(None) };
        if most.is_some_and(|most| piece.size > most) {
            return Ok(Some(Read::TooLong(piece.size)));
        }
        // Put over in the middle: what comes is of another content, and the sum tells.
        let size = *size.get_or_insert(piece.size);
        at += piece.bytes.len() as u64;
        progress.advance(piece.bytes.len() as u64);
        hash.write_all(&piece.bytes).map_err(|cause| {
            Error::environment(format!(
                "не удалось записать прочитанное из хранилища: {}",
                crate::error::reason(&cause)
            ))
            .next("освободите место и повторите")
        })?;
        if at >= size || piece.bytes.is_empty() {
            let (sum, read, _) = hash.finish();
            return Ok(Some(Read::All(sum, read)));
        }
    }
}

/// Whether a bag of the shelf is declared: `bagit.txt` is there.
///
/// # Errors
/// A place that does not answer.
pub fn is_declared(place: Patient<'_>, shelf: &Shelf) -> Result<bool> {
    Ok(place.get(&shelf.under(BAGIT), 0, 1)?.is_some())
}
