//! Informing parents by mail (§4): what is due is written from proven tables and put into the outbox, and what lies there is
//! delivered.
//!
//! It is meant to be asked every minute, by the school's server or by a timer, and does what there is to do:
//!
//! * final marks at once (§4.4), whatever entries brought them;
//! * the notice of an absence the same day, once the lesson is over;
//! * the digest of the day in the evening, of all that entries have brought since the last one (§4.2);
//! * the forecast on one evening of the week, in the class teacher's name (§4.3).
//!
//! Each kind is written for all families in one step and put into the outbox in one transaction, with how far it has got. So
//! a kill in between writes nothing, and the next minute does it again.

use crate::error::Result;
use crate::inform::mail::letter::{Letter, is_address};
use crate::inform::mail::told::{Before, Child, absence, digest, finals, forecast, short_day};
use crate::inform::mail::{Settings, Words};
use crate::inform::outbox::{About, Answer, Delivered, Mail, Outbox, Post, Quiet, ReaderKey, Readers, Round, Terms};
use crate::journal::Proven;
use crate::journal::contacts::{Contacts, Mailbox, Topic};
use crate::journal::read::{self, Pupil, Tables, informed};
use crate::school::{ClassName, Clock, Day, PersonalFile, School};
use chrono::{DateTime, Datelike, FixedOffset};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// What informing works with.
pub struct Informing<'a> {
    proven: &'a Proven,
    tables: Tables,
    school: School,
    contacts: &'a Contacts,
    settings: &'a Settings,
    clock: &'a dyn Clock,
}

/// A mail that was written, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it tells.
    pub kind: Topic,
    /// The address.
    pub address: String,
    /// The pupils of whom it tells.
    pub pupils: Vec<PersonalFile>,
    /// When it is due: later where the quiet hours are now.
    pub due: DateTime<FixedOffset>,
}

/// What was done in one go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// Mails that were written.
    pub written: Vec<Written>,
    /// What was delivered of them and of those before.
    pub delivered: Delivered,
    /// Another process is doing the same: nothing was done.
    pub elsewhere: bool,
}

/// A family: an address, and the children of whom it is told there.
struct Family {
    mailbox: Mailbox,
    children: Vec<Of>,
}

/// A child of a family, and who of the family reads there: «мать».
struct Of {
    pupil: Pupil,
    class: ClassName,
    who: BTreeSet<String>,
}

/// Mails of one kind, and how far they have got.
struct Step {
    mails: Vec<Mail>,
    till: Vec<(&'static str, String)>,
}

/// In the order in which they are written: what a notice has told, the digest does not tell again.
const KINDS: [Topic; 4] = [Topic::Finals, Topic::Absence, Topic::Digest, Topic::Forecast];

impl<'a> Informing<'a> {
    /// Takes what informing works with: a proof, the contacts, the settings and the time.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn new(
        proven: &'a Proven,
        contacts: &'a Contacts,
        settings: &'a Settings,
        clock: &'a dyn Clock,
    ) -> Result<Self> {
        let tables = proven.tables()?;
        let school = read::school(&tables)?;
        Ok(Self { proven, tables, school, contacts, settings, clock })
    }

    /// Writes what is due and delivers what lies in the outbox, until it is told to stop.
    ///
    /// # Errors
    /// Tables, contacts or an outbox that do not read or cannot be written.
    pub fn run(&self, outbox: &mut Outbox, post: &mut dyn Post, stop: &AtomicBool) -> Result<Ran> {
        let Some(mut round) = outbox.round()? else { return Ok(Ran { elsewhere: true, ..Ran::default() }) };
        let written = self.write(&mut round)?;
        let terms = Terms { clock: self.clock, quiet: self.quiet(), per_minute: self.settings.per_minute, stop };
        let mut readers = ReadersOf { contacts: self.contacts, day: self.day(), known: None };
        let delivered = round.deliver(post, &mut readers, terms)?;
        Ok(Ran { written, delivered, elsewhere: false })
    }

