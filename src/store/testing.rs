//! A place in memory that fails in every way that a store can, at the request that a test chooses.

use super::place::{Answer, Fault, Limits, Piece, Place, Put, Tag, Upload};
use crate::school::Clock;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trick {
    /// Nothing.
    Fair,
    /// Refused with a fault that may pass; nothing is done.
    Before,
    /// Done, and the answer gets lost.
    After,
    /// What is read is cut off.
    Cut,
    /// What is read or written has a byte of another content.
    Garble,
    /// A listing that lags: every other file is missing in it.
    Lag,
    /// The program dies before the request: nothing is answered any more.
    DieBefore,
    /// The program dies after the request.
    DieAfter,
}

/// Chooses what goes wrong, by the number of the request and what it is.
type Plan = Box<dyn FnMut(usize, &str) -> Trick + Send>;

#[derive(Default)]
struct State {
    files: BTreeMap<String, (Vec<u8>, u64)>,
    uploads: BTreeMap<u64, BTreeMap<usize, Vec<u8>>>,
    count: u64,
    requests: usize,
    dead: bool,
}

/// The place.
pub struct Memory {
    state: Mutex<State>,
    plan: Mutex<Plan>,
    pub versions: bool,
    /// What is locked, and until when.
    pub locked: Mutex<BTreeMap<String, chrono::NaiveDate>>,
}

impl Memory {
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            plan: Mutex::new(Box::new(|_, _| Trick::Fair)),
            versions: true,
            locked: Mutex::default(),
        }
    }

    /// From now on requests go wrong by this plan; they are counted from 0 again, and a dead program lives.
    pub fn plan(&self, plan: impl FnMut(usize, &str) -> Trick + Send + 'static) {
        *self.plan.lock().unwrap() = Box::new(plan);
        let mut state = self.state.lock().unwrap();
        (state.requests, state.dead) = (0, false);
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.plan(|_, _| Trick::Fair);
    }

    pub fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }

    pub fn uploads(&self) -> usize {
        self.state.lock().unwrap().uploads.len()
    }

    /// What stands there, claims left out.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state.lock().unwrap();
        let files = state.files.iter().filter(|(key, _)| !key.ends_with("/.claim"));
        files.map(|(key, (bytes, _))| (key.clone(), bytes.clone())).collect()
    }

    /// Changes what stands under a key behind everybody's back.
    pub fn tamper(&self, key: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.state.lock().unwrap().files.get_mut(key).unwrap().0);
    }

    pub fn lose(&self, key: &str) {
        self.state.lock().unwrap().files.remove(key).unwrap();
    }

    /// A request: what goes wrong, what is done, and what of the answer comes back.
    fn request<T>(&self, what: &str, act: impl FnOnce(&mut State, Trick) -> T) -> Answer<T> {
        let mut plan = self.plan.lock().unwrap();
        let mut state = self.state.lock().unwrap();
        if state.dead {
            return Err(Fault::lasting("the program is dead"));
        }
        let trick = plan(state.requests, what);
        state.requests += 1;
        match trick {
            Trick::Before => return Err(Fault::passing("503")),
            Trick::DieBefore => {
                state.dead = true;
                return Err(Fault::lasting("the program is dead"));
            }
            _ => {}
        }
        let answer = act(&mut state, trick);
        match trick {
            Trick::After => Err(Fault::passing("the connection was reset")),
            Trick::DieAfter => {
                state.dead = true;
                Err(Fault::lasting("the program is dead"))
            }
            _ => Ok(answer),
        }
    }
}

impl State {
    fn put(&mut self, key: &str, bytes: &[u8], trick: Trick) -> Put {
        self.count += 1;
        let count = self.count;
        self.files.insert(key.to_owned(), (garbled(bytes, trick), count));
        Put::Done(Tag(count.to_string()))
    }
}

fn garbled(bytes: &[u8], trick: Trick) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle).filter(|_| trick == Trick::Garble) {
        *byte ^= 0x20;
    }
    bytes
}

impl Place for Memory {
    fn name(&self) -> String {
        "память".to_owned()
    }

    fn limits(&self) -> Limits {
        Limits { whole: 2000, part: 1000 }
    }

    fn get(&self, key: &str, from: u64, length: u64) -> Answer<Option<Piece>> {
        self.request("get", |state, trick| {
            let (bytes, tag) = state.files.get(key)?;
            let from = usize::try_from(from).unwrap().min(bytes.len());
            let to = from.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(bytes.len());
            // Another byte than what is stored wrong: two faults do not make good.
            let mut piece = bytes[from..to].to_vec();
            if let Some(byte) = piece.first_mut().filter(|_| trick == Trick::Garble) {
                *byte ^= 1;
            }
            if trick == Trick::Cut {
                piece.truncate(piece.len() / 2);
            }
            Some(Piece { bytes: piece, size: bytes.len() as u64, tag: Tag(tag.to_string()) })
        })
    }

    fn put_new(&self, key: &str, bytes: &[u8]) -> Answer<Put> {
        self.request("put", |state, trick| match state.files.contains_key(key) {
            true => Put::Taken,
            false => state.put(key, bytes, trick),
        })
    }

