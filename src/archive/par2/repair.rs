//! Bringing files back: whole slices are copied from where they were found, lost ones are computed. Nothing is written
//! but into the folder that is given, and what is written there was summed up anew.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use super::combine::{Sums, stretches};
use super::create::read_padded;
use super::galois::{power_of_two, slice_constants};
use super::kernel::{from_planes, planar_len, to_planes};
use super::locate::{Located, Place, open_plain};
use super::set::{Recovery, RecoverySlice, Set};
use super::solve::solve;
use crate::archive::progress::Progress;
use crate::error::{Error, Result};
use crate::files::{self, Readers};

/// More lost slices are not computed: the equations of so many take 128 MiB. A set of ours has some 2,000 slices.
pub const MAX_UNKNOWNS: usize = 4096;

/// Writes these files of the set into the folder `out` as they were, under their names. `copies` are the folders in
/// which the slices were located.
///
/// # Errors
/// More slices are lost than recovery slices are left; a file or a folder that cannot be read or written.
pub fn repair(
    recovery: &Recovery,
    located: &Located,
    copies: &[PathBuf],
    files: &[usize],
    out: &Path,
    progress: &dyn Progress,
) -> Result<()> {
    let set = recovery.set.as_ref().ok_or_else(|| {
        Error::damaged("описание данных для восстановления утрачено").next("возьмите вторую копию архива")
    })?;
    let lost: Vec<usize> = located.lost().collect();
    let places: Vec<(usize, u64)> = set.places().collect();
    let mut output = Output::create(set, files, out)?;
    let needs_computing = lost.iter().any(|slice| files.contains(&places[*slice].0));
    if needs_computing {
        compute(recovery, set, located, &lost, copies, &mut output, progress)?;
    }
    let mut sources = Sources::new(set, located, copies);
    let mut buffer = vec![0; usize::try_from(set.slice.min(1 << 20)).unwrap_or_default()];
    for (slice, place) in located.slices.iter().enumerate() {
        let Some(place) = place.filter(|_| files.contains(&places[slice].0)) else { continue };
        let mut at = 0;
        while at < set.slice {
            let step = usize::try_from(set.slice - at).unwrap_or(usize::MAX).min(buffer.len());
            sources.read(&place, at, &mut buffer[..step])?;
            output.put(places[slice], at, &buffer[..step])?;
            at += step as u64;
        }
    }
    output.finish(progress)
}

/// Computes the lost slices and puts those that are wanted into the output.
fn compute(
    recovery: &Recovery,
    set: &Set,
    located: &Located,
    lost: &[usize],
    copies: &[PathBuf],
    output: &mut Output<'_>,
    progress: &dyn Progress,
) -> Result<()> {
    if lost.len() > MAX_UNKNOWNS {
        return Err(Error::damaged(format!("утрачено частей: {}, а за раз вычисляется до {MAX_UNKNOWNS}", lost.len()))
            .next("возьмите вторую копию архива"));
    }
    let constants: Vec<u64> = slice_constants().map(u64::from).take(set.slices()).collect();
    let unknown: Vec<u64> = lost.iter().map(|slice| constants[*slice]).collect();
    let available: Vec<&RecoverySlice> = recovery.slices.values().collect();
    let exponents: Vec<u32> = available.iter().map(|slice| slice.exponent).collect();
    progress.begin("решение уравнений", 0);
    let solution = solve(&unknown, &exponents).ok_or_else(|| {
        Error::damaged(format!("утрачено частей: {}, а данных хватает на {}", lost.len(), available.len()))
            .next("возьмите вторую копию архива")
    })?;
    let used: Vec<&RecoverySlice> = solution.used.iter().map(|at| available[*at]).collect();
    let present: Vec<usize> = (0..located.slices.len()).filter(|slice| located.slices[*slice].is_some()).collect();
    let mut sources = Sources::new(set, located, copies);
    let mut recovery_files = RecoveryFiles::default();
    let places: Vec<(usize, u64)> = set.places().collect();
    progress.begin("восстановление", set.slices() as u64 * set.slice);
    let mut words = Vec::new();
    for stretch in stretches(set.slice, 2 * lost.len()) {
        words.resize(stretch.length, 0);
        // What is left of a recovery slice when all slices that are there are taken out of it.
        let mut rests = Sums::zero(used.len(), stretch);
        for (slice, rest) in used.iter().zip(rests.planes_mut()) {
            recovery_files.read(slice, stretch.at, &mut words)?;
            to_planes(&words, rest);
        }
        let factor = |output: usize, input: usize| power_of_two(constants[input] * u64::from(used[output].exponent));
        rests.add(&present, stretch, factor, |input, buffer| {
            progress.advance(buffer.len() as u64);
            let place = located.slices[input]
                .ok_or_else(|| Error::damaged("часть исчезла").next("проверьте носитель и повторите"))?;
            sources.read(&place, stretch.at, buffer)
        })?;
        let rests = rests.into_planes();
        let mut found = Sums::zero(lost.len(), stretch);
        let all: Vec<usize> = (0..rests.len()).collect();
        found.add_planes(&all, &rests, &|output, input| solution.factors[output][input]);
        for (slice, planes) in lost.iter().zip(found.into_planes()) {
            debug_assert_eq!(planes.len(), planar_len(stretch.length));
            from_planes(&planes, &mut words);
            output.put(places[*slice], stretch.at, &words)?;
        }
    }
    Ok(())
}

