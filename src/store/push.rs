//! A bag brought into a place.
//!
//! Each file is looked at, put where it is lacking, and looked at again, until every byte that stands there is the one that
//! should: one loop settles a first run and one that goes on after a kill, an answer that got lost, a file that somebody else has
//! put, and a store that kept something else than it was given. `bagit.txt` comes last, so what was left in the middle is no bag.
//!
//! A bag that stands there already and is damaged is healed where the place keeps what it had before.

use super::claim::{Claim, Writer};
use super::destroy;
use super::patient::Patient;
use super::place::{LIMITS, Put, Tag};
use super::shelf::Shelf;
use super::verify::is_declared;
use crate::archive::bag::{BAGIT, BagPath, Folder, RECOVERY, SIGNATURE, TAGMANIFEST};
use crate::archive::progress::Progress;
use crate::archive::report::Verdict;
use crate::archive::signature::ArchiveSignature;
use crate::archive::sum::{Sum, Summing};
use crate::archive::verify::{Request, verify};
use crate::error::{Action, Error, Kind, Result};
use std::io::{self, Read, Write};

/// So often a file is put at most before the place is told to be at fault.
const PUTS: usize = 4;

/// What became of a bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Its code.
    pub code: String,
    /// How many files it has.
    pub files: usize,
    /// How many of them were sent; the others stood there already.
    pub sent: usize,
    /// The bytes of those that were sent.
    pub bytes: u64,
    /// Files of a finished bag that were missing or damaged, and are whole again.
    pub healed: Vec<String>,
    /// Uploads that were given up in the middle, and whose room is free again.
    pub swept: usize,
}

/// A file of the bag as it is on the carrier.
struct Local {
    path: BagPath,
    size: u64,
    sum: Sum,
}

/// What stands in the place of a file.
enum There {
    Nothing,
    Right,
    Wrong(Tag),
}

/// Brings a bag to its shelf.
///
/// # Errors
/// A bag that is not whole; another one under its name; somebody else who is writing it; a fault of the place that stays. What
/// stands there then is no bag, or the one that stood there before.
pub fn push(
    place: Patient<'_>,
    bag: &Folder,
    shelf: &Shelf,
    writer: Writer<'_>,
    progress: &dyn Progress,
) -> Result<Pushed> {
    let (files, code) = whole(bag, progress)?;
    destroy::is_kept(place, shelf)?;
    let state = State::of(place, shelf, bag)?;
    let pushed = Pushed { code, files: files.len(), sent: 0, bytes: 0, healed: Vec::new(), swept: 0 };
    let mut run = Run { place, bag, shelf, state, claim: None, writer, progress, pushed };
    let done = run.bring_all(&files);
    if let Some(claim) = run.claim.take() {
        claim.give_back();
    }
    done.map(|()| run.pushed)
}

/// Makes sure that the bag is whole, and tells its files and its code: `bagit.txt` last, and the signature before it.
fn whole(bag: &Folder, progress: &dyn Progress) -> Result<(Vec<Local>, String)> {
    let report = verify(bag.root(), &Request::default(), progress)?;
    let shown = bag.root().display();
    if !matches!(report.verdict, Verdict::Whole { .. } | Verdict::Genuine { .. }) {
        let faults: Vec<String> = report.faults().take(3).map(ToString::to_string).collect();
        let faults = if faults.is_empty() { String::new() } else { format!(": {}", faults.join("; ")) };
        return Err(Error::damaged(format!(
            "архив «{shown}» {}{faults}; в хранилище передают только целый",
            report.verdict.word()
        ))
        .next_by("проверьте его", Action::VerifyArchive));
    }
    let failed = |path: &BagPath, cause: &io::Error| Error::file("прочитать", &path.under(bag.root()), cause);
    let manifest = bag.manifest().ok_or_else(|| {
        Error::damaged(format!("архив «{shown}»: список сумм не читается"))
            .next_by("проверьте его", Action::VerifyArchive)
    })?;
    let mut files = Vec::new();
    for (path, size) in bag.own_files() {
        let sum = match manifest.get(&path) {
            Some(sum) => sum,
            None => {
                bag.open(&path)
                    .and_then(|file| Sum::of_reader(file.take(size), &crate::archive::progress::Quiet))
                    .map_err(|cause| failed(&path, &cause))?
                    .0
            }
        };
        files.push(Local { path, size, sum });
    }
    files.sort_by_key(|file| match file.path.as_str() {
        BAGIT => 3,
        SIGNATURE => 2,
        _ if file.path.is_in(RECOVERY) => 0,
        _ => 1,
    });
    let code = bag.code().map_err(|cause| failed_code(bag, &cause))?;
    Ok((files, code.to_string()))
}

fn failed_code(bag: &Folder, cause: &io::Error) -> Error {
    Error::file("прочитать", &bag.root().join(TAGMANIFEST), cause)
}

