//! The sums of many files at once, on all processors and, where the processor has the instructions, sixteen files a
//! processor.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::lanes::{BLOCK, Block, Kernel, LANES, Lanes};
use super::{Progress, Sum};
use crate::device;

/// So many files are summed up faster side by side than one after another.
const LEAST: usize = LANES / 2;

/// How much of a file is read at once, in bytes: that of all sixteen fits into the processor's own cache.
const PIECE: usize = 64 * 1024;

/// Sums up files of about these `sizes`. `open` gives the one of a number; sums and faults are in that order.
pub fn sums(
    sizes: &[u64],
    open: impl Fn(usize) -> io::Result<File> + Sync,
    progress: &dyn Progress,
) -> Vec<io::Result<Sum>> {
    sums_with(Kernel::vectors(), sizes, open, progress)
}

fn sums_with(
    kernel: Option<Kernel>,
    sizes: &[u64],
    open: impl Fn(usize) -> io::Result<File> + Sync,
    progress: &dyn Progress,
) -> Vec<io::Result<Sum>> {
    let queue = Queue::new(sizes, rayon::current_num_threads().max(1), kernel.is_some());
    let work = |_| {
        let groups = std::iter::from_fn(|| queue.take());
        let each = groups.flat_map(|group| match kernel {
            Some(kernel) if group.len() >= LEAST => side_by_side(kernel, group, &open, progress),
            _ => group.iter().map(|number| (*number, alone(open(*number), progress))).collect(),
        });
        each.collect::<Vec<_>>()
    };
    let mut sums: Vec<_> = (0..queue.processors).into_par_iter().with_max_len(1).flat_map_iter(work).collect();
    sums.sort_unstable_by_key(|(number, _)| *number);
    sums.into_iter().map(|(_, sum)| sum).collect()
}

fn alone(file: io::Result<File>, progress: &dyn Progress) -> io::Result<Sum> {
    Sum::of_reader(file?, progress).map(|(sum, _)| sum)
}

/// Sums up no more than sixteen files; side by side only where they lie in memory, since a disk would have to jump
/// between them.
fn side_by_side(
    kernel: Kernel,
    group: &[usize],
    open: impl Fn(usize) -> io::Result<File>,
    progress: &dyn Progress,
) -> Vec<(usize, io::Result<Sum>)> {
    let files: Vec<_> = group.iter().map(|number| (*number, open(*number))).collect();
    if !files.iter().flat_map(|(_, file)| file).all(device::is_cached) {
        return files.into_iter().map(|(number, file)| (number, alone(file, progress))).collect();
    }
    let mut lanes = Lanes::new(kernel);
    let mut sums = Vec::with_capacity(group.len());
    let mut messages = Vec::with_capacity(group.len());
    for (lane, (number, file)) in files.into_iter().enumerate() {
        match file {
            Ok(file) => messages.push(Message::new(number, lane, file)),
            Err(cause) => sums.push((number, Err(cause))),
        }
    }
    loop {
        messages.retain_mut(|message| {
            let sum = match message.fill(progress) {
                Ok(()) if !message.blocks().is_empty() => return true,
                Ok(()) => Ok(lanes.finish(message.lane, message.rest(), message.length)),
                Err(cause) => Err(cause),
            };
            sums.push((message.number, sum));
            false
        });
        let Some(first) = messages.first() else { return sums };
        if messages.len() < LEAST {
            for message in &mut messages {
                let blocks = message.blocks();
                lanes.advance_one(message.lane, blocks);
                message.skip(blocks.len());
            }
            continue;
        }
        // A lane without a message goes over another's: what it makes of it is not looked at.
        let mut blocks = [first.blocks(); LANES];
        for message in &messages {
            blocks[message.lane] = message.blocks();
        }
        let count = lanes.advance(&blocks);
        messages.iter_mut().for_each(|message| message.skip(count));
    }
}

/// A file on its way through a lane.
struct Message {
    number: usize,
    lane: usize,
    file: File,
    piece: Vec<u8>,
    /// Where in the piece those bytes are that were read and not hashed yet.
    from: usize,
    to: usize,
    /// How many bytes were read so far.
    length: u64,
}

impl Message {
    fn new(number: usize, lane: usize, file: File) -> Self {
        Self { number, lane, file, piece: vec![0; PIECE], from: 0, to: 0, length: 0 }
    }