/// The files being written.
struct Output<'a> {
    set: &'a Set,
    files: HashMap<usize, (PathBuf, File)>,
}

impl<'a> Output<'a> {
    fn create(set: &'a Set, files: &[usize], out: &Path) -> Result<Self> {
        let mut opened = HashMap::new();
        for at in files {
            let described = &set.files[*at];
            let path = described.name.under(out);
            let create = || {
                path.parent().map_or(Ok(()), |folder| files::make_folders(folder, Readers::All))?;
                let file = files::create(&path, Readers::All)?;
                file.set_len(described.length)?;
                Ok(file)
            };
            let file = create().map_err(|cause| Error::file("записать", &path, &cause))?;
            opened.insert(*at, (path, file));
        }
        Ok(Self { set, files: opened })
    }

    /// Puts a part of a slice in its place; what goes beyond the file's end is filling.
    fn put(&mut self, (file, start): (usize, u64), at: u64, bytes: &[u8]) -> Result<()> {
        let Some((path, opened)) = self.files.get_mut(&file) else { return Ok(()) };
        let at = start + at;
        let real = self.set.files[file].length.saturating_sub(at);
        let bytes = &bytes[..usize::try_from(real).unwrap_or(usize::MAX).min(bytes.len())];
        opened
            .seek(SeekFrom::Start(at))
            .and_then(|_| opened.write_all(bytes))
            .map_err(|cause| Error::file("записать", path, &cause))
    }

    /// Makes sure that the files are what they were.
    fn finish(self, progress: &dyn Progress) -> Result<()> {
        progress.begin("сверка восстановленного", self.files.keys().map(|at| self.set.files[*at].length).sum());
        for (at, (path, mut file)) in self.files {
            let failed = |cause: io::Error| Error::file("записать", &path, &cause);
            file.sync_all().map_err(failed)?;
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            let mut md5 = Md5::new();
            let mut block = vec![0; 256 * 1024];
            loop {
                let read = file.read(&mut block).map_err(failed)?;
                if read == 0 {
                    break;
                }
                md5.update(&block[..read]);
                progress.advance(read as u64);
            }
            if <[u8; 16]>::from(md5.finalize()) != self.set.files[at].md5 {
                return Err(Error::damaged(format!("«{}» восстановить не удалось: сумма не сошлась", path.display()))
                    .next("проверьте память и диск этого компьютера и повторите"));
            }
        }
        Ok(())
    }
}

/// The copies' files, opened as they are needed.
struct Sources<'a> {
    set: &'a Set,
    located: &'a Located,
    copies: &'a [PathBuf],
    open: HashMap<(usize, usize), File>,
}

impl<'a> Sources<'a> {
    fn new(set: &'a Set, located: &'a Located, copies: &'a [PathBuf]) -> Self {
        Self { set, located, copies, open: HashMap::new() }
    }

    /// Fills the buffer from `at` on in the slice that was found at the place.
    fn read(&mut self, place: &Place, at: u64, buffer: &mut [u8]) -> Result<()> {
        let Place { copy, file, .. } = *place;
        let name = self.located.name(self.set, copy, file);
        let failed = |cause: io::Error| Error::file("прочитать", &name.under(&self.copies[copy]), &cause);
        let opened = match self.open.entry((copy, file)) {
            Entry::Occupied(opened) => opened.into_mut(),
            Entry::Vacant(entry) => entry.insert(open_plain(&self.copies[copy], name).map_err(failed)?.0),
        };
        read_padded(opened, place.at + at, place.at + place.length, buffer).map_err(failed)
    }
}

/// Files of recovery data, opened as they are needed.
#[derive(Default)]
struct RecoveryFiles(HashMap<PathBuf, File>);

impl RecoveryFiles {
    fn read(&mut self, slice: &RecoverySlice, at: u64, buffer: &mut [u8]) -> Result<()> {
        let failed = |cause: io::Error| Error::file("прочитать", &slice.file, &cause);
        let file = match self.0.entry(slice.file.clone()) {
            Entry::Occupied(opened) => opened.into_mut(),
            Entry::Vacant(entry) => entry.insert(files::open(&slice.file).map_err(failed)?),
        };
        file.seek(SeekFrom::Start(slice.at + at)).and_then(|_| file.read_exact(buffer)).map_err(failed)
    }
}
