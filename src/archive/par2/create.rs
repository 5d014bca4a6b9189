//! Making recovery data.
//!
//! All files are read twice: once for their sums, on all processors, and once, a stretch of every slice at a time, for
//! the recovery slices. The second reading is held against the CRC-32 of the first, so that what a failing disk gave
//! differently the second time never becomes recovery data.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::combine::{Stretch, Sums, stretches};
use super::galois::{power_of_two, slice_constants};
use super::input::ReadSeek;
use super::kernel::from_planes;
use super::set::{Described, MAX_SLICES, Set};
use super::volume::{Volume, descriptions};
use crate::archive::bag::total;
use crate::archive::progress::Progress;
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Kind};

pub use super::input::{Input, Source};
pub use super::volume::volume_names;

/// About so many slices are made: fine enough for a lost sector, few enough to be added up in seconds.
const SLICES: u64 = 2000;

/// No slice is smaller: the sums of more slices would take more room than the recovery data themselves.
const SMALLEST: u64 = 2048;

/// Slices from here on are whole clusters, so that a lost cluster costs one slice.
const CLUSTER: u64 = 4096;

/// How much recovery data is made, in per cent of the slices. 0 makes none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(u8);

/// 10 %.
impl Default for Share {
    fn default() -> Self {
        Self(10)
    }
}

impl Share {
    /// # Errors
    /// More than 100 per cent.
    pub fn new(percent: u8) -> Result<Self> {
        if percent > 100 {
            return Err(Error::input(format!("доля данных для восстановления {percent} % больше 100 %"))
                .next_by("укажите от 0 до 100", Action::Give(Detail::RecoveryShare)));
        }
        Ok(Self(percent))
    }

    /// Recovery slices in a hundred slices of content.
    pub fn percent(self) -> u8 {
        self.0
    }

    /// How many recovery slices that is for so many slices.
    pub fn slices(self, of: usize) -> usize {
        (of * usize::from(self.0)).div_ceil(100)
    }
}

/// The size of slices for files of these sizes: about [`SLICES`] of them.
pub fn slice_size(sizes: &[u64]) -> u64 {
    let bytes = total(sizes.iter().copied());
    let mut size = round_up(bytes.div_ceil(SLICES).max(SMALLEST));
    // Every file begins a slice of its own, which many small files could bring beyond the limit.
    while sizes.iter().map(|length| length.div_ceil(size)).sum::<u64>() > MAX_SLICES && size < u64::MAX / 4 {
        size = round_up(size * 2);
    }
    size
}

fn round_up(size: u64) -> u64 {
    size.next_multiple_of(if size < CLUSTER { 4 } else { CLUSTER })
}

/// Makes recovery data for `inputs` and writes it as `NAME.par2` (all descriptions, no recovery slice) and
/// `NAME.vol000+001.par2` and so on into the folder `out`, which exists. No file of them is larger than `limit` bytes.
///
/// The same inputs give the same bytes.
///
/// # Errors
/// A file that cannot be read, is not what it must be, or is read differently the second time; a full disk.
pub fn create(
    inputs: &[Input],
    share: Share,
    name: &str,
    out: &Path,
    limit: u64,
    progress: &dyn Progress,
) -> Result<Vec<PathBuf>> {
    let sizes = inputs.iter().map(Input::length).collect::<Result<Vec<_>>>()?;
    let slice = slice_size(&sizes);
    progress.begin("суммы для восстановления", total(sizes.iter().copied()));
    let described =
        inputs.par_iter().map(|input| super::input::describe(input, slice, progress)).collect::<Result<Vec<_>>>()?;
    let set = Set::of(described, slice);
    let count = share.slices(set.slices());
    let descriptions = descriptions(&set);
    let mut volumes = Vec::new();
    for (file, slices) in volume_names(&set, count, name, limit) {
        volumes.push(Volume::write(&set, &descriptions, slices, &out.join(file))?);
    }
    progress.begin("данные для восстановления", set.slices() as u64 * slice);
    fill(&set, inputs, count, &mut volumes, progress)?;
    volumes.into_iter().map(Volume::finish).collect()
}