/// What the place has under the bag's name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// No bag, or one that was never finished.
    Open,
    /// This one, finished: what stands wrong in it is damage. Whether the place keeps what is put over.
    Finished { versions: bool },
}

impl State {
    fn of(place: Patient<'_>, shelf: &Shelf, bag: &Folder) -> Result<Self> {
        if !is_declared(place, shelf)? {
            return Ok(Self::Open);
        }
        let own = bag.read_tag(TAGMANIFEST).map_err(|cause| failed_code(bag, &cause))?;
        let there = place.get_whole(&shelf.under(TAGMANIFEST), LIMITS.whole)?.map(|(bytes, _)| bytes);
        let sealed = place.get_whole(&shelf.under(SIGNATURE), LIMITS.whole)?.map(|(bytes, _)| bytes);
        let seal = sealed.and_then(|file| ArchiveSignature::parse(&file).ok());
        // One of the two may be damaged. Where neither is this archive's, nothing tells that the rest is.
        let is_ours = there.is_some_and(|there| there == own) || seal.is_some_and(|seal| seal.holds(&own));
        if !is_ours {
            return Err(Error::refused(format!(
                "в хранилище под именем «{}» уже лежит другой архив: его код не тот; он не заменяется",
                shelf.bag()
            ))
            .next("проверьте оба: в хранилище и на носителе, и сверьте коды с актом"));
        }
        Ok(Self::Finished { versions: place.ask(|| place.at_once().keeps_versions())? })
    }
}

/// A bag on its way.
struct Run<'a> {
    place: Patient<'a>,
    bag: &'a Folder,
    shelf: &'a Shelf,
    state: State,
    /// Taken with the first file that is lacking: a bag that stands there whole is only looked at.
    claim: Option<Claim<'a>>,
    writer: Writer<'a>,
    progress: &'a dyn Progress,
    pushed: Pushed,
}

/// Whether to go on with the next file.
#[derive(PartialEq, Eq)]
enum Step {
    Next,
    /// The claim was only taken now: what was looked at before it may have been another's since.
    FromTheStart,
}

