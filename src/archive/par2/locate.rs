//! Which slices of a set are where: in their place in a copy of the files, or shifted by what was lost or put in before
//! them.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::input::sum_of_slice;
use super::set::{Described, Set};
use crate::archive::bag::BagPath;
use crate::archive::progress::Progress;
use crate::files;

/// Slices larger than this are looked for in their places only: the search holds one in memory.
const MAX_SEARCHED: u64 = 64 * 1024 * 1024;

/// Where a slice was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the copy.
    pub copy: usize,
    /// The number of the file in the set.
    pub file: usize,
    /// Where it begins in that file, in bytes.
    pub at: u64,
    /// How many bytes of it stand there; the rest is zeros.
    pub length: u64,
}

/// How a file fares in a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Every slice is in its place, and nothing is behind them.
    Whole,
    /// So many of its slices are not in their place, or it is too long.
    Damaged {
        /// How many.
        lost: usize,
    },
    /// It is not there, or cannot be read.
    Missing,
}

/// What was found in one or several copies of the files of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// For each slice in the order of the set, a place where it is whole.
    pub slices: Vec<Option<Place>>,
    /// For each copy, how each file of the set fares there.
    pub copies: Vec<Vec<State>>,
    /// What a file is called in a copy, where that is not its name: by the numbers of the copy and of the file.
    pub names: HashMap<(usize, usize), BagPath>,
}

impl Located {
    /// The slices that no copy has.
    pub fn lost(&self) -> impl Iterator<Item = usize> {
        self.slices.iter().enumerate().filter(|(_, place)| place.is_none()).map(|(slice, _)| slice)
    }

    /// Looks for the lost slices in files that lie below a root under other names, as one more copy.
    pub fn look_in(&mut self, set: &Set, root: &Path, names: HashMap<usize, BagPath>, progress: &dyn Progress) {
        let copy = self.copies.len();
        let mut states = vec![State::Missing; set.files.len()];
        let places = set.places().collect::<Vec<_>>();
        for (file, name) in names {
            let under = Described { name: name.clone(), ..set.files[file].clone() };
            let scanned = scan(root, &under, set.slice, progress);
            states[file] = scanned.state;
            for (slice, (_, at)) in places.iter().enumerate().filter(|(_, (of, _))| *of == file) {
                let number = usize::try_from(*at / set.slice).unwrap_or_default();
                if self.slices[slice].is_none() && scanned.whole.get(number).copied().unwrap_or_default() {
                    let length = set.slice.min(set.files[file].length - *at);
                    self.slices[slice] = Some(Place { copy, file, at: *at, length });
                }
            }
            self.names.insert((copy, file), name);
        }
        self.copies.push(states);
    }

    /// What a file of the set is called in a copy.
    pub fn name<'l>(&'l self, set: &'l Set, copy: usize, file: usize) -> &'l BagPath {
        self.names.get(&(copy, file)).unwrap_or(&set.files[file].name)
    }
}

/// Looks for every slice of the set in the copies of its files under these folders.
pub fn locate(set: &Set, copies: &[PathBuf], progress: &dyn Progress) -> Located {
    let bytes: u64 = set.files.iter().map(|file| file.length).sum();
    progress.begin("поиск целых частей", bytes * copies.len() as u64);
    let found: Vec<Vec<Scanned>> = copies
        .iter()
        .map(|root| set.files.par_iter().map(|file| scan(root, file, set.slice, progress)).collect())
        .collect();
    let mut slices = Vec::with_capacity(set.slices());
    for (file, at) in set.places() {
        let number = usize::try_from(at / set.slice).unwrap_or_default();
        let is_whole = |files: &Vec<Scanned>| files[file].whole.get(number).copied().unwrap_or_default();
        let length = set.slice.min(set.files[file].length - at);
        slices.push(found.iter().position(is_whole).map(|copy| Place { copy, file, at, length }));
    }
    let copies_of = found.iter().map(|files| files.iter().map(|file| file.state).collect()).collect();
    let mut located = Located { slices, copies: copies_of, names: HashMap::new() };
    search_shifted(set, copies, &mut located);
    located
}

struct Scanned {
    state: State,
    whole: Vec<bool>,
}

