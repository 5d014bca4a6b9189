//! New records brought to the mirror.
//!
//! One loop a segment, as for the files of a bag: look what stands there, put what is lacking, look again. A pair that stands
//! whole and is of this ledger is taken as it is, whoever has put it. Half a pair may be somebody's who is just putting it, so
//! it is left alone for a while; then it is put over, since nobody but its writer could finish it.

use super::state::{Last, State};
use super::{File, LONGEST, NOTE, Shelf, sealed, sum};
use crate::error::{Action, Error, Result};
use crate::journal::Proven;
use crate::journal::entry::{Body, Entry};
use crate::ledger::chain::{Hash, Record, ZERO, hex};
use crate::ledger::identity::{Identity, PublicIdentity};
use crate::ledger::line;
use crate::ledger::log::note::Note;
use crate::ledger::log::segment::{self, Segment};
use crate::school::{Clock, RECORDS, counted};
use crate::store::patient::Patient;
use crate::store::place::{Put, Tag};
use crate::store::settings::Lock;
use chrono::{Days, TimeDelta};

/// So often a pair is looked at before the place is told to be at fault.
const ROUNDS: usize = 8;
/// Half a pair is left alone for so long.
const LEFT_ALONE: TimeDelta = TimeDelta::minutes(2);
/// A segment is locked for so many days.
pub const LOCKED_DAYS: u64 = 45;
/// What encryption adds, and the header for some dozens of keys.
pub const OVERHEAD: usize = 32 * 1024;

/// What a mirror is brought, by whom.
pub struct Bringing<'a> {
    /// Where to.
    pub place: Patient<'a>,
    /// Where it lies there.
    pub shelf: Shelf,
    /// The journal.
    pub proven: &'a Proven,
    /// The key of the school's server, which signs the notes.
    pub server: &'a Identity,
    /// Every key that the server has ever had.
    pub servers: &'a [PublicIdentity],
    /// Age recipients of what is new.
    pub recipients: &'a [String],
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Whether segments are locked against removal.
    pub lock: Lock,
    /// How long a segment may be, in bytes.
    pub longest: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Brought {
    /// Segments that were put.
    pub segments: usize,
    /// Records that the mirror has now and had not before, as far as this workplace knew.
    pub records: u64,
    /// Where half a segment stands that another may be putting: the number of its first record.
    pub waits_at: Option<u64>,
    /// Why segments are not locked though the place can.
    pub unlocked: Option<String>,
}

/// A segment in hand.
struct Own {
    segment: Segment,
    note: String,
    bytes: Vec<u8>,
}

/// A file that stands in the place.
type There = Option<(Vec<u8>, Tag)>;

