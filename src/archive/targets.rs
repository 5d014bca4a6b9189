//! One stream of bytes, written to several carriers at once.
//!
//! A thread per carrier writes, so that two sticks take as long as the slower one and not as both together, and another
//! sums up what is written. A carrier that fails (full, pulled out) falls out with its error; the others go on and become
//! a whole copy.
//!
//! Files larger than FAT32 can hold are cut into parts `NAME.001`, `NAME.002`, …, which `cat` joins again.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::bag::BagPath;
use super::sum::{Sum, Summing};
use crate::error::{Error, Result};
use crate::files::{self, Readers};

/// What goes to a carrier in one write.
const BLOCK: usize = 1024 * 1024;

/// How many files may be open until they are durable.
const OPEN_FILES: usize = 200;

/// How many blocks may wait for the slowest carrier.
const WAITING: usize = 16;

/// FAT32 holds files of up to 4 GiB less one byte.
pub const FAT32_LIMIT: u64 = u32::MAX as u64;

enum Order {
    Open(PathBuf),
    Block(Arc<Vec<u8>>),
    Close,
}

/// What the summing thread gets of a file.
enum Part {
    Block(Arc<Vec<u8>>),
    /// The file ends: its sum and length are asked for.
    End(SyncSender<(Sum, u64)>),
}

/// A carrier being written: its folder of the bag, and the thread that writes there.
struct Branch {
    root: PathBuf,
    orders: SyncSender<Order>,
    thread: JoinHandle<Result<()>>,
}

/// The carriers of one run. Everything written goes to all of them, byte for byte.
pub struct Targets {
    branches: Vec<Option<Branch>>,
    failures: Vec<Option<Error>>,
    sums: SyncSender<Part>,
}

/// A file as it was written: the same on every carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub path: BagPath,
    pub sum: Sum,
    pub bytes: u64,
}

impl Targets {
    /// Begins with the bag's folder on every carrier; the folders exist.
    pub fn new(roots: &[PathBuf]) -> Self {
        let start = |root: &PathBuf| {
            let (orders, inbox) = sync_channel(WAITING);
            Some(Branch { root: root.clone(), orders, thread: std::thread::spawn(move || write_orders(&inbox)) })
        };
        let (sums, parts) = sync_channel(WAITING);
        std::thread::spawn(move || sum_files(&parts));
        Self { branches: roots.iter().map(start).collect(), failures: vec![None; roots.len()], sums }
    }

    /// Writes a small file whole.
    pub fn write(&mut self, path: &BagPath, content: &[u8]) -> Result<Written> {
        self.open(path)?;
        self.send(&Arc::new(content.to_vec()))?;
        self.close()?;
        Ok(Written { path: path.clone(), sum: Sum::of(content), bytes: content.len() as u64 })
    }