/// Computes the recovery slices into their files.
fn fill(set: &Set, inputs: &[Input], count: usize, volumes: &mut [Volume], progress: &dyn Progress) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    let mut reader = Slices::open(set, inputs)?;
    let all: Vec<usize> = (0..set.slices()).collect();
    let constants: Vec<u64> = slice_constants().map(u64::from).take(all.len()).collect();
    let factor = |output: usize, input: usize| power_of_two(constants[input] * output as u64);
    let mut words = Vec::new();
    for stretch in stretches(set.slice, count) {
        let mut sums = Sums::zero(count, stretch);
        sums.add(&all, stretch, factor, |input, buffer| {
            progress.advance(buffer.len() as u64);
            reader.read(input, stretch, buffer)
        })?;
        let mut planes = sums.into_planes().into_iter();
        words.resize(stretch.length, 0);
        for volume in volumes.iter_mut() {
            for slice in 0..volume.slices.len() {
                let Some(planes) = planes.next() else { break };
                from_planes(&planes, &mut words);
                volume.put(slice, stretch.at, &words).map_err(|cause| Error::file("записать", &volume.path, &cause))?;
            }
        }
    }
    reader.check()
}

/// Reads slices a stretch at a time, and sums up what it read.
struct Slices<'a> {
    set: &'a Set,
    files: Vec<(&'a Input, Box<dyn ReadSeek + 'a>)>,
    places: Vec<(usize, u64)>,
    read: Vec<crc32fast::Hasher>,
}

impl<'a> Slices<'a> {
    fn open(set: &'a Set, inputs: &'a [Input]) -> Result<Self> {
        let of = |file: &Described| {
            let input = inputs.iter().find(|input| input.name == file.name);
            let input = input.ok_or_else(|| {
                Error::environment(format!("«{}» не найден", file.name)).next("проверьте носитель и повторите")
            })?;
            Ok((input, input.open()?))
        };
        let files = set.files.iter().map(of).collect::<Result<Vec<_>>>()?;
        let places: Vec<_> = set.places().collect();
        Ok(Self { set, files, read: vec![crc32fast::Hasher::new(); places.len()], places })
    }

    fn read(&mut self, slice: usize, stretch: Stretch, buffer: &mut [u8]) -> Result<()> {
        let (file, start) = self.places[slice];
        let (input, reader) = &mut self.files[file];
        let at = start + stretch.at;
        read_padded(reader, at, self.set.files[file].length, buffer).map_err(|cause| input.unread(&cause))?;
        self.read[slice].update(buffer);
        Ok(())
    }

    fn check(self) -> Result<()> {
        let sums = self.set.files.iter().flat_map(|file| &file.slices);
        for ((sum, read), (file, _)) in sums.zip(self.read).zip(&self.places) {
            if read.finalize() != sum.crc32 {
                return Err(self.files[*file].0.changed());
            }
        }
        Ok(())
    }
}

/// Fills the buffer from a place in a file of this length; what lies beyond its end is zero.
pub(super) fn read_padded(
    file: &mut (impl Read + Seek + ?Sized),
    at: u64,
    length: u64,
    buffer: &mut [u8],
) -> io::Result<()> {
    let real = usize::try_from(length.saturating_sub(at)).unwrap_or(usize::MAX).min(buffer.len());
    let (bytes, zeros) = buffer.split_at_mut(real);
    zeros.fill(0);
    if !bytes.is_empty() {
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(bytes)?;
    }
    Ok(())
}

/// The PAR2 files of a folder, in the order of their names.
///
/// # Errors
/// A folder that cannot be read.
pub fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let plain = files::list(folder)?.into_iter().filter(|entry| matches!(entry.kind, Kind::File(_)));
    let is_par2 = |path: &PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("par2"));
    Ok(plain.map(|entry| folder.join(entry.name)).filter(is_par2).collect())
}
