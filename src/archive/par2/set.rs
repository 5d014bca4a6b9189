//! A recovery set: which files it covers, the sums of their slices, and where its recovery slices lie.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use md5::{Digest, Md5};
use rayon::prelude::*;

use super::gather::{OfSet, Packets, TOO_MUCH};
use super::packet::{self, Hash, Packet, number};
use crate::archive::bag::BagPath;
use crate::archive::targets::FAT32_LIMIT;

/// More slices have no constants ([`super::galois::slice_constants`]).
pub const MAX_SLICES: u64 = 32_768;

/// No slice of a set that is believed is larger: all places in its files can be counted then.
const MAX_SLICE: u64 = 1 << 40;

/// The last slice of every file is filled up with zeros. A set that asks for more of them than this and twice the bytes of
/// its files would have us sum up zeros for hours.
const MAX_FILLING: u64 = 64 * 1024 * 1024;

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

/// What was read in a file of packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketFile {
    /// Why it is not whole, in Russian.
    pub fault: Option<String>,
    /// Whether packets of the set are in it.
    pub is_of_set: bool,
    /// Whether packets of another set are.
    pub is_of_others: bool,
    /// The exponents of the set's recovery slices that are whole in it.
    pub exponents: BTreeSet<u32>,
}

/// What PAR2 files give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The set, where enough of it is left to know all files and sums.
    pub set: Option<Set>,
    /// Recovery slices by exponent.
    pub slices: BTreeMap<u32, RecoverySlice>,
    /// Every file that was read.
    pub files: BTreeMap<PathBuf, PacketFile>,
}

/// Reads PAR2 files. Where they are of several sets, that of the first whole main packet is meant.
pub fn read(paths: &[PathBuf]) -> Recovery {
    read_fitting(paths, &|_| 0)
}

/// Reads PAR2 files, which may be of several sets: the set that `fits` best is meant, of equal ones the first.
pub fn read_fitting(paths: &[PathBuf], fits: &dyn Fn(&Set) -> usize) -> Recovery {
    let mut all = Packets::default();
    let mut files: Vec<(&PathBuf, Option<String>, Vec<Hash>)> = Vec::new();
    // So many at once as are read side by side: what they hold is thrown together before the next ones are read.
    for paths in paths.chunks(rayon::current_num_threads().max(1)) {
        let read: Vec<_> = paths.par_iter().with_max_len(1).map(|path| Packets::of(path)).collect();
        for (path, (packets, fault)) in paths.iter().zip(read) {
            let sets = packets.order.clone();
            let kept = all.take_in(packets);
            files.push((path, fault.or_else(|| (!kept).then(|| TOO_MUCH.to_owned())), sets));
        }
    }
    let whole = all.order.iter().filter_map(|id| Some((*id, set(id, all.sets.get(id)?)?)));
    let best = whole.enumerate().max_by_key(|(place, (_, set))| (fits(set), std::cmp::Reverse(*place)));
    let mut recovery = Recovery::default();
    let mut id = None;
    if let Some((_, (chosen, set))) = best {
        id = Some(chosen);
        recovery.set = Some(set);
    }
    for (path, fault, sets) in files {
        let is_of_set = id.is_some_and(|id| sets.contains(&id));
        let is_of_others = sets.iter().any(|set| Some(*set) != id);
        recovery.files.insert(path.clone(), PacketFile { fault, is_of_set, is_of_others, exponents: BTreeSet::new() });
    }
    if let (Some(set), Some(packets)) = (&recovery.set, id.and_then(|id| all.sets.remove(&id))) {
        let fitting = packets.slices.into_iter().filter(|(_, (_, length))| *length == set.slice + 4);
        for ((exponent, file), (at, _)) in fitting {
            if let Some(read) = recovery.files.get_mut(&file) {
                read.exponents.insert(exponent);
            }
            let slice = RecoverySlice { exponent, file, at: at + 4 };
            recovery.slices.entry(exponent).or_insert(slice);
        }
    }
    recovery
}

/// Whether a set in these files covers a file of this name.
pub fn covers(paths: impl Iterator<Item = PathBuf>, name: &str) -> bool {
    let is_it = |packet: &Packet| {
        packet.kind == *packet::FILE_DESCRIPTION
            && description(&packet.body).is_some_and(|(_, described)| described.name.as_str() == name)
    };
    let is_searched = |path: &PathBuf| path.metadata().is_ok_and(|meta| meta.len() <= FAT32_LIMIT);
    paths.filter(is_searched).any(|path| {
        let mut found = false;
        let _ = packet::find(&path, |packet| found |= is_it(&packet));
        found
    })
}

/// More files than slices no set of ours has.
const MAX_FILES: usize = MAX_SLICES as usize;

/// Puts the set together, if all of its descriptions were found and fit each other.
fn set(id: &Hash, packets: &OfSet) -> Option<Set> {
    let main = packets.main.as_ref()?;
    if *id != <Hash>::from(Md5::digest(main)) || main.len() < 12 {
        return None;
    }
    let (slice, count) = (number(&main[..8]), usize::try_from(number(&main[8..12])).ok()?);
    if slice == 0 || !slice.is_multiple_of(4) || slice > MAX_SLICE || count > MAX_FILES {
        return None;
    }
    let ids = main[12..].as_chunks::<16>().0.get(..count)?;
    let (mut files, mut slices, mut bytes, mut seen) = (Vec::new(), 0_u64, 0_u64, HashSet::new());
    for id in ids.iter().filter(|id| seen.insert(**id)) {
        let mut file = description(packets.descriptions.get(id)?)?.1;
        let expected = file.length.div_ceil(slice);
        slices = slices.saturating_add(expected);
        bytes = bytes.saturating_add(file.length);
        // Held against what is allowed before the sums are taken apart.
        if slices > MAX_SLICES {
            return None;
        }
        if expected > 0 {
            file.slices = checksums(packets.checksums.get(id)?)?.1;
        }
        if file.slices.len() as u64 != expected {
            return None;
        }
        files.push(file);
    }
    let filling = slices.saturating_mul(slice).saturating_sub(bytes);
    let believed = seen.len() == count && filling <= bytes.saturating_mul(2).saturating_add(MAX_FILLING);
    believed.then_some(Set { id: *id, slice, files })
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

    /// A main packet of 16 MiB that names one file of 800,000 slices a million times over would take terabytes.
    #[test]
    fn a_file_that_is_named_again_and_again_is_not_believed() {
        let mut one = Set::of(vec![described(4 * 30_000, 30_000, "a")], 4);
        assert_eq!(of(&one).set.as_ref(), Some(&one));
        one.files = vec![one.files[0].clone(); 2];
        assert_eq!(of(&one).set, None);
        let id = one.files[0].id();
        let count = 1_000_000_u32;
        let main = [&4_u64.to_le_bytes()[..], &count.to_le_bytes(), &id.repeat(count as usize)].concat();
        let sums = [id.to_vec(), vec![1; 20 * 800_000]].concat();
        let others = [(packet::FILE_DESCRIPTION, one.files[0].description()), (packet::SLICE_CHECKSUMS, sums)];
        assert_eq!(read_bodies(main, &others).set, None);
    }

    #[test]
    fn a_set_that_is_mostly_filling_is_not_believed() {
        // One byte in a slice of a tebibyte.
        for (slice, is_believed) in [(1 << 40, false), (MAX_FILLING + 8, false), (MAX_FILLING, true), (1 << 20, true)] {
            let set = Set::of(vec![described(1, 1, "a")], slice);
            assert_eq!(of(&set).set.is_some(), is_believed, "{slice}");
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
