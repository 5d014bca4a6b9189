//! Making recovery data.
//!
//! All files are read twice: once for their sums, on all processors, and once, a stretch of every slice at a time, for
//! the recovery slices. The second reading is held against the CRC-32 of the first, so that what a failing disk gave
//! differently the second time never becomes recovery data.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use rayon::prelude::*;

use super::combine::{Stretch, Sums, stretches};
use super::galois::{power_of_two, slice_constants};
use super::kernel::from_planes;
use super::packet::{self, HEADER, Hash, begin_hash, packet};
use super::set::{BEGINNING, Described, MAX_SLICES, Set, SliceSum};
use crate::archive::bag::BagPath;
use crate::archive::progress::Progress;
use crate::archive::sum::{Sum, Summing};
use crate::error::{Error, Result};

/// About so many slices are made: fine enough for a lost sector, few enough to be added up in seconds.
const SLICES: u64 = 2000;

/// No slice is smaller: less than a sector is never lost alone.
const SMALLEST: u64 = 512;

/// Slices from here on are whole clusters, so that a lost cluster costs one slice.
const CLUSTER: u64 = 4096;

/// What a large file is read in.
const BLOCK: usize = 1024 * 1024;

/// A file to be covered.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name in the set, from the folder that the set is checked in.
    pub name: BagPath,
    pub source: Source,
    /// What it must be: recovery data for something else would be worse than none.
    pub sum: Sum,
}

/// Where its bytes are.
#[derive(Clone, Debug)]
pub enum Source {
    File(PathBuf),
    Bytes(Vec<u8>),
}

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
                .next("укажите от 0 до 100: --recovery 10%"));
        }
        Ok(Self(percent))
    }

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
    let total: u64 = sizes.iter().sum();
    let mut size = round_up(total.div_ceil(SLICES).max(SMALLEST));
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
    progress.begin("суммы для восстановления", sizes.iter().sum());
    let described = inputs.par_iter().map(|input| describe(input, slice, progress)).collect::<Result<Vec<_>>>()?;
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

impl Input {
    fn length(&self) -> Result<u64> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes.len() as u64),
            Source::File(path) => path.metadata().map(|meta| meta.len()).map_err(|cause| self.unread(&cause)),
        }
    }

    fn open(&self) -> Result<Box<dyn ReadSeek + '_>> {
        match &self.source {
            Source::Bytes(bytes) => Ok(Box::new(io::Cursor::new(bytes.as_slice()))),
            Source::File(path) => File::open(path).map(|file| Box::new(file) as _).map_err(|cause| self.unread(&cause)),
        }
    }

    fn unread(&self, cause: &io::Error) -> Error {
        match &self.source {
            Source::File(path) => Error::file("прочитать", path, cause),
            Source::Bytes(_) => Error::environment(format!("«{}» не читается ({cause})", self.name)).next("повторите"),
        }
    }

    fn changed(&self) -> Error {
        let place = match &self.source {
            Source::File(path) => path.display().to_string(),
            Source::Bytes(_) => self.name.to_string(),
        };
        Error::environment(format!("«{place}» читается не так, как был записан: носитель или память неисправны"))
            .next("замените носитель и повторите")
    }
}

trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// The sums of a file, and of its slices; the two in step on two processors.
fn describe(input: &Input, slice: u64, progress: &dyn Progress) -> Result<Described> {
    let length = input.length()?;
    let (whole, slices) = rayon::join(|| sums_of_file(input, progress), || sums_of_slices(input, slice, length));
    let (md5, beginning) = whole?;
    Ok(Described { name: input.name.clone(), length, md5, beginning, slices: slices? })
}

/// MD5 of the file and of its beginning.
fn sums_of_file(input: &Input, progress: &dyn Progress) -> Result<(Hash, Hash)> {
    let (mut whole, mut beginning, mut sum) = (Md5::new(), Md5::new(), Summing::new(io::sink()));
    let mut left = BEGINNING;
    blocks(input.open()?, BLOCK, |block| {
        let first = block.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        beginning.update(&block[..first]);
        left -= first as u64;
        whole.update(block);
        sum.write_all(block)?;
        progress.advance(block.len() as u64);
        Ok(())
    })
    .map_err(|cause| input.unread(&cause))?;
    if sum.finish().0 != input.sum {
        return Err(input.changed());
    }
    Ok((whole.finalize().into(), beginning.finalize().into()))
}

fn sums_of_slices(input: &Input, slice: u64, length: u64) -> Result<Vec<SliceSum>> {
    let mut file = input.open()?;
    let count = length.div_ceil(slice);
    let sums = (0..count).map(|number| {
        let real = slice.min(length - number * slice);
        sum_of_slice(&mut file, real, slice - real)
    });
    sums.collect::<io::Result<_>>().map_err(|cause| input.unread(&cause))
}

