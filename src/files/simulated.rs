//! A carrier for tests that keeps apart what was not synced, and loses its power when it is told to.
//!
//! It is made of sectors of 512 bytes, of names and of lengths. What is written is seen at once, and waits: when the power goes,
//! any part of what waits may have reached the carrier, in any order, and the rest has not. A sector is whole or as it was; a
//! write of several may be torn between any two. A length that came without its sectors shows what lay there before.

use super::medium::{Medium, SECTOR};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard};

type Sector = [u8; SECTOR];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Content {
    length: u64,
    sectors: BTreeMap<u64, Sector>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct State {
    names: BTreeMap<String, u64>,
    files: BTreeMap<u64, Content>,
}

#[derive(Debug, Clone)]
enum Change {
    Name(String, Option<u64>),
    Length(u64, u64),
    Sector(u64, u64, Box<Sector>),
}

#[derive(Debug, Clone, Default)]
struct Carrier {
    seen: State,
    durable: State,
    waiting: Vec<Change>,
    last_file: u64,
    /// Acts that change or sync something.
    acts: u64,
    /// The power goes in the middle of this act.
    cut_at: Option<u64>,
    off: bool,
    write_protected: bool,
    room: Option<u64>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct SimulatedCarrier(Mutex<Carrier>);

/// Whether a change that waits reaches the carrier: decided at the cut, for each.
pub trait Fate {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize;
}

/// Marsaglia's xorshift: the same numbers in every run of a seed.
pub struct Dice(u64);

impl Dice {
    /// Of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
}

impl Fate for Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

impl State {
    fn take(&mut self, change: &Change) {
        match change {
            Change::Name(name, Some(file)) => {
                self.names.insert(name.clone(), *file);
                self.files.entry(*file).or_default();
            }
            Change::Name(name, None) => drop(self.names.remove(name)),
            Change::Length(file, length) => self.files.entry(*file).or_default().length = *length,
            Change::Sector(file, at, sector) => {
                self.files.entry(*file).or_default().sectors.insert(*at, **sector);
            }
        }
    }
}

/// What lies in a sector that nobody has written.
fn garbage(file: u64, at: u64) -> Sector {
    let mut dice = Dice::new(file * 7919 + at);
    std::array::from_fn(|_| dice.below(256) as u8)
}

impl SimulatedCarrier {
    fn carrier(&self) -> MutexGuard<'_, Carrier> {
        self.0.lock().unwrap()
    }

    /// How many acts there were.
    pub fn acts(&self) -> u64 {
        self.carrier().acts
    }

    /// The power goes in the middle of the act of this number, counted from now, from 0.
    pub fn cut_after(&self, acts: u64) {
        let mut carrier = self.carrier();
        carrier.cut_at = Some(carrier.acts + acts);
    }

    /// Whether the power is off.
    pub fn is_off(&self) -> bool {
        self.carrier().off
    }

    /// Nothing can be written any more.
    pub fn protect(&self) {
        self.carrier().write_protected = true;
    }

    /// All files together may have so many bytes.
    pub fn room(&self, bytes: u64) {
        self.carrier().room = Some(bytes);
    }

    /// Switches the power off now.
    pub fn pull_out(&self) {
        self.carrier().off = true;
    }

    /// Switches the power on again: `fate` decides of all that waited what has reached the carrier.
    pub fn power_on(&self, fate: &mut impl Fate) {
        let mut carrier = self.carrier();
        let mut waiting = std::mem::take(&mut carrier.waiting);
        // Mostly some of it; now and then all or nothing.
        let share = fate.below(5);
        waiting.retain(|_| match share {
            0 => false,
            4 => true,
            share => fate.below(4) < share,
        });
        for at in (1..waiting.len()).rev() {
            let other = fate.below(at + 1);
            waiting.swap(at, other);
        }
        for change in &waiting {
            carrier.durable.take(change);
        }
        carrier.seen = carrier.durable.clone();
        (carrier.off, carrier.cut_at) = (false, None);
    }

    /// Puts a file onto it as it is, durably: for those who spoil one.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        self.write(name, bytes).unwrap();
    }

    /// A whole file.
    pub fn get(&self, name: &str) -> Vec<u8> {
        self.read(name, u64::MAX).unwrap().unwrap()
    }

    /// The names on it.
    pub fn names(&self) -> Vec<String> {
        self.carrier().seen.names.keys().cloned().collect()
    }

    /// The same carrier in another world, with what waits on it.
    pub fn twin(&self) -> Self {
        Self(Mutex::new(self.carrier().clone()))
    }
}