    fn put_over(&self, key: &str, bytes: &[u8], tag: &Tag) -> Answer<Put> {
        self.request("put", |state, trick| match state.files.get(key) {
            Some((_, there)) if there.to_string() == tag.0 => state.put(key, bytes, trick),
            _ => Put::Taken,
        })
    }

    fn begin<'p>(&'p self, key: &str) -> Answer<Box<dyn Upload + 'p>> {
        let id = self.request("begin", |state, _| {
            state.count += 1;
            let id = state.count;
            state.uploads.insert(id, BTreeMap::new());
            id
        })?;
        Ok(Box::new(InMemory { place: self, key: key.to_owned(), id }))
    }

    fn sweep(&self, _: &str) -> Answer<usize> {
        self.request("sweep", |state, _| std::mem::take(&mut state.uploads).len())
    }

    fn remove(&self, key: &str) -> Answer<()> {
        self.request("remove", |state, _| drop(state.files.remove(key)))
    }

    fn list(&self, folder: &str, each: &mut dyn FnMut(&str, u64)) -> Answer<()> {
        let found = self.request("list", |state, trick| {
            let files =
                state.files.iter().filter(|(key, _)| folder.is_empty() || key.starts_with(&format!("{folder}/")));
            let files = files.enumerate().filter(|(number, _)| trick != Trick::Lag || number % 2 == 0);
            files.map(|(_, (key, (bytes, _)))| (key.clone(), bytes.len() as u64)).collect::<Vec<_>>()
        })?;
        found.iter().for_each(|(key, size)| each(key, *size));
        Ok(())
    }

    fn keeps_versions(&self) -> Answer<bool> {
        self.request("versions", |_, _| self.versions)
    }

    fn locks(&self) -> Answer<bool> {
        self.request("locks", |_, _| self.versions)
    }

    fn locked(&self, key: &str) -> Answer<Option<DateTime<Utc>>> {
        self.request("locked", |_, _| {
            let until = self.locked.lock().unwrap().get(key).copied();
            until.map(|until| until.and_hms_opt(0, 0, 0).unwrap().and_utc())
        })
    }

    fn lock(&self, key: &str, until: chrono::NaiveDate, _: bool) -> Answer<()> {
        self.request("lock", |_, _| {
            self.locked.lock().unwrap().insert(key.to_owned(), until);
        })
    }
}

/// The same place in several hands.
impl Place for Arc<Memory> {
    fn name(&self) -> String {
        (**self).name()
    }

    fn limits(&self) -> Limits {
        (**self).limits()
    }

    fn get(&self, key: &str, from: u64, length: u64) -> Answer<Option<Piece>> {
        (**self).get(key, from, length)
    }

    fn put_new(&self, key: &str, bytes: &[u8]) -> Answer<Put> {
        (**self).put_new(key, bytes)
    }

    fn put_over(&self, key: &str, bytes: &[u8], tag: &Tag) -> Answer<Put> {
        (**self).put_over(key, bytes, tag)
    }

    fn begin<'p>(&'p self, key: &str) -> Answer<Box<dyn Upload + 'p>> {
        (**self).begin(key)
    }

    fn sweep(&self, folder: &str) -> Answer<usize> {
        (**self).sweep(folder)
    }

    fn remove(&self, key: &str) -> Answer<()> {
        (**self).remove(key)
    }

    fn list(&self, folder: &str, each: &mut dyn FnMut(&str, u64)) -> Answer<()> {
        (**self).list(folder, each)
    }

    fn keeps_versions(&self) -> Answer<bool> {
        (**self).keeps_versions()
    }

    fn locks(&self) -> Answer<bool> {
        (**self).locks()
    }

    fn lock(&self, key: &str, until: chrono::NaiveDate, strict: bool) -> Answer<()> {
        (**self).lock(key, until, strict)
    }

    fn locked(&self, key: &str) -> Answer<Option<DateTime<Utc>>> {
        (**self).locked(key)
    }
}

struct InMemory<'p> {
    place: &'p Memory,
    key: String,
    id: u64,
}

impl Upload for InMemory<'_> {
    fn part(&mut self, number: usize, bytes: &[u8]) -> Answer<()> {
        let id = self.id;
        self.place.request("part", |state, trick| match state.uploads.get_mut(&id) {
            Some(parts) => {
                parts.insert(number, garbled(bytes, trick));
                Ok(())
            }
            None => Err(Fault::lasting("no such upload")),
        })?
    }

    fn complete(&mut self) -> Answer<()> {
        let id = self.id;
        let key = self.key.clone();
        self.place.request("complete", |state, trick| match state.uploads.remove(&id) {
            Some(parts) => {
                let whole: Vec<u8> = parts.into_values().flatten().collect();
                state.put(&key, &whole, trick);
                Ok(())
            }
            None => Err(Fault::lasting("no such upload")),
        })?
    }

    fn abort(&mut self) -> Answer<()> {
        let id = self.id;
        self.place.request("abort", |state, _| drop(state.uploads.remove(&id)))
    }
}

/// A clock that tests turn.
pub struct Hand(AtomicI64);

impl Hand {
    pub fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    pub fn turn(&self, minutes: i64) {
        self.0.fetch_add(minutes, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<FixedOffset> {
        let begin = DateTime::parse_from_rfc3339("2026-02-01T10:00:00+03:00").unwrap();
        begin + TimeDelta::minutes(self.0.load(Ordering::SeqCst))
    }
}