/// The sums of the next `length` bytes and so many zeros.
pub(super) fn sum_of_slice(file: &mut dyn Read, length: u64, zeros: u64) -> io::Result<SliceSum> {
    let (mut md5, mut crc) = (Md5::new(), crc32fast::Hasher::new());
    let mut read = 0;
    blocks(file.take(length).chain(io::repeat(0).take(zeros)), 64 * 1024, |block| {
        md5.update(block);
        crc.update(block);
        read += block.len() as u64;
        Ok(())
    })?;
    if read < length + zeros {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(SliceSum { md5: md5.finalize().into(), crc32: crc.finalize() })
}

fn blocks(mut reader: impl Read, size: usize, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut block = vec![0; size];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => each(&block[..read])?,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
}

/// A file of recovery data on its way.
struct Volume {
    path: PathBuf,
    file: File,
    /// Where the packet of each of its recovery slices begins, and its hash so far.
    slices: Vec<(u32, u64, Md5)>,
    set: Hash,
    slice: u64,
}

/// The files that hold so many recovery slices, and which of them: the first none, each next twice as many as the one
/// before, so that whoever fetches them one by one finds how many he needs. All hold the descriptions.
pub fn volume_names(set: &Set, count: usize, name: &str, limit: u64) -> Vec<(String, Range<usize>)> {
    let bytes: u64 = descriptions(set).iter().map(|packet| packet.len() as u64).sum();
    let packet_size = HEADER + 4 + set.slice;
    // Descriptions are repeated once for every doubling, at most 16 times.
    let room = usize::try_from(limit.saturating_sub(17 * (bytes + 128)) / packet_size).unwrap_or(usize::MAX).max(1);
    let width = count.to_string().len().max(3);
    let mut names = vec![(format!("{name}.par2"), 0..0)];
    let (mut first, mut next) = (0, 1);
    while first < count {
        let here = next.min(room).min(count - first);
        names.push((format!("{name}.vol{first:0width$}+{here:0width$}.par2"), first..first + here));
        first += here;
        next *= 2;
    }
    names
}

/// The packets that describe the set; without them recovery slices mean nothing.
fn descriptions(set: &Set) -> Vec<Vec<u8>> {
    let mut packets = vec![packet(&set.id, packet::MAIN, set.main())];
    for file in &set.files {
        packets.push(packet(&set.id, packet::FILE_DESCRIPTION, file.description()));
        packets.push(packet(&set.id, packet::SLICE_CHECKSUMS, file.checksums()));
    }
    packets
}

impl Volume {
    fn write(set: &Set, descriptions: &[Vec<u8>], exponents: Range<usize>, path: &Path) -> Result<Self> {
        let (first, count) = (exponents.start, exponents.len());
        let failed = |cause: io::Error| Error::file("записать", path, &cause);
        let mut file = File::options().read(true).write(true).create_new(true).open(path).map_err(failed)?;
        let copies = if count == 0 { 1 } else { count.ilog2() as usize + 1 } * descriptions.len();
        let (mut slices, mut at, mut written) = (Vec::new(), 0, 0);
        for number in 0..count.max(1) {
            if count > 0 {
                let exponent = u32::try_from(first + number).unwrap_or(u32::MAX);
                let hash = begin_hash(&set.id, packet::RECOVERY_SLICE).chain_update(exponent.to_le_bytes());
                slices.push((exponent, at, hash));
                at += HEADER + 4 + set.slice;
            }
            // Descriptions stand spread among the slices, so that no one hole takes all of them.
            while written < copies * (number + 1) / count.max(1) {
                let packet = &descriptions[written % descriptions.len()];
                file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(packet)).map_err(failed)?;
                at += packet.len() as u64;
                written += 1;
            }
        }
        let creator = format!("letopis {}", env!("CARGO_PKG_VERSION")).into_bytes();
        let creator = packet(&set.id, packet::CREATOR, creator);
        file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(&creator)).map_err(failed)?;
        Ok(Self { path: path.to_owned(), file, slices, set: set.id, slice: set.slice })
    }

    fn put(&mut self, slice: usize, at: u64, data: &[u8]) -> io::Result<()> {
        let (_, start, hash) = &mut self.slices[slice];
        hash.update(data);
        self.file.seek(SeekFrom::Start(*start + HEADER + 4 + at))?;
        self.file.write_all(data)
    }

    /// Writes the headers, whose hashes are known now.
    fn finish(mut self) -> Result<PathBuf> {
        let mut write = || {
            for (exponent, start, hash) in self.slices.drain(..) {
                let hash = hash.finalize().into();
                self.file.seek(SeekFrom::Start(start))?;
                self.file.write_all(&packet::header(self.slice + 4, &hash, &self.set, packet::RECOVERY_SLICE))?;
                self.file.write_all(&exponent.to_le_bytes())?;
            }
            self.file.flush()
        };
        write().map_err(|cause| Error::file("записать", &self.path, &cause))?;
        Ok(self.path)
    }
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
            let input = input.ok_or_else(|| Error::environment(format!("«{}» не найден", file.name)))?;
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
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_par2 = entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("par2"));
        if is_par2 && entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
