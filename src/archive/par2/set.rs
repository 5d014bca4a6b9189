//! A recovery set: which files it covers, the sums of their slices, and where its recovery slices lie.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use rayon::prelude::*;

use super::packet::{self, Hash, Packet, number};
use crate::archive::bag::BagPath;
use crate::error::reason;

/// More slices have no constants ([`super::galois::slice_constants`]).
pub const MAX_SLICES: u64 = 32_768;

/// No slice of a set that is believed is larger: all places in its files can be counted then.
const MAX_SLICE: u64 = 1 << 40;

/// How much of a file's beginning its id is made of.
pub const BEGINNING: u64 = 16 * 1024;

/// What a slice must be: the last of a file is filled up with zeros first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceSum {
    pub md5: Hash,
    pub crc32: u32,
}

/// A file that the set covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its path in the bag.
    pub name: BagPath,
    /// Its length in bytes.
    pub length: u64,
    /// MD5 of all of it.
    pub md5: Hash,
    /// MD5 of its first 16 KiB.
    pub beginning: Hash,
    /// The sums of its slices, in order.
    pub slices: Vec<SliceSum>,
}

impl Described {
    /// The file's id: MD5 of the beginning's MD5, the length and the name.
    pub fn id(&self) -> Hash {
        file_id(&self.beginning, self.length, self.name.as_str().as_bytes())
    }

    pub(super) fn description(&self) -> Vec<u8> {
        let length = self.length.to_le_bytes();
        [&self.id(), &self.md5, &self.beginning, length.as_slice(), self.name.as_str().as_bytes()].concat()
    }

    pub(super) fn checksums(&self) -> Vec<u8> {
        let sums = self.slices.iter().flat_map(|sum| sum.md5.into_iter().chain(sum.crc32.to_le_bytes()));
        self.id().into_iter().chain(sums).collect()
    }
}

fn file_id(beginning: &Hash, length: u64, name: &[u8]) -> Hash {
    Md5::new().chain_update(beginning).chain_update(length.to_le_bytes()).chain_update(name).finalize().into()
}

/// A recovery set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// MD5 of the main packet's body.
    pub id: Hash,
    /// Bytes in a slice, a multiple of four.
    pub slice: u64,
    /// The files in the order of their slices: by id as a little-endian number.
    pub files: Vec<Described>,
}

impl Set {
    /// Describes files that are there.
    pub(super) fn of(mut files: Vec<Described>, slice: u64) -> Self {
        files.sort_by_cached_key(|file| u128::from_le_bytes(file.id()));
        let mut set = Self { id: [0; 16], slice, files };
        set.id = Md5::digest(set.main()).into();
        set
    }

    pub(super) fn main(&self) -> Vec<u8> {
        let ids = self.files.iter().flat_map(Described::id);
        let count = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.slice.to_le_bytes().into_iter().chain(count.to_le_bytes()).chain(ids).collect()
    }

    /// How many slices all files have.
    pub fn slices(&self) -> usize {
        self.files.iter().map(|file| file.slices.len()).sum()
    }

    /// The file and the place in it of each slice, in the order of their constants.
    pub fn places(&self) -> impl Iterator<Item = (usize, u64)> {
        let of_file =
            move |(at, file): (usize, &Described)| (0..file.slices.len()).map(move |n| (at, n as u64 * self.slice));
        self.files.iter().enumerate().flat_map(of_file)
    }
}

/// A recovery slice that was found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoverySlice {
    /// The power to which every slice's constant was raised.
    pub exponent: u32,
    /// The file it lies in.
    pub file: PathBuf,
    /// Where its data begin in the file.
    pub at: u64,
}

/// What a folder of PAR2 files gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The set, where enough of it is left to know all files and sums.
    pub set: Option<Set>,
    /// Recovery slices by exponent.
    pub slices: BTreeMap<u32, RecoverySlice>,
    /// Files that are not whole, and why, in Russian.
    pub faults: Vec<(PathBuf, String)>,
}