    /// Writes what is due and puts it into the outbox.
    ///
    /// # Errors
    /// As [`Informing::run`].
    pub fn write(&self, round: &mut Round<'_>) -> Result<Vec<Written>> {
        let families = self.families()?;
        for family in families.iter().filter(|family| !is_address(&family.mailbox.address)) {
            self.contacts.mark_dead(&family.mailbox.address, self.day(), "адрес записан с ошибкой")?;
        }
        let mut written = Vec::new();
        for kind in KINDS {
            let Some(step) = self.step(kind, &families, round.outbox())? else { continue };
            let till: Vec<(&str, &str)> = step.till.iter().map(|(what, till)| (*what, till.as_str())).collect();
            round.put(&step.mails, self.now(), &till)?;
            written.extend(step.mails.iter().map(Written::of));
        }
        Ok(written)
    }

    /// What would be written now; nothing is.
    ///
    /// # Errors
    /// As [`Informing::run`].
    pub fn due(&self, outbox: &Outbox) -> Result<Vec<Written>> {
        let families = self.families()?;
        let mut due = Vec::new();
        for kind in KINDS {
            let step = self.step(kind, &families, outbox)?;
            due.extend(step.iter().flat_map(|step| &step.mails).map(Written::of));
        }
        Ok(due)
    }

    fn step(&self, kind: Topic, families: &[Family], outbox: &Outbox) -> Result<Option<Step>> {
        match kind {
            Topic::Finals => self.finals(families, outbox),
            Topic::Absence => self.absences(families, outbox),
            Topic::Digest => self.digests(families, outbox),
            Topic::Forecast => self.forecasts(families, outbox),
        }
    }

    fn finals(&self, families: &[Family], outbox: &Outbox) -> Result<Option<Step>> {
        let Some(entries) = self.entries_after(outbox.composed("finals")?.as_deref()) else { return Ok(None) };
        let marked = informed::with_finals_of(&self.tables, &entries)?;
        let marked: HashSet<i64> = marked.into_iter().map(|pupil| pupil.id).collect();
        let mails = self.each(families, Topic::Finals, outbox, |of, before| match marked.contains(&of.pupil.id) {
            true => finals::finals(&self.tables, (&of.pupil, &of.class), &entries, self.day(), before),
            false => Ok(None),
        })?;
        Ok(Some(Step { mails, till: vec![("finals", entries.end().to_string())] }))
    }

    fn absences(&self, families: &[Family], outbox: &Outbox) -> Result<Option<Step>> {
        let absent = informed::absent_on(&self.tables, self.day())?;
        let absent: HashSet<i64> = absent.into_iter().map(|pupil| pupil.id).collect();
        let at = (self.day(), self.now().time());
        let mails = self.each(families, Topic::Absence, outbox, |of, before| match absent.contains(&of.pupil.id) {
            true => absence::absence(&self.tables, &self.school, (&of.pupil, &of.class), at, before),
            false => Ok(None),
        })?;
        Ok((!mails.is_empty()).then_some(Step { mails, till: Vec::new() }))
    }

    fn digests(&self, families: &[Family], outbox: &Outbox) -> Result<Option<Step>> {
        let today = self.day().to_string();
        if !self.is_evening() || outbox.composed("digest day")?.is_some_and(|day| day >= today) {
            return Ok(None);
        }
        // What is set for tomorrow is told also where nothing was recorded today.
        let last = self.proven.tip().seq;
        let entries =
            self.entries_after(outbox.composed("digest")?.as_deref()).unwrap_or(last.saturating_add(1)..=last);
        let gathered = self.gathered(families, &entries)?;
        let mails = self.each(families, Topic::Digest, outbox, |of, before| {
            gathered.get(&of.pupil.id).map_or(Ok(None), |gathered| gathered.told_after(before))
        })?;
        let till = vec![("digest day", today), ("digest", entries.end().to_string())];
        Ok(Some(Step { mails, till }))
    }