impl Run<'_> {
    fn bring_all(&mut self, files: &[Local]) -> Result<()> {
        let bytes: u64 = files.iter().map(|file| file.size).sum();
        'pass: loop {
            self.progress.begin("сверка с хранилищем и передача", bytes);
            for file in files {
                if self.bring(file)? == Step::FromTheStart {
                    continue 'pass;
                }
            }
            return Ok(());
        }
    }

    /// Sees to it that a file stands in the place.
    fn bring(&mut self, file: &Local) -> Result<Step> {
        for round in 0..PUTS {
            let found = self.look(file)?;
            if matches!(found, There::Right) {
                if round > 0 {
                    self.pushed.sent += 1;
                    self.pushed.bytes += file.size;
                    if self.state != State::Open {
                        self.pushed.healed.push(file.path.to_string());
                    }
                }
                self.progress.advance(file.size);
                return Ok(Step::Next);
            }
            self.may_put(file, &found)?;
            if self.claim.is_none() {
                self.take_claim()?;
                return Ok(Step::FromTheStart);
            }
            self.hold(file, &found)?;
            match &found {
                _ if file.size > self.place.limits().whole => {
                    let sent = self.upload(file);
                    self.may_send_again(sent, round)?;
                }
                There::Wrong(tag) => drop(self.place.put_over(&self.shelf.key(&file.path), &self.read(file)?, tag)?),
                _ => drop::<Put>(self.place.put_new(&self.shelf.key(&file.path), &self.read(file)?)?),
            }
        }
        if matches!(self.look(file)?, There::Right) {
            return Ok(Step::Next);
        }
        Err(Error::environment(format!(
            "хранилище ({}) раз за разом хранит не то, что ему дали: файл «{}»",
            self.place.name(),
            file.path
        ))
        .next("не доверяйте ему этот архив; сообщите тому, кто его ведёт"))
    }

    /// Whoever has just lost the claim may still give up what its holder has begun: he sends it once more. And who has lost it
    /// is told so, and not of the upload that its holder gave up.
    fn may_send_again(&mut self, sent: Result<()>, round: usize) -> Result<()> {
        match sent {
            Err(error) if error.kind() == Kind::Environment => {
                self.claim.as_mut().map_or(Ok(()), Claim::renew)?;
                if round == 0 { Ok(()) } else { Err(error) }
            }
            sent => sent,
        }
    }

    /// What of a finished bag is damaged is put over only where the place keeps what it had.
    fn may_put(&self, file: &Local, found: &There) -> Result<()> {
        match (self.state, found) {
            (State::Finished { versions: false }, There::Wrong(_)) => Err(Error::damaged(format!(
                "архив «{}» в хранилище повреждён: файл «{}» не тот, а прежнего содержания оно не хранит, и заменять его не стану",
                self.shelf.bag(),
                file.path
            ))
            .next("уберите повреждённый файл из хранилища сами, сохранив его, и повторите: недостающее будет передано")),
            _ => Ok(()),
        }
    }

    /// Takes the bag's claim, gives up what others have left in the middle, and looks once more at what stands there: somebody
    /// may have finished it meanwhile.
    fn take_claim(&mut self) -> Result<()> {
        self.claim = Some(Claim::take(self.place, self.shelf, &self.pushed.code, self.writer)?);
        self.sweep()?;
        self.state = State::of(self.place, self.shelf, self.bag)?;
        Ok(())
    }

    fn sweep(&mut self) -> Result<()> {
        let folder = self.shelf.to_string();
        self.pushed.swept += self.place.ask(|| self.place.at_once().sweep(&folder))?;
        Ok(())
    }

    /// Makes sure that the claim is still held: in any case before something is put over, which may be what another has put
    /// since, and before the declaration, which must not follow that.
    fn hold(&mut self, file: &Local, found: &There) -> Result<()> {
        let is_last = file.path.as_str() == BAGIT;
        match &mut self.claim {
            Some(claim) if is_last || matches!(found, There::Wrong(_)) => claim.renew()?,
            Some(claim) => claim.hold()?,
            None => {}
        }
        // An upload whose beginning was not heard of is nobody's; once the bag is finished, nobody comes to give it up.
        if is_last { self.sweep() } else { Ok(()) }
    }

    /// Reads what stands in the place of a file, to the last byte where it is as long.
    fn look(&mut self, file: &Local) -> Result<There> {
        let key = self.shelf.key(&file.path);
        let (mut hash, mut at) = (Summing::new(io::sink()), 0);
        loop {
            if let Some(claim) = &mut self.claim {
                claim.hold()?;
            }
            let Some(piece) = self.place.get(&key, at, self.place.limits().part)? else { return Ok(There::Nothing) };
            if piece.size != file.size {
                return Ok(There::Wrong(piece.tag));
            }
            at += piece.bytes.len() as u64;
            let _ = hash.write_all(&piece.bytes);
            if at >= file.size {
                let is_right = hash.finish().0 == file.sum;
                return Ok(if is_right { There::Right } else { There::Wrong(piece.tag) });
            }
        }
    }

    /// A short file of the carrier, which must still be what was verified.
    fn read(&self, file: &Local) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let open = self.bag.open(&file.path);
        open.and_then(|opened| opened.take(file.size.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(|cause| Error::file("прочитать", &file.path.under(self.bag.root()), &cause))?;
        if Sum::of(&bytes) == file.sum { Ok(bytes) } else { Err(self.changed(file)) }
    }

    fn changed(&self, file: &Local) -> Error {
        Error::damaged(format!(
            "файл «{}» изменился, пока архив передавался: в хранилище он не записан",
            file.path.under(self.bag.root()).display()
        ))
        .next_by("проверьте архив на носителе", Action::VerifyArchive)
    }

    /// Sends a long file in parts. Whether the end has been heard is for the next look to tell.
    fn upload(&mut self, file: &Local) -> Result<()> {
        let key = self.shelf.key(&file.path);
        let place = self.place;
        let mut upload = place.ask(|| place.at_once().begin(&key))?;
        let sent = self.send(file, &mut *upload);
        let ended = sent.and_then(|()| place.ask(|| upload.complete()));
        if ended.is_err() {
            // Where it cannot be told to give it up, whoever holds the claim next does.
            let _ = upload.abort();
            // An end that was not heard may have been one.
            return match self.look(file)? {
                There::Right => Ok(()),
                _ => ended,
            };
        }
        Ok(())
    }

    fn send(&mut self, file: &Local, upload: &mut dyn super::place::Upload) -> Result<()> {
        let failed = |cause: io::Error| Error::file("прочитать", &file.path.under(self.bag.root()), &cause);
        let mut opened = self.bag.open(&file.path).map_err(failed)?.take(file.size.saturating_add(1));
        let (mut hash, mut number) = (Summing::new(io::sink()), 0);
        let mut part = Vec::new();
        loop {
            part.clear();
            (&mut opened).take(self.place.limits().part).read_to_end(&mut part).map_err(failed)?;
            if part.is_empty() {
                break;
            }
            let _ = hash.write_all(&part);
            self.place.ask(|| upload.part(number, &part))?;
            number += 1;
            if let Some(claim) = &mut self.claim {
                claim.hold()?;
            }
        }
        let (sum, bytes, _) = hash.finish();
        if (sum, bytes) != (file.sum, file.size) {
            return Err(self.changed(file));
        }
        self.claim.as_mut().map_or(Ok(()), Claim::renew)
    }
}