/// Reads PAR2 files. Where they are of several sets, that of the first main packet is meant.
pub fn read(paths: &[PathBuf]) -> Recovery {
    let mut recovery = Recovery::default();
    let mut found = Vec::new();
    let searched: Vec<_> = paths.par_iter().with_max_len(1).map(|path| packet::find(path)).collect();
    for (path, searched) in paths.iter().zip(searched) {
        match searched {
            Ok(packets) => {
                if packets.packets.is_empty() {
                    recovery.faults.push((path.clone(), "в нём нет ни одного целого пакета PAR2".to_owned()));
                } else if packets.stray > 0 {
                    let why = format!("повреждён: {} байт не принадлежат ни одному целому пакету PAR2", packets.stray);
                    recovery.faults.push((path.clone(), why));
                }
                found.extend(packets.packets.into_iter().map(|packet| (path.clone(), packet)));
            }
            Err(cause) => recovery.faults.push((path.clone(), format!("не читается ({})", reason(&cause)))),
        }
    }
    let Some(id) = found.iter().find(|(_, packet)| packet.kind == *packet::MAIN).map(|(_, packet)| packet.set) else {
        return recovery;
    };
    let ours: Vec<&(PathBuf, Packet)> = found.iter().filter(|(_, packet)| packet.set == id).collect();
    recovery.set = set(&id, &ours);
    if let Some(set) = &recovery.set {
        for (file, packet) in ours {
            recovery.slices.extend(recovery_slice(set, file, packet).map(|slice| (slice.exponent, slice)));
        }
    }
    recovery
}

fn recovery_slice(set: &Set, file: &Path, packet: &Packet) -> Option<RecoverySlice> {
    let fits = packet.kind == *packet::RECOVERY_SLICE && packet.length == set.slice + 4;
    let exponent = u32::try_from(number(packet.body.get(..4)?)).ok()?;
    fits.then(|| RecoverySlice { exponent, file: file.to_owned(), at: packet.at + 4 })
}

/// Puts the set together, if all of its descriptions were found and fit each other.
fn set(id: &Hash, packets: &[&(PathBuf, Packet)]) -> Option<Set> {
    let of_kind = |kind: &[u8; 16]| {
        let kind = *kind;
        packets.iter().map(|(_, packet)| packet).filter(move |packet| packet.kind == kind)
    };
    let main = &of_kind(packet::MAIN).next()?.body;
    if *id != <Hash>::from(Md5::digest(main)) || main.len() < 12 {
        return None;
    }
    let (slice, count) = (number(&main[..8]), usize::try_from(number(&main[8..12])).ok()?);
    let ids = main[12..].as_chunks::<16>().0.get(..count)?;
    if slice == 0 || !slice.is_multiple_of(4) || slice > MAX_SLICE {
        return None;
    }
    let described: HashMap<Hash, Described> =
        of_kind(packet::FILE_DESCRIPTION).filter_map(|packet| description(&packet.body)).collect();
    let sums: HashMap<Hash, Vec<SliceSum>> =
        of_kind(packet::SLICE_CHECKSUMS).filter_map(|packet| checksums(&packet.body)).collect();
    let files = ids.iter().map(|id| {
        let mut file = described.get(id)?.clone();
        file.slices = if file.length == 0 { Vec::new() } else { sums.get(id)?.clone() };
        (file.slices.len() as u64 == file.length.div_ceil(slice)).then_some(file)
    });
    let set = Set { id: *id, slice, files: files.collect::<Option<_>>()? };
    (set.slices() as u64 <= MAX_SLICES).then_some(set)
}

fn description(body: &[u8]) -> Option<(Hash, Described)> {
    let hash = |at: usize| body.get(at..at + 16).and_then(|bytes| <Hash>::try_from(bytes).ok());
    let (id, md5, beginning, length) = (hash(0)?, hash(16)?, hash(32)?, number(body.get(48..56)?));
    let padded = &body[56..];
    let name = &padded[..padded.iter().rposition(|byte| *byte != 0)? + 1];
    let text = std::str::from_utf8(name).ok()?;
    let described = Described { name: BagPath::new(text).ok()?, length, md5, beginning, slices: Vec::new() };
    (file_id(&beginning, length, name) == id).then_some((id, described))
}