    /// What is new of each child, by his row: on all processors, since a school has many.
    fn gathered<'f>(
        &self,
        families: &'f [Family],
        entries: &RangeInclusive<u64>,
    ) -> Result<HashMap<i64, digest::Gathered<'f>>> {
        let mut known = HashSet::new();
        let all = families.iter().flat_map(|family| &family.children);
        let children: Vec<&Of> = all.filter(|of| known.insert(of.pupil.id)).collect();
        let (proven, day) = (self.proven, self.day());
        let gather = |tables: &mut Result<Tables>, of: &&'f Of| {
            let tables = tables.as_ref().map_err(Clone::clone)?;
            Ok((of.pupil.id, digest::gather(tables, &of.pupil, of.class.clone(), entries, day)?))
        };
        children.par_iter().map_init(|| proven.tables(), gather).collect()
    }

    fn forecasts(&self, families: &[Family], outbox: &Outbox) -> Result<Option<Step>> {
        let today = self.day().to_string();
        let is_the_day = self.settings.forecast_on == Some(self.day().weekday()) && self.is_evening();
        if !is_the_day || outbox.composed("forecast")?.is_some_and(|day| day >= today) {
            return Ok(None);
        }
        let mails = self.each(families, Topic::Forecast, outbox, |of, before| {
            forecast::forecast(&self.tables, &self.school, (&of.pupil, &of.class), self.day(), before)
        })?;
        Ok(Some(Step { mails, till: vec![("forecast", today)] }))
    }

    /// The mails of a kind to all families, each of what `tell` gives of its children.
    fn each(
        &self,
        families: &[Family],
        kind: Topic,
        outbox: &Outbox,
        tell: impl Fn(&Of, &dyn Before) -> Result<Option<Child>>,
    ) -> Result<Vec<Mail>> {
        let mut mails = Vec::new();
        for family in families {
            let reader = ReaderKey::of_address(&family.mailbox.address);
            let unwanted = family.mailbox.silent.contains(&kind) || !is_address(&family.mailbox.address);
            if unwanted || outbox.gave_up(&reader, kind, self.day())? {
                continue;
            }
            // A forecast is written by the class teacher: one of each.
            let mut by_writer: BTreeMap<Option<String>, Vec<(&Of, Child)>> = BTreeMap::new();
            for of in &family.children {
                let before = Remembered { outbox, reader: &reader, pupil: &of.pupil };
                let Some(child) = tell(of, &before)? else { continue };
                let writer = if kind == Topic::Forecast { self.class_teacher(&of.class)? } else { None };
                by_writer.entry(writer).or_default().push((of, child));
            }
            for (writer, told) in by_writer {
                mails.push(self.mail(family, kind, writer.as_deref(), told)?);
            }
        }
        Ok(mails)
    }

    fn mail(&self, family: &Family, kind: Topic, writer: Option<&str>, told: Vec<(&Of, Child)>) -> Result<Mail> {
        let (address, day, made) = (&family.mailbox.address, self.day(), self.now());
        let about = told
            .iter()
            .flat_map(|(of, _)| of.who.iter().map(|who| About { pupil: of.pupil.file.clone(), who: who.clone() }));
        let about = about.collect();
        let classes: BTreeSet<&ClassName> = told.iter().map(|(of, _)| &of.class).collect();
        let closing = self.closing(kind, writer, &classes)?;
        let children: Vec<Child> = told.into_iter().map(|(_, child)| child).collect();
        let facts: Vec<_> = children.iter().flat_map(|child| child.facts.iter().cloned()).collect();
        let id = Mail::id(self.settings.sender().domain(), (kind, day), address, &facts, made);
        let unsubscribe = format!("{}/unsubscribe/{}", self.settings.public_address, family.mailbox.token);
        let (subject, intro) = self.opening(kind);
        let words = Words {
            subject: &subject,
            intro: &intro,
            children: &children,
            closing: &closing,
            diary: &format!("{}/", self.settings.public_address),
            why: &format!(
                "Это письмо отправляет {} тем, кто дал на это письменное согласие.",
                self.school.school.short_name
            ),
            unsubscribe: Some(&unsubscribe),
        };
        let (text, html) = words.set()?;
        let letter = Letter {
            id: &id,
            to: address,
            in_name_of: writer,
            subject: &subject,
            text,
            html,
            made,
            unsubscribe: Some(&unsubscribe),
        };
        let text = letter.set(self.settings)?;
        Ok(Mail { id, kind, day, address: address.clone(), about, facts, text, due: self.quiet().over(made) })
    }

    /// Subject and first words; the subject says nothing of anybody.
    fn opening(&self, kind: Topic) -> (String, String) {
        let day = short_day(self.day());
        match kind {
            Topic::Digest => (format!("Дневник: новое за {day}"), String::new()),
            Topic::Absence => {
                (format!("Дневник: посещение {day}"), "В журнале отмечено отсутствие на уроках.".to_owned())
            }
            Topic::Forecast => (
                format!("Дневник: прогноз на {day}"),
                "Чем закончится период, если всё останется как сейчас.".to_owned(),
            ),
            Topic::Finals => ("Дневник: итоговые отметки".to_owned(), String::new()),
        }
    }

    fn closing(&self, kind: Topic, writer: Option<&str>, classes: &BTreeSet<&ClassName>) -> Result<Vec<String>> {
        match (kind, writer) {
            (Topic::Forecast, Some(writer)) => Ok(vec![format!("Классный руководитель {writer}")]),
            (Topic::Absence, _) => {
                let mut teachers = Vec::new();
                for class in classes {
                    teachers.extend(self.class_teacher(class)?.map(|name| format!("{class} – {name}")));
                }
                let whom = if teachers.is_empty() { String::new() } else { format!(": {}", teachers.join(", ")) };
                Ok(vec![format!("Причину сообщите, пожалуйста, классному руководителю{whom}.")])
            }
            _ => Ok(Vec::new()),
        }
    }

    fn class_teacher(&self, class: &ClassName) -> Result<Option<String>> {
        let login = read::class_teacher(&self.tables, class)?.filter(|login| !login.is_empty());
        let Some(login) = login else { return Ok(None) };
        Ok(read::staff(&self.tables, &login)?.map(|person| person.name.full()))
    }

    /// The families that are written to, with those of their children who are at school today.
    fn families(&self) -> Result<Vec<Family>> {
        let mut who: HashMap<(String, String), BTreeSet<String>> = HashMap::new();
        for line in self.contacts.all()?.into_iter().filter(|line| line.consent.is_some()) {
            let reader = ReaderKey::of_address(&line.email);
            who.entry((reader.as_str().to_owned(), line.pupil)).or_default().insert(line.who);
        }
        let mut families = Vec::new();
        for mailbox in self.contacts.mailboxes()? {
            let reader = ReaderKey::of_address(&mailbox.address);
            let mut children: Vec<Of> = Vec::new();
            for file in &mailbox.pupils {
                let Some(pupil) = read::pupil(&self.tables, file)? else { continue };
                let Some(class) = read::class_of_pupil(&self.tables, &pupil.file, self.day())? else { continue };
                let who = who.get(&(reader.as_str().to_owned(), file.clone())).cloned().unwrap_or_default();
                match children.iter_mut().find(|of| of.pupil.id == pupil.id) {
                    Some(of) => of.who.extend(who),
                    None => children.push(Of { pupil, class, who }),
                }
            }
            families.push(Family { mailbox, children });
        }
        Ok(families)
    }

    /// The entries that have come after those up to `till`; at first those of today.
    fn entries_after(&self, till: Option<&str>) -> Option<RangeInclusive<u64>> {
        let last = self.proven.tip().seq;
        let midnight = self.day().and_time(chrono::NaiveTime::MIN).and_local_timezone(self.school.offset()).single();
        let first = match till.and_then(|till| till.parse::<u64>().ok()) {
            Some(till) => till.saturating_add(1),
            None => midnight.map_or(last, |midnight| self.proven.first_entry_since(midnight)),
        };
        (first <= last).then_some(first..=last)
    }

    /// Now, by the school's own time.
    fn now(&self) -> DateTime<FixedOffset> {
        self.clock.now().with_timezone(&self.school.offset())
    }

    fn day(&self) -> Day {
        self.now().date_naive()
    }

    fn is_evening(&self) -> bool {
        self.now().time() >= self.settings.digest_at
    }

    fn quiet(&self) -> Quiet {
        Quiet::at(self.school.offset())
    }
}

