//! What a journal says of an archive: the strongest anchor there is.

use super::{Answer, Subject, bare};
use crate::archive::bag::{Content, Facts, INFO, Previous, SIGNATURE, TAGMANIFEST};
use crate::archive::report::Finding;
use crate::error::Result;
use crate::school::{RECORDS, counted};

/// What a trusted journal can say of an archive.
pub trait JournalFacts {
    /// The journal's id, 64 hex digits.
    fn journal_id(&self) -> Result<String>;
    /// The head after `length` records, 64 hex digits, or `None` where the ledger is shorter.
    fn head_at(&self, length: u64) -> Result<Option<String>>;
    /// Whose key sealed an archive, and whether he might make such a one: where it is recorded under this code, at that
    /// place; else where it says that it was made, and still.
    fn maker(&self, fingerprint: &str, facts: &Facts, code: &str) -> Result<Maker>;
    /// Whether this place of the ledger, which is not in its chain, is of a part that was lost before the journal went on
    /// from a restored copy.
    fn is_given_up(&self, length: u64, head: &str) -> Result<bool>;
    /// The archives that are recorded, in order.
    fn archives(&self) -> Result<Vec<Known>>;
    /// The copy of any day that is recorded under this code.
    fn backup(&self, code: &str) -> Result<Option<Known>>;
    /// How many records the ledger has.
    fn length(&self) -> Result<u64>;
    /// The entry with which the journal went on from a restored copy of so many records.
    fn resumed_after(&self, length: u64) -> Result<Option<u64>>;
    /// The last archive of the journal that this one continues.
    fn last_before(&self) -> Result<Option<Previous>>;
}

/// An archive that a journal has recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The name of its bag.
    pub name: String,
    /// Its code, 64 hex digits.
    pub code: String,
    /// Fingerprint of the key that sealed it.
    pub signer: String,
    /// The entry that recorded it.
    pub entry: u64,
}

/// What a journal says of the key that sealed an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The key was in force, and this login might make such an archive.
    Of(String),
    /// The key was in force, and is a service's, which makes copies of any day and may do nothing else.
    Service(String),
    /// The key of this login, which was revoked.
    Revoked(String),
    /// The key of this login, whose role makes no such archives.
    OtherRole(String),
    /// Nobody's key.
    Unknown,
}

impl Maker {
    /// Whose key it is, where it might make such an archive.
    pub fn login(&self) -> Option<&str> {
        match self {
            Self::Of(login) | Self::Service(login) => Some(login),
            Self::Revoked(_) | Self::OtherRole(_) | Self::Unknown => None,
        }
    }

    /// Why an archive that this key sealed is none of the journal's, in Russian; nothing where it may be.
    fn refusal(&self, fingerprint: &str) -> Option<String> {
        match self {
            Self::Of(_) | Self::Service(_) => None,
            Self::Revoked(login) => Some(format!("подписан ключом {fingerprint} ({login}), который в журнале отозван")),
            Self::OtherRole(login) => Some(format!(
                "подписан ключом {fingerprint} ({login}), а у него нет права создавать такие архивы: их создают завуч и директор, копию базы данных — и диспетчер"
            )),
            Self::Unknown => Some(format!(
                "подписан ключом {fingerprint}, который в журнале не был действующим ключом завуча или директора"
            )),
        }
    }
}

