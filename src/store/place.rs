//! What the bag protocol asks of a place: little, so that any store that speaks S3 can give it, and a folder too.
//!
//! A key is a path with `/` between its parts. A tag tells one content of a key from the next; it is compared, and nothing is
//! ever concluded from what it looks like.

use crate::error::{Error, Next};
use chrono::{DateTime, NaiveDate, Utc};
use std::fmt;

/// How much goes in one request, in bytes; so much is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// What is put at once at most; longer files go up in parts.
    pub whole: u64,
    /// How long a part is, and what is read at once.
    pub part: u64,
}

/// Of every place but those of tests.
pub const LIMITS: Limits = Limits { whole: 16 * 1024 * 1024, part: 8 * 1024 * 1024 };

/// What a place answers.
pub type Answer<T> = Result<T, Fault>;

/// Why a place did not do what it was asked.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What can be done about it.
    pub kind: FaultKind,
    /// What was said, in Russian or as the store said it.
    pub what: String,
}

/// What can be done about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It may pass: the network, an overloaded store. Whether something was done before it is not known.
    Passing,
    /// Whoever asked may not.
    Denied,
    /// There is no room.
    Full,
    /// It does not pass by itself.
    Lasting,
}

impl Fault {
    /// A fault that may pass.
    pub fn passing(what: impl Into<String>) -> Self {
        Self { kind: FaultKind::Passing, what: what.into() }
    }

    /// A fault that does not pass by itself.
    pub fn lasting(what: impl Into<String>) -> Self {
        Self { kind: FaultKind::Lasting, what: what.into() }
    }

    /// The fault as people are told it.
    pub fn told(&self, place: &str) -> Error {
        let (says, next) = match self.kind {
            FaultKind::Passing => (
                "не отвечает как следует",
                "проверьте сеть и повторите: что уже передано и сверено, второй раз не передаётся",
            ),
            FaultKind::Denied => ("не пускает", "проверьте ключ доступа и права на это хранилище"),
            FaultKind::Full => {
                ("не принимает: нет места", "освободите в хранилище место или увеличьте его и повторите")
            }
            FaultKind::Lasting => ("не делает того, что нужно", "проверьте настройки хранилища и испытайте его"),
        };
        Error::environment(format!("хранилище ({place}) {says}: {}", self.what)).next(Next::new(next))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// One content of a key, told from the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(pub String);

/// A piece of what stands under a key.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The bytes that were asked for, as far as there are so many.
    pub bytes: Vec<u8>,
    /// How long all of it is.
    pub size: u64,
    /// Which content it is of.
    pub tag: Tag,
}

/// What became of a conditional put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It stands there.
    Done(Tag),
    /// Something else stands there than was supposed; nothing was changed.
    Taken,
}

/// A long file on its way; under its key stands nothing of it before the end.
pub trait Upload {
    /// Sends a part, counted from 0. All but the last are [`Limits::part`] long. The same part may be sent again.
    ///
    /// # Errors
    /// A fault of the place.
    fn part(&mut self, number: usize, bytes: &[u8]) -> Answer<()>;

    /// Puts all parts under the key, over whatever stands there.
    ///
    /// # Errors
    /// A fault of the place.
    fn complete(&mut self) -> Answer<()>;

    /// Gives it up, and the room that it takes.
    ///
    /// # Errors
    /// A fault of the place.
    fn abort(&mut self) -> Answer<()>;
}

/// A place for files.
pub trait Place: Sync {
    /// What people call it.
    fn name(&self) -> String;

    /// How much goes in one request.
    fn limits(&self) -> Limits {
        LIMITS
    }

    /// At most so many bytes of what stands under a key, from a place on; nothing where nothing stands.
    ///
    /// # Errors
    /// A fault of the place.
    fn get(&self, key: &str, from: u64, length: u64) -> Answer<Option<Piece>>;

    /// Puts bytes where nothing stands.
    ///
    /// # Errors
    /// A fault of the place.
    fn put_new(&self, key: &str, bytes: &[u8]) -> Answer<Put>;

    /// Puts bytes over exactly the content that a tag tells.
    ///
    /// # Errors
    /// A fault of the place.
    fn put_over(&self, key: &str, bytes: &[u8], tag: &Tag) -> Answer<Put>;

    /// Begins to put a long file.
    ///
    /// # Errors
    /// A fault of the place.
    fn begin<'p>(&'p self, key: &str) -> Answer<Box<dyn Upload + 'p>>;

    /// Gives up what others have begun to put below a folder and have left. Tells how many these were.
    ///
    /// # Errors
    /// A fault of the place.
    fn sweep(&self, folder: &str) -> Answer<usize>;

    /// Removes what stands under a key, if anything.
    ///
    /// # Errors
    /// A fault of the place.
    fn remove(&self, key: &str) -> Answer<()>;

    /// Tells of what stands below a folder, key and length; what was put lately may be missing.
    ///
    /// # Errors
    /// A fault of the place.
    fn list(&self, folder: &str, each: &mut dyn FnMut(&str, u64)) -> Answer<()>;

    /// Whether what is put over something leaves that to be had again.
    ///
    /// # Errors
    /// A fault of the place.
    fn keeps_versions(&self) -> Answer<bool>;

    /// Whether what stands there can be locked against removal.
    ///
    /// # Errors
    /// A fault of the place.
    fn locks(&self) -> Answer<bool> {
        Ok(false)
    }

    /// Locks what stands under a key until a day begins (UTC); `strict` is what nobody at all can take back.
    ///
    /// # Errors
    /// A fault of the place; one that locks nothing.
    fn lock(&self, _key: &str, _until: NaiveDate, _strict: bool) -> Answer<()> {
        Err(Fault::lasting("это хранилище не запирает файлов"))
    }

    /// Until when what stands under a key is locked; nothing where it is not.
    ///
    /// # Errors
    /// A fault of the place.
    fn locked(&self, _key: &str) -> Answer<Option<DateTime<Utc>>> {
        Ok(None)
    }

    /// Removes what stands below a folder but under one key, with every version that is kept of it. Tells how many these were.
    ///
    /// # Errors
    /// A fault of the place.
    fn erase(&self, folder: &str, keep: &str) -> Answer<usize> {
        let mut keys = Vec::new();
        self.list(folder, &mut |key, _| {
            if key != keep {
                keys.push(key.to_owned());
            }
        })?;
        keys.iter().try_for_each(|key| self.remove(key))?;
        Ok(keys.len())
    }
}