impl Written {
    fn of(mail: &Mail) -> Self {
        let pupils: BTreeSet<PersonalFile> = mail.about.iter().map(|about| about.pupil.clone()).collect();
        Self { kind: mail.kind, address: mail.address.clone(), pupils: pupils.into_iter().collect(), due: mail.due }
    }
}

/// What a reader has been told of a pupil, under whatever number his file had then.
struct Remembered<'a> {
    outbox: &'a Outbox,
    reader: &'a ReaderKey,
    pupil: &'a Pupil,
}

impl Remembered<'_> {
    fn files(&self) -> impl Iterator<Item = &PersonalFile> {
        [&self.pupil.file].into_iter().chain(&self.pupil.former)
    }
}

impl Before for Remembered<'_> {
    fn value(&self, fact: &str) -> Result<Option<String>> {
        for file in self.files() {
            if let Some(value) = self.outbox.told(self.reader, file, fact)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn beginning(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let mut all = Vec::new();
        for file in self.files() {
            all.extend(self.outbox.told_beginning(self.reader, file, prefix)?);
        }
        Ok(all)
    }
}

/// The readers as the contacts know them; looked at again every half minute of a round.
struct ReadersOf<'a> {
    contacts: &'a Contacts,
    day: Day,
    known: Option<(Instant, HashMap<ReaderKey, BTreeSet<Topic>>)>,
}

