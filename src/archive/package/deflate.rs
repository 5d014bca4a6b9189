//! Members deflated on all processors, ahead of their place in the archive.
//!
//! A batch is taken across the packages, so that the small members of the next ones fill the processors which the
//! journal, the largest member, leaves idle. Only what members shrink to is held in memory; what does not shrink, and
//! what is beyond all measure, is left to be passed through without being held. A member that hardly shrinks is stored:
//! a PDF is deflated within already, and a stored member can be read even from a damaged zip.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::io::{self, Read, Write};

use rayon::prelude::*;
use zip::write::{PreparedZipFile, SimpleFileOptions, ZipFileBuilder};
use zip::{CompressionMethod, DateTime};

use super::{Package, Source};
use crate::archive::bag::BagPath;
use crate::archive::progress::Progress;
use crate::archive::sum::{Sum, Summing};
use crate::error::Result;

/// A member up to this size is held whole.
const SMALL: u64 = 4 * 1024 * 1024;

/// A member up to this size is deflated beside others, where it shrinks.
const LARGE: u64 = 512 * 1024 * 1024;

/// About so many bytes are held at a time.
const BATCH: u64 = 64 * 1024 * 1024;

/// What a member that shrinks shrinks to at least: a journal, its ledger and its tables take a fourth.
const SHRUNK: u64 = 4;

/// How much from the middle of a member is tried to see whether it shrinks. The beginning says little of a PDF: its
/// lists of objects shrink, the pages that follow do not.
const SAMPLE: usize = 64 * 1024;

/// Half the time of zlib's usual 6, for a fifteenth more bytes.
const LEVEL: i64 = 3;

/// How a member goes into its zip.
pub(super) enum Ready {
    /// As it lies in memory, with the sum of its content.
    Deflated(Sum, Box<PreparedZipFile>),
    /// From its source, by this method.
    Through(CompressionMethod),
}

type Member<'a> = (&'a BagPath, &'a Source, Ready);

/// The members of packages in their order, the next of them made ready.
pub(super) struct Ahead<'a> {
    members: VecDeque<&'a (BagPath, Source)>,
    ready: VecDeque<Result<Member<'a>>>,
    modified: DateTime,
    progress: &'a dyn Progress,
}

impl<'a> Ahead<'a> {
    pub fn new(packages: &'a [Package], modified: DateTime, progress: &'a dyn Progress) -> Self {
        let members = packages.iter().flat_map(|package| &package.members).collect();
        Self { members, ready: VecDeque::new(), modified, progress }
    }

    fn fill(&mut self) -> Result<()> {
        let mut batch = Vec::new();
        let mut held = 0;
        while held < BATCH
            && let Some((path, source)) = self.members.pop_front()
        {
            let size = source.size()?;
            held += if size <= SMALL { size } else { size.min(LARGE) / SHRUNK };
            batch.push((batch.len(), path, source, size));
        }
        // The largest first: a processor that came to it last would have all others wait.
        batch.sort_by_key(|(.., size)| Reverse(*size));
        let (modified, progress) = (self.modified, self.progress);
        let work = batch.par_iter().with_max_len(1).map(|&(place, path, source, size)| {
            let ready = make_ready(path, source, size, modified, progress);
            (place, ready.map(|ready| (path, source, ready)))
        });
        let mut ready: Vec<(usize, Result<Member<'a>>)> = work.collect();
        ready.sort_by_key(|(place, _)| *place);
        self.ready.extend(ready.into_iter().map(|(_, ready)| ready));
        Ok(())
    }
}

impl<'a> Iterator for Ahead<'a> {
    type Item = Result<Member<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && let Err(error) = self.fill()
        {
            return Some(Err(error));
        }
        self.ready.pop_front()
    }
}

fn make_ready(
    path: &BagPath,
    source: &Source,
    size: u64,
    modified: DateTime,
    progress: &dyn Progress,
) -> Result<Ready> {
    if size <= SMALL {
        let mut content = Vec::new();
        source.open()?.read_to_end(&mut content).map_err(|cause| source.fault(&cause))?;
        let file = prepare(path.as_str(), &content, modified).map_err(|cause| source.fault(&cause))?;
        progress.advance(content.len() as u64);
        return Ok(Ready::Deflated(Sum::of(&content), Box::new(file)));
    }
    match shrinks(&middle(source, size)?, modified) {
        false => Ok(Ready::Through(CompressionMethod::Stored)),
        true if size > LARGE => Ok(Ready::Through(CompressionMethod::Deflated)),
        true => stream(path, source, modified, progress),
    }
}

/// A member in memory, deflated where that saves something.
pub(super) fn prepare(name: &str, content: &[u8], modified: DateTime) -> io::Result<PreparedZipFile> {
    let from = content.len().saturating_sub(SAMPLE) / 2;
    if shrinks(&content[from..content.len() - from], modified) {
        return Ok(PreparedZipFile::from_data(name, options(CompressionMethod::Deflated, modified), content)?);
    }
    Ok(PreparedZipFile::from_data(name, options(CompressionMethod::Stored, modified), content)?)
}

/// A member of which only the deflated bytes are held.
fn stream(path: &BagPath, source: &Source, modified: DateTime, progress: &dyn Progress) -> Result<Ready> {
    let mut reader = Summing::new(source.open()?);
    let mut deflate = || -> io::Result<PreparedZipFile> {
        let mut builder = ZipFileBuilder::new(path.as_str(), options(CompressionMethod::Deflated, modified))?;
        let mut block = vec![0; 256 * 1024];
        loop {
            let read = reader.read(&mut block)?;
            if read == 0 {
                return Ok(builder.finish()?);
            }
            builder.write_all(&block[..read])?;
            progress.advance(read as u64);
        }
    };
    let file = deflate().map_err(|cause| source.fault(&cause))?;
    Ok(Ready::Deflated(reader.finish().0, Box::new(file)))
}

/// The middle of a member that is too large to hold.
fn middle(source: &Source, size: u64) -> Result<Vec<u8>> {
    let middle = source.open_at(size.saturating_sub(SAMPLE as u64) / 2)?;
    let mut sample = Vec::new();
    middle.take(SAMPLE as u64).read_to_end(&mut sample).map_err(|cause| source.fault(&cause))?;
    Ok(sample)
}

/// Whether deflating a sample saves a tenth of it at least.
fn shrinks(sample: &[u8], modified: DateTime) -> bool {
    PreparedZipFile::from_data("sample", options(CompressionMethod::Deflated, modified), sample)
        .is_ok_and(|deflated| deflated.compressed_size() < deflated.uncompressed_size() / 10 * 9)
}

pub(super) fn options(method: CompressionMethod, modified: DateTime) -> SimpleFileOptions {
    let level = (method == CompressionMethod::Deflated).then_some(LEVEL);
    let options = SimpleFileOptions::default().compression_method(method).compression_level(level);
    options.last_modified_time(modified).unix_permissions(0o644)
}