    /// Reads on where no whole block is left. If there is none afterwards, the file has ended.
    fn fill(&mut self, progress: &dyn Progress) -> io::Result<()> {
        if !self.blocks().is_empty() {
            return Ok(());
        }
        self.piece.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, self.to - self.from);
        while self.to < PIECE {
            match self.file.read(&mut self.piece[self.to..]) {
                Ok(0) => break,
                Ok(read) => {
                    self.to += read;
                    self.length += read as u64;
                    progress.advance(read as u64);
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
        Ok(())
    }

    fn ready(&self) -> &[u8] {
        self.piece.get(self.from..self.to).unwrap_or_default()
    }

    fn blocks(&self) -> &[Block] {
        self.ready().as_chunks().0
    }

    /// What is left behind the last whole block.
    fn rest(&self) -> &[u8] {
        self.ready().as_chunks::<BLOCK>().1
    }

    fn skip(&mut self, blocks: usize) {
        self.from += blocks * BLOCK;
    }
}

/// Files that wait for a processor, the largest first: one that came last would have all others wait.
struct Queue {
    order: Vec<usize>,
    /// So many of them are so large that beside others they would be the last to end.
    alone: usize,
    handed: Mutex<Handed>,
    processors: usize,
}

impl Queue {
    fn new(sizes: &[u64], processors: usize, can_side_by_side: bool) -> Self {
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        let size = |number: &usize| sizes.get(*number).copied().unwrap_or(0);
        order.sort_by_key(|number| std::cmp::Reverse(size(number)));
        let mut left = order.iter().map(size).fold(0, u64::saturating_add);
        let is_large = |number: &&usize| {
            let share = left / processors as u64;
            left = left.saturating_sub(size(number));
            size(number).saturating_mul(LEAST as u64) > share
        };
        let alone = if can_side_by_side { order.iter().take_while(is_large).count() } else { order.len() };
        Self { order, alone, handed: Mutex::default(), processors }
    }

    /// The next file, or the next that go side by side: every processor gets as many of what waits as the others.
    fn take(&self) -> Option<&[usize]> {
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = self.order.get(handed.files..).filter(|waiting| !waiting.is_empty())?;
        if handed.files < self.alone {
            handed.files += 1;
            return waiting.get(..1);
        }
        if handed.groups.is_multiple_of(self.processors) {
            handed.size = waiting.len().div_ceil(self.processors).min(LANES);
        }
        let group = waiting.get(..handed.size).unwrap_or(waiting);
        handed.groups += 1;
        handed.files += group.len();
        Some(group)
    }
}

/// What was taken out of a queue.
#[derive(Default)]
struct Handed {
    files: usize,
    groups: usize,
    /// The files of a group, the same for as many groups as there are processors.
    size: usize,
}

#[cfg(test)]
mod tests {
    use super::super::super::progress::Quiet;
    use super::*;
    use proptest::prelude::*;
    use std::fs;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Some files are empty, some a little more than a piece, some much larger than the others.
    fn lengths() -> impl Strategy<Value = Vec<usize>> {
        let length = prop_oneof![4 => 0..300_usize, 4 => PIECE - 70..PIECE + 70, 1 => 0..20 * PIECE];
        prop::collection::vec(length, 0..60)
    }

    struct Counted(AtomicU64);

    impl Progress for Counted {
        fn begin(&self, _step: &str, _bytes: u64) {}

        fn advance(&self, bytes: u64) {
            self.0.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_sums_of_many_files_are_those_of_each(lengths in lengths(), missing: prop::sample::Index) {
            let dir = tempfile::tempdir().unwrap();
            let path = |number: usize| dir.path().join(number.to_string());
            let content = |number: usize| (0..lengths[number]).map(|at| (at * (number + 3) / 7) as u8).collect::<Vec<_>>();
            let missing = missing.index(lengths.len() + 1);
            for number in (0..lengths.len()).filter(|number| *number != missing) {
                fs::write(path(number), content(number)).unwrap();
            }
            let sizes: Vec<u64> = lengths.iter().map(|length| *length as u64).collect();
            for kernel in Kernel::available().into_iter().map(Some).chain([None]) {
                let progress = Counted(AtomicU64::new(0));
                let sums = sums_with(kernel, &sizes, |number| File::open(path(number)), &progress);
                prop_assert_eq!(sums.len(), lengths.len());
                let mut bytes = 0;
                for (number, sum) in sums.into_iter().enumerate() {
                    if number == missing {
                        prop_assert_eq!(sum.unwrap_err().kind(), io::ErrorKind::NotFound);
                    } else {
                        prop_assert_eq!(sum.unwrap(), Sum::of(&content(number)), "{:?}, file {}", kernel, number);
                        bytes += sizes[number];
                    }
                }
                prop_assert_eq!(progress.0.into_inner(), bytes);
            }
        }

        #[test]
        fn every_file_is_taken_out_once(sizes in prop::collection::vec(any::<u64>(), 0..100), processors in 1..9_usize) {
            for can_side_by_side in [true, false] {
                let queue = Queue::new(&sizes, processors, can_side_by_side);
                let mut taken: Vec<usize> = std::iter::from_fn(|| queue.take()).flatten().copied().collect();
                taken.sort_unstable();
                prop_assert_eq!(taken, (0..sizes.len()).collect::<Vec<_>>());
            }
        }
    }

    fn groups(sizes: &[u64], can_side_by_side: bool) -> Vec<usize> {
        let queue = Queue::new(sizes, 2, can_side_by_side);
        std::iter::from_fn(|| queue.take()).map(<[usize]>::len).collect()
    }

    #[test]
    fn files_go_side_by_side_where_that_keeps_all_processors_busy() {
        assert_eq!(groups(&[8; 32], true), [16, 16]);
        assert_eq!(groups(&[8; 32], false), [1; 32]);
        assert_eq!(groups(&[8; 24], true), [12, 12]);
        assert_eq!(groups(&[8; 40], true), [16, 16, 4, 4]);
        // A lane would still be at the large one when all others have ended.
        let school: Vec<u64> = [900; 31].into_iter().chain([32_000]).collect();
        assert_eq!(groups(&school, true), [1, 16, 15]);
        assert_eq!(groups(&[8; 4], true), [1; 4]);
        assert_eq!(groups(&[], true), [0; 0]);
    }

    #[test]
    fn a_file_that_ends_early_or_grows_is_summed_up_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = |number: usize| dir.path().join(number.to_string());
        (0..32).for_each(|number| fs::write(path(number), vec![7; number * 5_000]).unwrap());
        for (number, sum) in sums(&[70_000; 32], |number| File::open(path(number)), &Quiet).into_iter().enumerate() {
            assert_eq!(sum.unwrap(), Sum::of(&vec![7; number * 5_000]));
        }
    }
}
