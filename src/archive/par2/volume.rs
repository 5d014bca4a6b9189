//! The files that recovery data are written to: the descriptions of the set in each of them, spread among recovery slices.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use super::packet::{self, HEADER, Hash, begin_hash, packet};
use super::set::Set;
use crate::error::{Error, Result};
use crate::files::{self, Readers};

/// The files that hold so many recovery slices, and which of them: the first none, each next twice as many as the one
/// before, so that whoever fetches them one by one finds how many he needs. All hold the descriptions.
pub fn volume_names(set: &Set, count: usize, name: &str, limit: u64) -> Vec<(String, Range<usize>)> {
    let bytes: u64 = descriptions(set).iter().map(|packet| packet.len() as u64).sum();
    let packet_size = HEADER + 4 + set.slice;
    let room = usize::try_from(limit.saturating_sub(bytes + 256) / packet_size).unwrap_or(usize::MAX).max(1);
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
pub(super) fn descriptions(set: &Set) -> Vec<Vec<u8>> {
    let mut packets = vec![packet(&set.id, packet::MAIN, set.main())];
    for file in &set.files {
        packets.push(packet(&set.id, packet::FILE_DESCRIPTION, file.description()));
        packets.push(packet(&set.id, packet::SLICE_CHECKSUMS, file.checksums()));
    }
    packets
}

/// A file of recovery data on its way.
pub(super) struct Volume {
    pub path: PathBuf,
    file: File,
    /// Where the packet of each of its recovery slices begins, and its hash so far.
    pub slices: Vec<(u32, u64, Md5)>,
    set: Hash,
    slice: u64,
}

impl Volume {
    /// Writes the descriptions, with room for the recovery slices of these exponents among them.
    pub fn write(set: &Set, descriptions: &[Vec<u8>], exponents: Range<usize>, path: &Path) -> Result<Self> {
        let (first, count) = (exponents.start, exponents.len());
        let failed = |cause: io::Error| Error::file("записать", path, &cause);
        let mut file = files::create(path, Readers::All).map_err(failed)?;
        let (mut slices, mut at, mut written) = (Vec::new(), 0, 0);
        for number in 0..count.max(1) {
            if count > 0 {
                let exponent = u32::try_from(first + number).unwrap_or(u32::MAX);
                let hash = begin_hash(&set.id, packet::RECOVERY_SLICE).chain_update(exponent.to_le_bytes());
                slices.push((exponent, at, hash));
                at += HEADER + 4 + set.slice;
            }
            // Descriptions stand spread among the slices, so that no one hole takes all of them.
            while written < descriptions.len() * (number + 1) / count.max(1) {
                let packet = &descriptions[written];
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

    /// Puts a part of a recovery slice in its place; the parts come in order.
    pub fn put(&mut self, slice: usize, at: u64, data: &[u8]) -> io::Result<()> {
        let (_, start, hash) = &mut self.slices[slice];
        hash.update(data);
        self.file.seek(SeekFrom::Start(*start + HEADER + 4 + at))?;
        self.file.write_all(data)
    }

    /// Writes the headers, whose hashes are known now.
    pub fn finish(mut self) -> Result<PathBuf> {
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