    /// Begins a file that is written as a stream. Where `expected` bytes may exceed `limit`, it is cut into parts.
    pub fn stream(&mut self, path: &BagPath, expected: u64, limit: u64) -> Result<Stream<'_>> {
        let cut = (expected > limit).then_some(limit);
        let mut stream = Stream {
            targets: self,
            path: path.clone(),
            cut,
            part: 0,
            left: 0,
            block: Vec::with_capacity(BLOCK),
            written: Vec::new(),
        };
        stream.next_part()?;
        Ok(stream)
    }

    /// Ends the threads, and tells of each carrier whether all of it was written.
    pub fn finish(mut self) -> Vec<Result<()>> {
        // All are told before any is waited for: each then makes durable what it wrote, beside the others.
        let ending: Vec<_> = self.branches.iter_mut().map(|branch| branch.take().map(Branch::close)).collect();
        for (failure, ending) in self.failures.iter_mut().zip(ending) {
            if let Some(ending) = ending {
                *failure = ending.wait().err();
            }
        }
        self.failures.into_iter().map(|failure| failure.map_or(Ok(()), Err)).collect()
    }

    fn open(&mut self, path: &BagPath) -> Result<()> {
        self.order(|branch| Order::Open(path.under(&branch.root)))
    }

    fn send(&mut self, block: &Arc<Vec<u8>>) -> Result<()> {
        self.order(|_| Order::Block(Arc::clone(block)))
    }

    fn close(&mut self) -> Result<()> {
        self.order(|_| Order::Close)
    }

    /// The sum and length of the file whose blocks were sent last.
    fn sum(&self) -> Result<(Sum, u64)> {
        let (answer, sum) = sync_channel(1);
        self.sums.send(Part::End(answer)).ok().and_then(|()| sum.recv().ok()).ok_or_else(unsummed)
    }

    /// Gives an order to every carrier that still stands. The error is the first carrier's when none is left.
    fn order(&mut self, order: impl Fn(&Branch) -> Order) -> Result<()> {
        for place in 0..self.branches.len() {
            let Some(branch) = &self.branches[place] else { continue };
            if branch.orders.send(order(branch)).is_err()
                && let Some(branch) = self.branches[place].take()
            {
                self.failures[place] = branch.close().wait().err();
            }
        }
        if self.branches.iter().any(Option::is_some) {
            return Ok(());
        }
        let first = self.failures.iter().flatten().next().cloned();
        Err(first.unwrap_or_else(|| Error::environment("не осталось носителей для записи").next("подключите носитель")))
    }
}

impl Branch {
    /// Tells the carrier's thread that nothing more comes.
    fn close(self) -> Ending {
        Ending { root: self.root, thread: self.thread }
    }
}

/// A carrier that gets no more orders.
struct Ending {
    root: PathBuf,
    thread: JoinHandle<Result<()>>,
}

impl Ending {
    /// Waits until all that was written is durable.
    fn wait(self) -> Result<()> {
        self.thread.join().unwrap_or_else(|_| {
            Err(Error::environment(format!("запись на «{}» прервалась", self.root.display())).next("повторите"))
        })
    }
}

/// Sums up file after file until nobody writes any more.
fn sum_files(parts: &Receiver<Part>) {
    let mut file = Summing::new(io::sink());
    for part in parts {
        match part {
            // A sink takes everything.
            Part::Block(block) => drop(file.write_all(&block)),
            Part::End(answer) => {
                let (sum, bytes, _) = std::mem::replace(&mut file, Summing::new(io::sink())).finish();
                let _ = answer.send((sum, bytes));
            }
        }
    }
}

fn unsummed() -> Error {
    Error::environment("подсчёт контрольных сумм прервался").next("повторите")
}

/// Writes what is ordered, and at the end makes all of it durable: while the last files are written the system has the
/// first on the carrier already.
fn write_orders(inbox: &Receiver<Order>) -> Result<()> {
    let mut open: Option<(PathBuf, File)> = None;
    let mut written = Vec::new();
    for order in inbox {
        match order {
            Order::Open(path) => {
                let file = create(&path)?;
                open = Some((path, file));
            }
            Order::Block(block) => {
                if let Some((path, file)) = &mut open {
                    file.write_all(&block).map_err(|cause| Error::file("записать", path, &cause))?;
                }
            }
            Order::Close => {
                written.extend(open.take());
                if written.len() >= OPEN_FILES {
                    sync(&mut written)?;
                }
            }
        }
    }
    sync(&mut written)
}

fn sync(written: &mut Vec<(PathBuf, File)>) -> Result<()> {
    let failed = |path: &Path, cause: io::Error| Error::file("записать", path, &cause);
    written.drain(..).try_for_each(|(path, file)| file.sync_all().map_err(|cause| failed(&path, cause)))
}

fn create(path: &Path) -> Result<File> {
    files::create(path, Readers::All).map_err(|cause| Error::file("создать", path, &cause))
}

/// Makes the names in a folder as durable as the bytes of its files.
pub fn sync_folder(folder: &Path) -> Result<()> {
    files::sync_folder(folder).map_err(|cause| Error::file("записать папку", folder, &cause))
}