fn checksums(body: &[u8]) -> Option<(Hash, Vec<SliceSum>)> {
    let id = <Hash>::try_from(body.get(..16)?).ok()?;
    let sums = body[16..].as_chunks::<20>().0.iter().map(|sum| SliceSum {
        md5: <Hash>::try_from(&sum[..16]).unwrap_or_default(),
        crc32: u32::try_from(number(&sum[16..])).unwrap_or_default(),
    });
    Some((id, sums.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Packets whose own sums are right, whatever they say.
    fn read_bodies(main: Vec<u8>, others: &[(&[u8; 16], Vec<u8>)]) -> Recovery {
        let id: Hash = Md5::digest(&main).into();
        let mut bytes = packet::packet(&id, packet::MAIN, main);
        others.iter().for_each(|(kind, body)| bytes.extend(packet::packet(&id, kind, body.clone())));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hostile.par2");
        std::fs::write(&path, bytes).unwrap();
        read(&[path])
    }

    fn described(length: u64, slices: usize, name: &str) -> Described {
        let sum = SliceSum { md5: [1; 16], crc32: 1 };
        let name = BagPath::new(name).unwrap();
        Described { name, length, md5: [2; 16], beginning: [3; 16], slices: vec![sum; slices] }
    }

    fn of(set: &Set) -> Recovery {
        let mut others = vec![(packet::RECOVERY_SLICE, vec![0; 8])];
        for file in &set.files {
            others.push((packet::FILE_DESCRIPTION, file.description()));
            others.push((packet::SLICE_CHECKSUMS, file.checksums()));
        }
        read_bodies(set.main(), &others)
    }

    #[test]
    fn a_set_is_read_back_as_it_was_written() {
        let set = Set::of(vec![described(10, 3, "data/a"), described(4, 1, "b")], 4);
        assert_eq!(of(&set).set, Some(set));
    }

    #[test]
    fn sizes_beyond_counting_and_counts_that_do_not_fit_are_not_believed() {
        for (length, slices, slice) in [
            (u64::MAX, 1, u64::MAX - 3),
            (u64::MAX, 32_768, 1 << 50),
            (10, 3, 0),
            (10, 3, 6),
            (10, 2, 4),
            (10, 4, 4),
            (200_000, 50_000, 4),
        ] {
            let set = Set::of(vec![described(length, slices, "a")], slice);
            assert_eq!(of(&set).set, None, "{length} {slices} {slice}");
        }
    }

    #[test]
    fn a_name_that_leaves_the_folder_is_not_believed() {
        let set = Set::of(vec![described(4, 1, "a/bcd")], 4);
        let mut description = set.files[0].description();
        let at = description.len() - 5;
        description[at..].copy_from_slice(b"../cd");
        let id: Hash =
            Md5::new().chain_update([3; 16]).chain_update(4_u64.to_le_bytes()).chain_update(b"../cd").finalize().into();
        description[..16].copy_from_slice(&id);
        let main = [4_u64.to_le_bytes().as_slice(), &1_u32.to_le_bytes(), &id].concat();
        let sums = [id.as_slice(), &[1; 20]].concat();
        let found = read_bodies(main, &[(packet::FILE_DESCRIPTION, description), (packet::SLICE_CHECKSUMS, sums)]);
        assert_eq!(found.set, None);
    }

    proptest! {
        #[test]
        fn no_bodies_make_reading_panic(
            main in proptest::collection::vec(any::<u8>(), 0..80),
            bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..90), 3),
        ) {
            let kinds = [packet::FILE_DESCRIPTION, packet::SLICE_CHECKSUMS, packet::RECOVERY_SLICE];
            let mut main = main;
            main.resize(main.len().next_multiple_of(4), 0);
            let others: Vec<_> = kinds.into_iter().zip(bodies).collect();
            let _ = read_bodies(main, &others);
        }
    }
}