impl Carrier {
    fn alive(&self) -> io::Result<()> {
        if self.off { Err(io::Error::from_raw_os_error(5)) } else { Ok(()) }
    }

    /// Counts an act that changes something; says whether the power goes in the middle of it.
    fn act(&mut self) -> io::Result<bool> {
        self.alive()?;
        if self.write_protected {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        let cut = self.cut_at == Some(self.acts);
        self.acts += 1;
        self.off |= cut;
        Ok(cut)
    }

    fn change(&mut self, change: Change) {
        self.seen.take(&change);
        self.waiting.push(change);
    }

    fn id(&self, name: &str) -> io::Result<u64> {
        self.alive()?;
        self.seen.names.get(name).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn has_room(&self, file: u64, length: u64) -> io::Result<()> {
        let others = self.seen.names.values().filter(|other| **other != file);
        let used: u64 = others.map(|other| self.seen.files[other].length).sum();
        match self.room {
            Some(room) if used + length > room => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }

    fn settle(&mut self, is_meant: impl Fn(&Change) -> bool) {
        let (meant, others) = std::mem::take(&mut self.waiting).into_iter().partition(is_meant);
        self.waiting = others;
        let meant: Vec<Change> = meant;
        meant.iter().for_each(|change| self.durable.take(change));
    }
}

impl Medium for SimulatedCarrier {
    fn length(&self, name: &str) -> io::Result<Option<u64>> {
        let carrier = self.carrier();
        carrier.alive()?;
        Ok(carrier.seen.names.get(name).map(|file| carrier.seen.files[file].length))
    }

    fn make(&self, name: &str) -> io::Result<()> {
        let mut carrier = self.carrier();
        carrier.alive()?;
        if carrier.seen.names.contains_key(name) {
            return Ok(());
        }
        carrier.act()?;
        carrier.last_file += 1;
        let change = Change::Name(name.to_owned(), Some(carrier.last_file));
        carrier.change(change);
        carrier.alive()
    }

    fn set_length(&self, name: &str, length: u64) -> io::Result<()> {
        let mut carrier = self.carrier();
        let file = carrier.id(name)?;
        if carrier.seen.files[&file].length != length {
            carrier.has_room(file, length)?;
            carrier.act()?;
            carrier.change(Change::Length(file, length));
        }
        carrier.alive()
    }

    fn read_at(&self, name: &str, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let carrier = self.carrier();
        let file = carrier.id(name)?;
        let content = &carrier.seen.files[&file];
        if at + bytes.len() as u64 > content.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let size = SECTOR as u64;
        let (mut sector, mut loaded) = (u64::MAX, [0; SECTOR]);
        for (place, byte) in (at..).zip(bytes) {
            if place / size != sector {
                sector = place / size;
                loaded = content.sectors.get(&sector).copied().unwrap_or_else(|| garbage(file, sector));
            }
            *byte = loaded[(place % size) as usize];
        }
        Ok(())
    }

    fn write_at(&self, name: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut carrier = self.carrier();
        let file = carrier.id(name)?;
        let (end, size) = (at + bytes.len() as u64, SECTOR as u64);
        if end > carrier.seen.files[&file].length {
            carrier.has_room(file, end)?;
        }
        carrier.act()?;
        if end > carrier.seen.files[&file].length {
            carrier.change(Change::Length(file, end));
        }
        for sector in at / size..end.div_ceil(size) {
            let seen = carrier.seen.files[&file].sectors.get(&sector).copied();
            let mut whole = seen.unwrap_or_else(|| garbage(file, sector));
            for (place, byte) in (sector * size..).zip(whole.iter_mut()) {
                if (at..end).contains(&place) {
                    *byte = bytes[(place - at) as usize];
                }
            }
            carrier.change(Change::Sector(file, sector, Box::new(whole)));
        }
        carrier.alive()
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        let mut carrier = self.carrier();
        let file = carrier.id(name)?;
        if !carrier.act()? {
            carrier.settle(|change| match change {
                Change::Length(of, _) | Change::Sector(of, ..) => *of == file,
                Change::Name(..) => false,
            });
        }
        carrier.alive()
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut carrier = self.carrier();
        if !carrier.act()? {
            carrier.settle(|change| matches!(change, Change::Name(..)));
        }
        carrier.alive()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut carrier = self.carrier();
        carrier.alive()?;
        if carrier.seen.names.contains_key(name) {
            carrier.act()?;
            carrier.change(Change::Name(name.to_owned(), None));
        }
        carrier.alive()
    }
}
