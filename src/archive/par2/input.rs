//! A file to be covered by recovery data, and the sums of it and of its slices.

use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;

use md5::{Digest, Md5};

use super::packet::Hash;
use super::set::{BEGINNING, Described, SliceSum};
use crate::archive::bag::BagPath;
use crate::archive::progress::Progress;
use crate::archive::sum::{Sum, Summing};
use crate::error::{Error, Result, copy_of};
use crate::files;

/// What a large file is read in.
const BLOCK: usize = 1024 * 1024;

/// A file to be covered.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name in the set, from the folder that the set is checked in.
    pub name: BagPath,
    /// Where its bytes are.
    pub source: Source,
    /// What it must be: recovery data for something else would be worse than none.
    pub sum: Sum,
}

/// Where its bytes are.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file on this machine.
    File(PathBuf),
    /// Bytes in memory.
    Bytes(Vec<u8>),
}

impl Input {
    pub(super) fn length(&self) -> Result<u64> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes.len() as u64),
            Source::File(path) => files::length(path).map_err(|cause| self.unread(&cause)),
        }
    }

    pub(super) fn open(&self) -> Result<Box<dyn ReadSeek + '_>> {
        match &self.source {
            Source::Bytes(bytes) => Ok(Box::new(io::Cursor::new(bytes.as_slice()))),
            Source::File(path) => {
                files::open(path).map(|file| Box::new(file) as _).map_err(|cause| self.unread(&cause))
            }
        }
    }

    pub(super) fn unread(&self, cause: &io::Error) -> Error {
        match &self.source {
            Source::File(path) => Error::file("прочитать", path, cause),
            Source::Bytes(_) => Error::environment(format!("«{}» не читается ({cause})", self.name))
                .next("повторите")
                .caused_by(copy_of(cause)),
        }
    }

    pub(super) fn changed(&self) -> Error {
        let place = match &self.source {
            Source::File(path) => path.display().to_string(),
            Source::Bytes(_) => self.name.to_string(),
        };
        Error::environment(format!("«{place}» читается не так, как был записан: носитель или память неисправны"))
            .next("замените носитель и повторите")
    }
}

pub(super) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// The sums of a file, and of its slices; the two in step on two processors.
pub(super) fn describe(input: &Input, slice: u64, progress: &dyn Progress) -> Result<Described> {
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