/// Holds a journal against a bag.
pub(super) fn ask(journal: &dyn JournalFacts, subject: &Subject<'_>) -> Result<Answer> {
    let facts = subject.facts;
    let (recorded, code) = (journal.archives()?, subject.code.to_string());
    let mut findings = Vec::new();
    if recorded.iter().any(|recorded| recorded.name == subject.name && recorded.code != code) {
        let what = format!("в журнале под именем {} записан архив с другим кодом: эта копия не он", subject.name);
        findings.push(Finding::forgery(TAGMANIFEST, what));
    }
    if journal.journal_id()? != facts.journal {
        return if findings.is_empty() { ask_later_journal(journal, subject) } else { Ok(Answer::against(findings)) };
    }
    let head = journal.head_at(facts.length)?;
    if head.as_ref() != Some(&facts.head) && findings.is_empty() && journal.is_given_up(facts.length, &facts.head)? {
        let what = "архив сделан по записям, которые утрачены, когда журнал восстановили из старой копии: журнал о них ничего не знает, сверьте архив с актом";
        return Ok(Answer { vouched: None, findings: vec![Finding::note(INFO, what)] });
    }
    match head {
        None => {
            let what = format!(
                "в архиве {}, а в журнале меньше: у журнала отрезан конец или архив подделан",
                counted(facts.length, RECORDS)
            );
            findings.push(Finding::forgery(INFO, what));
        }
        Some(head) if head != facts.head => {
            let what =
                format!("после записи № {} в журнале голова цепочки {head}, а в архиве {}", facts.length, facts.head);
            findings.push(Finding::forgery(INFO, what));
        }
        Some(_) => {}
    }
    let maker = journal.maker(subject.fingerprint, facts, &code)?;
    findings.extend(maker.refusal(subject.fingerprint).map(|what| Finding::forgery(SIGNATURE, what)));
    let known = match facts.content {
        Content::Backup => journal.backup(&code)?,
        _ => recorded.iter().find(|known| known.code == code).cloned(),
    };
    if let Some(known) = &known
        && bare(&known.signer) != bare(subject.fingerprint)
        && findings.is_empty()
    {
        let what = format!(
            "подписан ключом {}, а в журнале этот архив записан с подписью ключа {}",
            subject.fingerprint, known.signer
        );
        findings.push(Finding::forgery(SIGNATURE, what));
    }
    let mut noticed = None;
    if known.is_none() {
        match unrecorded(journal, facts, &recorded)? {
            Ok(what) => noticed = Some(Finding::warning("", what)),
            Err(forged) => findings.push(forged),
        }
    }
    match vouching(&maker, facts) {
        Some(by) if findings.is_empty() => {
            let by = if known.is_some() { by } else { format!("{by}; в журнал ещё не записан") };
            Ok(Answer { findings: noticed.into_iter().collect(), ..Answer::yes(by) })
        }
        _ => Ok(Answer::against(findings)),
    }
}

/// In whose name a journal vouches, in Russian.
fn vouching(maker: &Maker, facts: &Facts) -> Option<String> {
    let login = maker.login()?;
    Some(match (facts.content, maker) {
        (Content::Backup, Maker::Service(_)) => format!("журнал, копия дня, ключ службы «{login}»"),
        (Content::Backup, _) => format!("журнал, копия дня, ключ {login}"),
        _ => format!("журнал, ключ {login}"),
    })
}

/// What is to be said of an archive that a journal has not recorded although it was made of it; or why it was never the
/// school's.
///
/// It is the one of a run that was interrupted after it was sealed: no other was recorded since, so the one that it names
/// as its previous is the last that the journal knows. Or the journal itself was taken out of it, and cannot know it; then
/// it may have gone on since, with other archives.
fn unrecorded(
    journal: &dyn JournalFacts,
    facts: &Facts,
    recorded: &[Known],
) -> Result<std::result::Result<String, Finding>> {
    let resumed = journal.resumed_after(facts.length)?;
    let restored = |entry: u64| {
        format!("журнал восстановлен из этой копии и продолжен записью № {entry}: запись о самой копии утрачена")
    };
    let ends_there = journal.length()? == facts.length;
    if facts.content == Content::Backup {
        return Ok(Ok(match resumed {
            Some(entry) => restored(entry),
            None if ends_there => {
                "журнал кончается там же, где эта копия: он извлечён из неё, или её запись прервали".into()
            }
            None => "в журнале нет записи об этой копии: её прервали".into(),
        }));
    }
    let before = journal.last_before()?.map(|before| before.code);
    let last = |until: u64| recorded.iter().rev().find(|known| known.entry <= until).map(|known| &known.code);
    let follows =
        |until: u64| facts.previous.as_ref().map(|previous| &previous.code) == last(until).or(before.as_ref());
    if let Some(entry) = resumed
        && last(entry) == last(facts.length)
        && follows(entry)
    {
        return Ok(Ok(restored(entry)));
    }
    if !follows(u64::MAX) {
        let what = "в журнале этот архив не записан, и самым новым, запись которого прервали, он быть не может: предыдущим назван не последний архив журнала";
        return Ok(Err(Finding::forgery(TAGMANIFEST, what)));
    }
    let what = match ends_there {
        true => {
            "журнал кончается там же, где эта архивная копия: он извлечён из неё самой, или её запись прервали раньше, чем она попала в журнал"
        }
        false => "в журнале нет записи об этой архивной копии: она самая новая, её запись прервали",
    };
    Ok(Ok(what.to_owned()))
}

/// Of an archive of another journal, such as last year's on the same carrier, a journal knows only the last of the one
/// that it continues.
fn ask_later_journal(journal: &dyn JournalFacts, subject: &Subject<'_>) -> Result<Answer> {
    if journal.last_before()?.is_some_and(|last| last.code == subject.code.to_string()) {
        return Ok(Answer::yes("журнал следующего года называет его последним архивом прежнего"));
    }
    let what = "архив другого журнала, этот журнал о нём ничего не знает: сверьте его с актом или журналом того года";
    Ok(Answer { vouched: None, findings: vec![Finding::note(INFO, what)] })
}