impl Readers for ReadersOf<'_> {
    fn want(&mut self, address: &str, kind: Topic) -> Result<bool> {
        const FRESH: Duration = Duration::from_secs(30);
        if self.known.as_ref().is_none_or(|(at, _)| at.elapsed() > FRESH) {
            let boxes = self.contacts.mailboxes()?.into_iter();
            let known = boxes.map(|of| (ReaderKey::of_address(&of.address), of.silent)).collect();
            self.known = Some((Instant::now(), known));
        }
        let silent = self.known.as_ref().and_then(|(_, known)| known.get(&ReaderKey::of_address(address)));
        Ok(silent.is_some_and(|silent| !silent.contains(&kind)))
    }

    fn are_gone(&mut self, address: &str, said: &str) -> Result<()> {
        self.known = None;
        self.contacts.mark_dead(address, self.day, said)
    }
}

/// One mail without personal data to an address, so that an engineer sees whether mail arrives; gives each step that was made
/// and heard, and at last what came of it.
///
/// # Errors
/// What is no address.
pub fn test(
    settings: &Settings,
    post: &mut dyn Post,
    school: &School,
    clock: &dyn Clock,
    address: &str,
) -> Result<Answer> {
    let made = clock.now().with_timezone(&school.offset());
    let id = Mail::id(settings.sender().domain(), (Topic::Digest, made.date_naive()), address, &[], made);
    let subject = "Дневник: проверка почты";
    let words = Words {
        subject,
        intro: "Это проверка: почта школы настроена, письма доходят.",
        children: &[],
        closing: &[],
        diary: &format!("{}/", settings.public_address),
        why: &format!("Проверку отправляет {}.", school.school.short_name),
        unsubscribe: None,
    };
    let (text, html) = words.set()?;
    let letter = Letter { id: &id, to: address, in_name_of: None, subject, text, html, made, unsubscribe: None };
    post.offer(address, &letter.set(settings)?, &mut || Ok(()))
}