impl Bringing<'_> {
    /// Brings what the mirror lacks, and says after each segment what is remembered, so that a kill costs one.
    ///
    /// # Errors
    /// A place that does not answer; a mirror that has another ledger, or more of this one.
    pub fn bring(&self, state: &mut State, remember: &mut dyn FnMut(&State) -> Result<()>) -> Result<Brought> {
        let (mut brought, end) = (Brought::default(), self.proven.tip().seq);
        let known = self.known(state)?;
        let before = known.as_ref().map_or(0, |last| last.to);
        // The last one is looked at again: what stands after it rests on it.
        let mut from = known.map_or(1, |last| last.from);
        let locks = self.lock != Lock::None && self.place.ask(|| self.place.at_once().locks())?;
        while from <= end {
            let Some((segment, put)) = self.settle(from, state)? else {
                brought.waits_at = Some(from);
                remember(state)?;
                return Ok(brought);
            };
            if put {
                brought.segments += 1;
                if locks && let Err(error) = self.lock(from) {
                    brought.unlocked = Some(error.message().to_owned());
                }
            }
            state.note_last(&segment);
            brought.records = segment.to.saturating_sub(before);
            remember(state)?;
            from = segment.to + 1;
        }
        if let Some((note, _)) = self.get(from, File::Note)?
            && let Some(beyond) = self.own_note(&note, from)
        {
            self.is_of_this_ledger(&beyond)?;
            return Err(longer(&beyond, end));
        }
        state.whole_at = Some(self.clock.now());
        Ok(brought)
    }

    /// The last segment that is remembered, where it is of this ledger and its note still stands there: a place that was emptied
    /// meanwhile is brought everything again.
    fn known(&self, state: &State) -> Result<Option<Last>> {
        let of_ledger = |last: &Last| self.proven.head_at(last.to).is_some_and(|head| hex(&head) == last.head);
        let Some(last) = state.last.clone().filter(of_ledger) else { return Ok(None) };
        let note = self.get(last.from, File::Note)?;
        let stands =
            note.and_then(|(note, _)| self.own_note(&note, last.from)).is_some_and(|found| found.to == last.to);
        Ok(stands.then_some(last))
    }

    /// Sees to it that a segment stands whole that begins with this record; tells also whether it was put here. Nothing where
    /// half of one stands there that another may be putting.
    fn settle(&self, from: u64, state: &mut State) -> Result<Option<(Segment, bool)>> {
        let mut own: Option<Own> = None;
        // What this very run has put, whatever became of it there.
        let mut ours: Vec<Tag> = Vec::new();
        for _ in 0..ROUNDS {
            let (note, file) = (self.get(from, File::Note)?, self.get(from, File::Segment)?);
            if let Some(found) = note.as_ref().and_then(|(note, _)| self.own_note(note, from)) {
                self.is_of_this_ledger(&found)?;
                if file.as_ref().is_some_and(|(bytes, _)| sum(bytes) == found.sha256) {
                    let put = own.is_some_and(|own| own.segment == found);
                    return Ok(Some((found, put)));
                }
            }
            let made = match own.take() {
                Some(made) => made,
                None => self.make(from)?,
            };
            let made = own.insert(made);
            let is_ours = |there: &There, bytes: &[u8]| {
                there.as_ref().is_none_or(|(found, tag)| found == bytes || ours.contains(tag))
            };
            if !(is_ours(&note, made.note.as_bytes()) && is_ours(&file, &made.bytes)) {
                let tag = |there: &There| there.as_ref().map(|(_, tag)| tag.0.clone()).unwrap_or_default();
                let seen = format!("{} {}", tag(&note), tag(&file));
                if !state.has_stood(from, &seen, self.clock.now(), LEFT_ALONE) {
                    return Ok(None);
                }
                // Put over what was seen there; from here on it is ours, unless somebody was quicker.
                if let Some(tag) = self.put(&self.shelf.key(from, File::Segment), &made.bytes, file)? {
                    let put = self.put(&self.shelf.key(from, File::Note), made.note.as_bytes(), note)?;
                    ours.extend([Some(tag), put].into_iter().flatten());
                }
                continue;
            }
            let stands = file.as_ref().is_some_and(|(bytes, _)| *bytes == made.bytes);
            let put = match stands {
                false => self.put(&self.shelf.key(from, File::Segment), &made.bytes, file)?,
                true => self.put(&self.shelf.key(from, File::Note), made.note.as_bytes(), note)?,
            };
            ours.extend(put);
        }
        Err(Error::environment(format!(
            "хранилище ({}) раз за разом хранит не то, что ему дали: отрезок зеркала с записи № {from}",
            self.place.name()
        ))
        .next("не доверяйте ему зеркало журнала; сообщите тому, кто его ведёт"))
    }

    /// Puts bytes in the place of what was seen there.
    fn put(&self, key: &str, bytes: &[u8], there: There) -> Result<Option<Tag>> {
        let put = match there {
            Some((_, tag)) => self.place.put_over(key, bytes, &tag)?,
            None => self.place.put_new(key, bytes)?,
        };
        Ok(match put {
            Put::Done(tag) => Some(tag),
            Put::Taken => None,
        })
    }

    fn get(&self, from: u64, file: File) -> Result<There> {
        let most = match file {
            File::Segment => LONGEST,
            File::Note => NOTE,
        };
        self.place.get_whole(&self.shelf.key(from, file), most)
    }

    /// A note that the school's server has signed, of the segment that begins here.
    fn own_note(&self, bytes: &[u8], from: u64) -> Option<Segment> {
        let note = Note::parse(std::str::from_utf8(bytes).ok()?).ok()?;
        let segment = Segment::read(&note)?;
        let fits = segment.origin == self.shelf.origin && segment.from == from;
        (fits && segment.is_signed(&note, self.servers)).then_some(segment)
    }

    /// Whether what the school's server has put there is what this ledger says.
    fn is_of_this_ledger(&self, segment: &Segment) -> Result<()> {
        let tip = self.proven.tip();
        match self.proven.head_at(segment.to) {
            _ if self.head_before(segment.from) != segment.previous => Err(another(segment)),
            Some(head) if head == segment.head => Ok(()),
            Some(_) => Err(another(segment)),
            None => Err(longer(segment, tip.seq)),
        }
    }

    fn head_before(&self, from: u64) -> Hash {
        from.checked_sub(1).and_then(|seq| self.proven.head_at(seq)).unwrap_or(ZERO)
    }

    /// Makes a segment of as many records as fit.
    fn make(&self, from: u64) -> Result<Own> {
        let (mut lines, mut to) = (String::new(), from);
        for seq in from..=self.proven.tip().seq {
            let more = self.lines_of(&self.proven.record(seq)?)?;
            if seq > from && lines.len() + more.len() + OVERHEAD > self.longest.max(OVERHEAD) {
                break;
            }
            lines.push_str(&more);
            to = seq;
        }
        let bytes = sealed::seal(&lines, self.recipients)?;
        let segment = Segment {
            origin: self.shelf.origin,
            from,
            to,
            previous: self.head_before(from),
            head: self.proven.head_at(to).unwrap_or(ZERO),
            sha256: sum(&bytes),
        };
        let note = segment.signed(self.server)?.to_string();
        Ok(Own { segment, note, bytes })
    }

    /// The lines of a record: the texts that it rests on, and itself.
    fn lines_of(&self, record: &Record) -> Result<String> {
        let mut lines = String::new();
        let mut add = |line: &str| {
            lines.push_str(line);
            lines.push('\n');
        };
        match Entry::from_json(&record.payload)?.body {
            Body::DocumentIssued(issued) => {
                for page in &issued.pages {
                    add(&segment::write_text(&page.0, &self.proven.page_text(&page.0)?)?);
                }
            }
            Body::DocumentSigned(signed) => {
                for file in &signed.files {
                    add(&segment::write_text(&file.sha256, &self.proven.signature_file(&file.sha256)?)?);
                }
            }
            _ => {}
        }
        add(&line::write(record));
        Ok(lines)
    }

    fn lock(&self, from: u64) -> Result<()> {
        let today = self.clock.now().to_utc().date_naive();
        let until = today.checked_add_days(Days::new(LOCKED_DAYS + 1)).unwrap_or(today);
        for file in [File::Segment, File::Note] {
            let key = self.shelf.key(from, file);
            self.place.ask(|| self.place.at_once().lock(&key, until, self.lock == Lock::Compliance))?;
        }
        Ok(())
    }
}

fn another(segment: &Segment) -> Error {
    Error::damaged(format!("в зеркале другой журнал: записи № {}–{} там не те, что здесь", segment.from, segment.to))
        .next_by(
            "если этот журнал восстановлен из копии, сначала заберите из зеркала то, что в нём было",
            Action::RebuildFromMirror,
        )
        .then_by("и продолжите журнал, как после беды", Action::ResumeJournal)
        .then("иначе кто-то ведёт вторую копию этого журнала: найдите её")
}

fn longer(segment: &Segment, length: u64) -> Error {
    Error::refused(format!(
        "в зеркале журнал длиннее: там есть запись № {}, а здесь только {}",
        segment.to,
        counted(length, RECORDS)
    ))
    .next_by("журнал восстановлен из копии: сначала заберите из зеркала то, чего в нём нет", Action::RebuildFromMirror)
}