/// Removes a bag that is being given up. Its seal and its lists go first: killed half-way, what is left is plainly no archive, and
/// no stranger's bag either.
pub fn remove_bag(root: &Path) -> Result<()> {
    for name in [super::bag::BAGIT, super::bag::SIGNATURE, super::bag::TAGMANIFEST, super::bag::MANIFEST] {
        files::remove_if_there(&root.join(name)).map_err(|cause| Error::file("удалить", &root.join(name), &cause))?;
    }
    sync_folder(root)?;
    files::remove_folder(root).map_err(|cause| Error::file("удалить незаконченный архив", root, &cause))
}

/// A file being written to every carrier, cut into parts where it must be.
pub struct Stream<'a> {
    targets: &'a mut Targets,
    path: BagPath,
    cut: Option<u64>,
    part: u32,
    left: u64,
    block: Vec<u8>,
    written: Vec<Written>,
}

impl Stream<'_> {
    /// Closes the file; gives its parts, or the one file.
    pub fn finish(mut self) -> Result<Vec<Written>> {
        self.end_part()?;
        Ok(self.written)
    }

    fn next_part(&mut self) -> Result<()> {
        self.part += 1;
        self.left = self.cut.unwrap_or(u64::MAX);
        let path = self.part_path();
        self.targets.open(&path)
    }

    fn part_path(&self) -> BagPath {
        match self.cut {
            Some(_) => self.path.part(self.part),
            None => self.path.clone(),
        }
    }

    fn end_part(&mut self) -> Result<()> {
        self.send_block()?;
        self.targets.close()?;
        let path = self.part_path();
        let (sum, bytes) = self.targets.sum()?;
        self.written.push(Written { path, sum, bytes });
        Ok(())
    }

    fn send_block(&mut self) -> Result<()> {
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        if block.is_empty() {
            return Ok(());
        }
        let block = Arc::new(block);
        self.targets.sums.send(Part::Block(Arc::clone(&block))).map_err(|_| unsummed())?;
        self.targets.send(&block)
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            self.end_part().and_then(|()| self.next_part()).map_err(io::Error::other)?;
        }
        let room = BLOCK - self.block.len();
        let fits = bytes.len().min(room).min(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.block.extend_from_slice(&bytes[..fits]);
        self.left -= fits as u64;
        if self.block.len() == BLOCK {
            self.send_block().map_err(io::Error::other)?;
        }
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_stream_reaches_every_carrier_in_parts_that_join_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let roots = [dir.path().join("a"), dir.path().join("b")];
        roots.iter().for_each(|root| fs::create_dir(root).unwrap());
        let content: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        let mut targets = Targets::new(&roots);
        let mut stream = targets.stream(&BagPath::new("big").unwrap(), 3_000_000, 1_300_000).unwrap();
        stream.write_all(&content).unwrap();
        let written = stream.finish().unwrap();
        assert!(targets.finish().iter().all(Result::is_ok));
        assert_eq!(
            written.iter().map(|part| (part.path.as_str(), part.bytes)).collect::<Vec<_>>(),
            [("big.001", 1_300_000), ("big.002", 1_300_000), ("big.003", 400_000)]
        );
        for root in &roots {
            let parts: Vec<Vec<u8>> = written.iter().map(|part| fs::read(part.path.under(root)).unwrap()).collect();
            assert_eq!(parts.concat(), content);
            assert!(parts.iter().zip(&written).all(|(bytes, part)| Sum::of(bytes) == part.sum));
        }
    }

    #[test]
    fn a_carrier_that_fails_falls_out_and_the_other_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let roots = [dir.path().join("missing"), dir.path().join("b")];
        fs::create_dir(&roots[1]).unwrap();
        let mut targets = Targets::new(&roots);
        let path = BagPath::new("file").unwrap();
        let mut stream = targets.stream(&path, 1, FAT32_LIMIT).unwrap();
        stream.write_all(&[7; 5_000_000]).unwrap();
        stream.finish().unwrap();
        let outcome = targets.finish();
        assert!(outcome[0].is_err() && outcome[1].is_ok());
        assert_eq!(fs::read(path.under(&roots[1])).unwrap(), [7; 5_000_000]);
    }
}
