//! What of a bag another copy lacks, fetched from a place into a private folder, as a second copy to heal the first from.
//!
//! Only files whose sum in the signed lists is not that of the copy's own are fetched. Whatever comes is handed on, damaged or not:
//! healing takes whole slices from wherever they stand, and proves every file by the lists before it replaces anything
//! ([`crate::archive::repair`]). So a place that is damaged itself still helps.

use super::patient::Patient;
use super::shelf::Shelf;
use super::verify::{fetch_recovery, is_declared};
use crate::archive::bag::{BagPath, Folder, MAX_TAG_FILE, RECOVERY, TAGS};
use crate::archive::progress::Progress;
use crate::archive::repair::signed_files;
use crate::archive::report::Report;
use crate::archive::sum::{Sum, Summing};
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use std::io::{self, Write as _};
use std::path::Path;

/// So often a file is read before it is taken as it comes.
const READINGS: usize = 3;

/// Fetches into `into`, an empty folder, what the bag lacks by a verification of it. Tells how many files of the payload and of the
/// recovery data came, and their bytes; nothing where the place has no such bag.
///
/// # Errors
/// Lists that are damaged in both; a place that does not answer; a disk that is full.
pub fn lend(
    place: Patient<'_>,
    shelf: &Shelf,
    bag: &Folder,
    before: &Report,
    into: &Path,
    progress: &dyn Progress,
) -> Result<Option<(usize, u64)>> {
    if !is_declared(place, shelf)? {
        return Ok(None);
    }
    for name in TAGS {
        if let Some((bytes, _)) = place.get_whole(&shelf.under(name), MAX_TAG_FILE)? {
            let file = into.join(name);
            files::write_new(&file, &bytes, Readers::Owner).map_err(|cause| Error::file("записать", &file, &cause))?;
        }
    }
    let listed = signed_files(&[bag.root()]).or_else(|| signed_files(&[into])).ok_or_else(|| {
        Error::damaged(format!("подписанные списки архива «{}» повреждены и здесь, и в хранилище", shelf.bag()))
            .next("ничего не изменено; возьмите вторую копию с другого носителя")
    })?;
    let own = |path: &BagPath| bag.open(path).and_then(|file| Sum::of_reader(file, progress)).ok().map(|(sum, _)| sum);
    let is_tag = |path: &BagPath| TAGS.contains(&path.as_str());
    let lacking = listed.into_iter().filter(|(path, sum)| !is_tag(path) && own(path) != Some(*sum));
    let (mut files, mut bytes, mut all_right) = (0, 0, true);
    for (path, sum) in lacking {
        let Some((came, size)) = get(place, shelf, &path, sum, into, progress)? else {
            all_right = false;
            continue;
        };
        all_right &= came;
        files += 1;
        bytes += size;
    }
    let recovery_lost = before.faults().any(|finding| finding.path.starts_with(RECOVERY));
    if recovery_lost || !all_right {
        let (more, size) = fetch_recovery(place, shelf, &Folder::new(into))?;
        files += more;
        bytes += size;
    }
    Ok(Some((files, bytes)))
}

/// Fetches a file as often as it does not have its sum; whether it has it, and how long it is.
fn get(
    place: Patient<'_>,
    shelf: &Shelf,
    path: &BagPath,
    sum: Sum,
    into: &Path,
    progress: &dyn Progress,
) -> Result<Option<(bool, u64)>> {
    let (file, key) = (path.under(into), shelf.key(path));
    let failed = |cause: io::Error| Error::file("записать", &file, &cause);
    for reading in 1.. {
        file.parent().map_or(Ok(()), |parent| files::make_folders(parent, Readers::Owner)).map_err(failed)?;
        files::remove_if_there(&file).map_err(failed)?;
        let mut hash = Summing::new(files::create(&file, Readers::Owner).map_err(failed)?);
        let mut at = 0;
        loop {
            let Some(piece) = place.get(&key, at, place.limits().part)? else {
                files::remove_if_there(&file).map_err(failed)?;
                return Ok(None);
            };
            at += piece.bytes.len() as u64;
            progress.advance(piece.bytes.len() as u64);
            hash.write_all(&piece.bytes).map_err(failed)?;
            if at >= piece.size || piece.bytes.is_empty() {
                break;
            }
        }
        let (found, size, _) = hash.finish();
        if found == sum || reading >= READINGS {
            return Ok(Some((found == sum, size)));
        }
    }
    Ok(None)
}