/// Opens a plain file below a root, through no link.
pub(super) fn open_plain(root: &Path, name: &BagPath) -> io::Result<(File, u64)> {
    let file = files::open(&name.under(root))?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// Holds each slice of a file against its sum, in its place.
fn scan(root: &Path, described: &Described, slice: u64, progress: &dyn Progress) -> Scanned {
    let Ok((file, length)) = open_plain(root, &described.name) else {
        return Scanned { state: State::Missing, whole: Vec::new() };
    };
    let mut file = BufReader::with_capacity(256 * 1024, file);
    let mut whole = Vec::with_capacity(described.slices.len());
    for (number, sum) in described.slices.iter().enumerate() {
        let at = number as u64 * slice;
        // What lies behind the end of the file is not there, however long the set says that it is.
        if at >= length {
            whole.push(false);
            continue;
        }
        let real = slice.min(described.length - at);
        // A sector that cannot be read loses its slice, not the rest of the file.
        let place = file.stream_position().ok() == Some(at) || file.seek(SeekFrom::Start(at)).is_ok();
        let found = place && sum_of_slice(&mut file, real, slice - real).is_ok_and(|found| found == *sum);
        whole.push(found);
        progress.advance(real);
    }
    let lost = whole.iter().filter(|found| !**found).count();
    let state = if lost == 0 && length == described.length { State::Whole } else { State::Damaged { lost } };
    Scanned { state, whole }
}

/// Looks for lost slices at any place of the files that are not whole.
fn search_shifted(set: &Set, copies: &[PathBuf], located: &mut Located) {
    if set.slice > MAX_SEARCHED || located.lost().next().is_none() {
        return;
    }
    let sums: Vec<_> = set.files.iter().flat_map(|file| &file.slices).copied().collect();
    let window = Window::new(usize::try_from(set.slice).unwrap_or_default());
    for (copy, root) in copies.iter().enumerate() {
        for file in 0..set.files.len() {
            if !matches!(located.copies[copy][file], State::Damaged { .. }) {
                continue;
            }
            let mut wanted: HashMap<u32, Vec<usize>> = HashMap::new();
            located.lost().for_each(|slice| wanted.entry(sums[slice].crc32).or_default().push(slice));
            let name = &set.files[file].name;
            let (Ok((searched, length)), Ok((mut again, _))) = (open_plain(root, name), open_plain(root, name)) else {
                continue;
            };
            // What was put in before them shifts slices by no more than the file is long. A file that claims a terabyte more
            // is not read to its end; what cannot be read any further has been searched as far as it goes.
            let most = set.files[file].length.saturating_mul(2).saturating_add(set.slice).min(length);
            let _ = window.search(BufReader::with_capacity(256 * 1024, searched), most, &wanted, |at, slices| {
                let real = set.slice.min(length - at);
                let Ok(_) = again.seek(SeekFrom::Start(at)) else { return };
                let Ok(found) = sum_of_slice(&mut again, real, set.slice - real) else { return };
                for slice in slices.iter().filter(|slice| found == sums[**slice]) {
                    located.slices[*slice] = Some(Place { copy, file, at, length: real });
                }
            });
        }
    }
}

/// The CRC-32 of a window that moves along a file byte by byte.
///
/// CRC is linear: taking a byte in front out is adding what it has become after `size` steps.
struct Window {
    size: usize,
    step: [u32; 256],
    leave: [u32; 256],
    /// The CRC-32 of as many zeros, which is what the register's zero start and CRC-32's own differ by.
    zeros: u32,
}

impl Window {
    fn new(size: usize) -> Self {
        let mut step = [0; 256];
        for (byte, entry) in (0_u32..).zip(step.iter_mut()) {
            *entry = (0..8).fold(byte, |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 });
        }
        let on = |crc: u32| crc >> 8 ^ step[(crc & 0xFF) as usize];
        let after = |byte: usize| (0..size).fold(step[byte], |crc, _| on(crc));
        let bits: [u32; 8] = std::array::from_fn(|bit| after(1 << bit));
        let leave = std::array::from_fn(|byte: usize| {
            (0..8).filter(|bit| byte >> bit & 1 == 1).fold(0, |sum, bit: usize| sum ^ bits[bit])
        });
        let mut zeros = crc32fast::Hasher::new();
        (0..size / 1024).for_each(|_| zeros.update(&[0; 1024]));
        zeros.update(&vec![0; size % 1024]);
        Self { size, step, leave, zeros: zeros.finalize() }
    }

    /// Calls `each` for every place whose window, zeros after the end included, has one of the wanted sums.
    fn search(
        &self,
        file: impl BufRead,
        length: u64,
        wanted: &HashMap<u32, Vec<usize>>,
        mut each: impl FnMut(u64, &[usize]),
    ) -> io::Result<()> {
        // Nearly every place is passed over by one look at a bit.
        let mut likely = vec![0_u64; 1024];
        for crc in wanted.keys() {
            likely[(crc >> 6 & 0x3FF) as usize] |= 1 << (crc & 63);
        }
        let mut ring = vec![0; self.size];
        let (mut crc, mut head, mut read) = (0_u32, 0, 0_u64);
        let zeros = BufReader::new(io::repeat(0).take(self.size as u64 - 1));
        for byte in file.take(length).chain(zeros).bytes() {
            let byte = byte?;
            let old = std::mem::replace(&mut ring[head], byte);
            head = if head + 1 == self.size { 0 } else { head + 1 };
            crc = (crc >> 8 ^ self.step[((crc ^ u32::from(byte)) & 0xFF) as usize]) ^ self.leave[usize::from(old)];
            read += 1;
            let sum = crc ^ self.zeros;
            if likely[(sum >> 6 & 0x3FF) as usize] >> (sum & 63) & 1 == 1
                && read >= self.size as u64
                && let Some(slices) = wanted.get(&sum)
            {
                each(read - self.size as u64, slices);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_window_is_found_wherever_it_stands(
            file in proptest::collection::vec(any::<u8>(), 1..200),
            size in 1_usize..40,
            at in 0_usize..200,
        ) {
            let at = at % file.len();
            let mut slice: Vec<u8> = file[at..].iter().copied().take(size).collect();
            slice.resize(size, 0);
            let wanted = HashMap::from([(crc32fast::hash(&slice), vec![5])]);
            let mut found = Vec::new();
            Window::new(size).search(&file[..], file.len() as u64, &wanted, |at, _| found.push(at)).unwrap();
            prop_assert!(found.contains(&(at as u64)), "{:?}", found);
            for at in found {
                let at = usize::try_from(at).unwrap();
                let mut here: Vec<u8> = file[at..].iter().copied().take(size).collect();
                here.resize(size, 0);
                prop_assert_eq!(crc32fast::hash(&here), crc32fast::hash(&slice));
            }
        }
    }
}
