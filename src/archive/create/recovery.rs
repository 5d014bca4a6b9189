//! Recovery data of an archive: PAR2 over every other file of the bag, the signature and `bagit.txt` among them, which
//! are not on the carriers yet.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Bag, Plan};
use crate::archive::bag::{BAGIT, BAGIT_TEXT, BagPath, RECOVERY, SIGNATURE};
use crate::archive::par2::create::{Input, Share, Source, create};
use crate::archive::progress::Progress;
use crate::archive::targets::{FAT32_LIMIT, Targets, Written};
use crate::error::{Error, Result};
use crate::files::{self, PrivateFolder, Readers};

/// What recovery data may take beside an archive of so many bytes.
pub(super) fn size_bound(bytes: u64, percent: u8) -> u64 {
    // The share itself, rounded up slices of small files, and the descriptions repeated in every volume.
    if percent == 0 { 0 } else { bytes / 100 * u64::from(percent) + bytes / 50 + 2 * 1024 * 1024 }
}

/// The bytes that recovery data take of files of so many bytes that are counted: the share, rounded up slices, and the
/// descriptions of the slices, which every volume repeats.
pub(super) fn size_likely(bytes: u64, percent: u8) -> u64 {
    if percent == 0 { 0 } else { bytes / 100 * u64::from(percent) + bytes / 20 + 512 * 1024 }
}

/// Makes the recovery data of a bag that was written up to its seal, and writes them to the carriers that stand. They
/// are made from what the first of them holds; one that holds something else than was sent to it falls out.
pub(super) fn add(
    plan: &Plan<'_>,
    roots: &[PathBuf],
    bag: &mut Bag,
    outcomes: &mut [Result<()>],
    progress: &dyn Progress,
) -> Result<()> {
    let share = Share::new(plan.facts.recovery)?;
    if share.percent() == 0 {
        return Ok(());
    }
    let scratch = PrivateFolder::alone(plan.scratch)?;
    let mut volumes = Vec::new();
    for (root, outcome) in roots.iter().zip(outcomes.iter_mut()).filter(|(_, outcome)| outcome.is_ok()) {
        match create(&inputs(bag, root), share, plan.name, scratch.path(), FAT32_LIMIT, progress) {
            Ok(made) => {
                volumes = made;
                break;
            }
            Err(error) => {
                *outcome = Err(error);
                scratch.empty()?;
            }
        }
    }
    let standing: Vec<usize> = (0..roots.len()).filter(|at| outcomes[*at].is_ok()).collect();
    if standing.is_empty() {
        return Ok(());
    }
    let (written, results) =
        write(&volumes, &standing.iter().map(|at| roots[*at].clone()).collect::<Vec<_>>(), progress)?;
    bag.files.extend(written);
    standing.into_iter().zip(results).for_each(|(at, result)| outcomes[at] = result);
    Ok(())
}

/// Every file of the bag as it is under `root`, or will be.
fn inputs(bag: &Bag, root: &Path) -> Vec<Input> {
    let inputs = bag.files.iter().map(|file| {
        let source = match file.path.as_str() {
            BAGIT => Source::Bytes(BAGIT_TEXT.as_bytes().to_vec()),
            SIGNATURE => Source::Bytes(bag.signature.as_bytes().to_vec()),
            _ => Source::File(file.path.under(root)),
        };
        Input { name: file.path.clone(), source, sum: file.sum }
    });
    inputs.collect()
}

/// Writes the files of recovery data to the carriers.
fn write(volumes: &[PathBuf], roots: &[PathBuf], progress: &dyn Progress) -> Result<(Vec<Written>, Vec<Result<()>>)> {
    let size = |path: &PathBuf| files::length(path).unwrap_or_default();
    progress.begin("запись данных для восстановления", volumes.iter().map(size).sum());
    // A folder that cannot be made fails with the first file in it, on that carrier alone.
    roots.iter().for_each(|root| drop(files::make_folder(&root.join(RECOVERY), Readers::All)));
    let mut targets = Targets::new(roots);
    let mut written = Vec::new();
    for volume in volumes {
        let failed = |cause: io::Error| Error::file("прочитать", volume, &cause);
        let name = volume.file_name().unwrap_or_default().to_string_lossy();
        let path = BagPath::new(&format!("{RECOVERY}/{name}"))
            .map_err(|why| Error::input(format!("«{name}»: {why}")).next("проверьте носитель и повторите"))?;
        let mut file = files::open(volume).map_err(failed)?;
        let mut stream = targets.stream(&path, 0, FAT32_LIMIT)?;
        let copied = io::copy(&mut file, &mut Watched { stream: &mut stream, progress });
        copied.map_err(|cause| match cause.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(error) => error.clone(),
            None => failed(cause),
        })?;
        written.extend(stream.finish()?);
    }
    Ok((written, targets.finish()))
}

struct Watched<'a, W> {
    stream: W,
    progress: &'a dyn Progress,
}

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(bytes)?;
        self.progress.advance(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::size_bound;

    #[test]
    fn the_room_asked_for_is_the_share_and_a_little_more_and_none_where_none_is_wanted() {
        let gib = 1u64 << 30;
        for percent in [1, 10, 50] {
            let (share, bound) = (gib * u64::from(percent) / 100, size_bound(gib, percent));
            assert!(bound > share && bound < share + gib / 20, "{percent}: {bound}");
        }
        assert!(size_bound(0, 10) >= 1024 * 1024, "descriptions take room whatever the size");
        assert_eq!(size_bound(gib, 0), 0);
    }
}
