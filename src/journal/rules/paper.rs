//! Rules for documents, bound books and archive copies (§2.5, §5).

use super::year::SEEN_SINCE;
use super::{Context, leaves, text};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::entry::{ArchiveCopied, ArchiveCreated, ArchiveStored, BookBound, DocumentIssued, Entry};
use crate::journal::read;
use crate::journal::read::Tables;
use crate::journal::read::folder::{self, BOOK};
use crate::journal::read::gaps::ClassGaps;
use crate::ledger::chain::parse_hash;
use crate::school::{ClassName, School, counted, format_date};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row};
use std::collections::HashSet;

/// The running number of the next document of the register.
pub fn next_running(tables: &Tables) -> Result<u64> {
    let issued: u64 = tables.prepare_cached("SELECT count(*) FROM documents")?.query_row([], |row| row.get(0))?;
    let restorations = read::restorations(tables)?;
    Ok(restorations.iter().fold(issued + 1, |next, restoration| next.saturating_add(restoration.numbers)))
}

/// A register number: the year the school year began in, and a running number (`2025-0143`).
pub fn register_number(school: &School, running: u64) -> String {
    use chrono::Datelike;
    format!("{}-{running:04}", school.year.begins.year())
}

/// A document takes the next number, shows a state that was, and has pages.
pub fn document(context: &Context<'_>, entry: &Entry, issued: &DocumentIssued) -> Result<()> {
    let expected = register_number(context.school, next_running(context.tables)?);
    if issued.number != expected {
        return Err(Error::refused(format!("документ получил № {}, а следующий — № {expected}", issued.number))
            .next("повторите печать: другой документ выдан в то же время"));
    }
    let digests = issued.pages.iter().map(|page| &page.0).chain([&issued.pdf_sha256]);
    let bad_digest = digests.chain(issued.resources.iter().map(|r| &r.sha256)).any(|hex| parse_hash(hex).is_none());
    if issued.at_entry >= context.seq || issued.pages.is_empty() || issued.leaves == 0 || bad_digest {
        return Err(Error::refused(format!("документ № {} описан неверно", issued.number)).next("повторите печать"));
    }
    text::is_given(&issued.title, "название документа")?;
    text::fits(&issued.reason, "причина")?;
    leaves::replaced(context, issued)?;
    if entry.rules >= SEEN_SINCE && issued.form == SHEET {
        return sheet(context, issued);
    }
    Ok(())
}

/// The form of the sheet that is kept for 25 years.
const SHEET: &str = "summary-sheet";

/// §5.2: the sheet that is kept for 25 years has a mark of the year in each subject and a decision of everybody who was
/// there at its end, or says why not.
fn sheet(context: &Context<'_>, issued: &DocumentIssued) -> Result<()> {
    let class = ClassName::parse(&issued.subject)?;
    if !issued.reason.is_empty() || ClassGaps::of_sheet(context.tables, context.school, &class)?.is_empty() {
        return Ok(());
    }
    Err(Error::refused(format!("сводная ведомость {class} класса (§5.2) неполна, а причина не указана"))
        .next_by("посмотрите, чего не хватает", Action::ShowYear)
        .then_by("или выдайте её с причиной, она печатается", Action::IssueSheet { class: class.to_string() }))
}

/// §5.4: a class's book is bound as it was issued last, with as many leaves as its certificate says, once. Said again of
/// a bound book, it puts its place or its day right.
pub fn binding(context: &Context<'_>, bound: &BookBound, today: NaiveDate) -> Result<()> {
    let (tables, number) = (context.tables, &bound.number);
    text::is_given(&bound.shelf, "место хранения")?;
    text::fits(&bound.shelf, "место хранения")?;
    let Some(document) = read::issued(tables, number)? else {
        return Err(Error::input(format!("документа № {number} нет в реестре"))
            .next("номер стоит внизу каждой страницы: 2025-0143"));
    };
    if document.form != BOOK {
        return Err(Error::refused(format!("§5.4: № {number} — «{}», а подшивается классный журнал", document.title))
            .next("укажите номер классного журнала или его тома"));
    }
    // Its last leaves may have come later than the book itself.
    let last = folder::replacing(tables, number)?.pop().map(|last| read::issued(tables, &last)).transpose()?.flatten();
    let issued_on = context.school.day_of(last.map_or(document.issued_at, |last| last.issued_at));
    if bound.date < issued_on || bound.date > today {
        let day = format_date(bound.date);
        let why = match bound.date < issued_on {
            true => format!("он выдан {}", format_date(issued_on)),
            false => "этот день ещё не наступил".to_owned(),
        };
        return Err(Error::input(format!("журнал № {number} не мог быть подшит {day}: {why}"))
            .next_by("укажите день, когда он подшит", Action::Give(Detail::DayOfBinding)));
    }
    let leaves = folder::counted(tables, number, document.leaves)?;
    if bound.sheets != leaves {
        let [counted, certified] = [bound.sheets, leaves].map(|n| counted(n, ["лист", "листа", "листов"]));
        return Err(Error::refused(format!(
            "§5.4: в подшитом журнале № {number} насчитано {counted}, а в его листе-заверителе — {certified}"
        ))
        .next("пересчитайте листы; обложка, внутренняя опись и лист-заверитель не в счёт")
        .then("если их и правда столько, напечатайте журнал заново и подшейте его"));
    }
    match read::bound(tables, number)? {
        Some(known) if (known.date, &known.shelf) == (bound.date, &bound.shelf) => {
            Err(Error::refused(format!("так уже записано: журнал № {number} подшит {}", format_date(known.date)))
                .next_by("чтобы исправить место хранения, укажите другое", Action::Give(Detail::Shelf)))
        }
        Some(_) => Ok(()),
        None => match read::later_issue(tables, number)? {
            Some(later) => Err(Error::refused(format!(
                "§5.4: журнал № {number} подшивать нельзя: позже выдан № {later}, в № {number} прежнее состояние"
            ))
            .next(format!("подшейте № {later}"))),
            None => Ok(()),
        },
    }
}

/// §5.4: nothing is annulled in a class's book that was bound.
pub fn is_not_bound(tables: &Tables, class: &ClassName) -> Result<()> {
    let sql = "SELECT number, bound.date FROM bound JOIN documents USING (number)
               WHERE form = ?1 AND subject = ?2 ORDER BY number LIMIT 1";
    let row = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let bound = tables.prepare_cached(sql)?.query_row([BOOK, &class.to_string()], row).optional()?;
    let Some((number, date)) = bound else { return Ok(()) };
    let date = crate::school::parse_date_or(&date).map(format_date).unwrap_or(date);
    Err(Error::refused(format!("§5.4: журнал {class} подшит {date} (№ {number}): аннулировать в нём нельзя ничего"))
        .next("запись остаётся; об ошибке скажите заместителю директора: он напишет замечание по ведению журнала"))
}

/// §2.5, §5.5.4: copies on two carriers of different holders, kept in different places; or one, where writing the other
/// failed, which is then made up for ([`copied`]).
pub fn archive(context: &Context<'_>, archive: &ArchiveCreated) -> Result<()> {
    let tables = context.tables;
    if tables.prepare_cached("SELECT 1 FROM archives WHERE name = ?1")?.exists([&archive.name])? {
        return Err(Error::refused(format!("архив «{}» уже записан", archive.name)).next("проверьте имя архива"));
    }
    if archive.length >= context.seq
        || parse_hash(&archive.head).is_none()
        || parse_hash(&archive.tagmanifest).is_none()
    {
        return Err(Error::refused(format!("архив «{}» описан неверно", archive.name)).next("создайте архив заново"));
    }
    if !archive.signer.is_empty() && read::key(tables, &archive.signer)?.is_none() {
        return Err(Error::refused(format!(
            "архив «{}» подписан ключом {}, которого нет в журнале",
            archive.name, archive.signer
        ))
        .next("сначала внесите этот ключ или создайте архив под своим"));
    }
    let carriers: Vec<&str> = archive.copies.iter().map(|copy| copy.carrier.as_str()).collect();
    if carriers.is_empty() {
        return Err(Error::refused(format!("архив «{}» не лежит ни на одном носителе", archive.name))
            .next("укажите носители архива"));
    }
    apart(tables, &carriers)
}

/// A copy made up later: with one of those there are it is a pair as [`archive`] demands; or again on a carrier that had
/// one, since what was written may have been wiped from it.
pub fn copied(tables: &Tables, copied: &ArchiveCopied) -> Result<()> {
    of_archive(tables, &copied.archive)?;
    let sql = "SELECT carrier, label, holder, place FROM archive_copies JOIN carriers ON id = carrier
               WHERE archive = ?1 AND carrier <> ?2 GROUP BY carrier ORDER BY min(archive_copies.entry)";
    let mut statement = tables.prepare_cached(sql)?;
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, [row.get(2)?, row.get(3)?]));
    let there: Vec<(String, String, [String; 2])> =
        statement.query_map([&copied.archive, &copied.carrier], row)?.collect::<rusqlite::Result<_>>()?;
    let sql = "SELECT holder, place FROM carriers WHERE id = ?1";
    let own = |row: &Row<'_>| Ok([row.get::<_, String>(0)?, row.get(1)?]);
    let own = tables.prepare_cached(sql)?.query_row([&copied.carrier], own).optional()?;
    // A copy on a carrier that is lost is none.
    let kept: Vec<_> = there.into_iter().filter(|(id, ..)| super::carrier::is_not_lost(tables, id).is_ok()).collect();
    let same = |[holder, place]: &[String; 2]| {
        own.as_ref().is_some_and(|own| own[0] == *holder || crate::school::same_word(&own[1], place))
    };
    // Of three copies two are enough that are apart: so a worn stick gets its successor.
    let partner = kept.iter().find(|(.., kept)| !same(kept));
    if let (None, Some((_, label, _))) = (partner, kept.first()) {
        return Err(Error::refused(format!(
            "копия архива «{}» уже лежит на «{label}», у которого тот же хранитель или то же место хранения (§2.5, §5.5.4)",
            copied.archive
        ))
        .next_by(format!("если её там больше нет, подключите «{label}»"), Action::Give(Detail::Carrier))
        .then_by("если утерян он сам, запишите это", Action::ReportLoss { label: Some(label.clone()) }));
    }
    let carriers = partner.map(|(id, ..)| id.as_str()).into_iter().chain([copied.carrier.as_str()]);
    apart(tables, &carriers.collect::<Vec<_>>())
}

/// Copies lie on different carriers that are not lost, of different holders, kept in different places.
fn apart(tables: &Tables, carriers: &[&str]) -> Result<()> {
    let (mut ids, mut holders, mut places) = (HashSet::new(), HashSet::new(), HashSet::new());
    for carrier in carriers {
        let sql = "SELECT holder, place FROM carriers WHERE id = ?1";
        let row: Option<(String, String)> =
            tables.prepare_cached(sql)?.query_row([carrier], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (holder, place) = row.ok_or_else(|| {
            Error::refused(format!("носитель {carrier} не зарегистрирован"))
                .next_by("зарегистрируйте его", Action::RegisterCarrier)
        })?;
        super::carrier::is_not_lost(tables, carrier)?;
        ids.insert(carrier);
        holders.insert(holder);
        places.insert(crate::school::fold(&place));
    }
    if [ids.len(), holders.len(), places.len()].iter().any(|different| *different < carriers.len()) {
        return Err(Error::refused(
            "§2.5, §5.5.4: нужны две копии на двух носителях с разными хранителями и местами хранения",
        )
        .next_by("зарегистрируйте носители за директором и за завучем", Action::RegisterCarrier));
    }
    Ok(())
}

/// The archive in a third place: one of this journal, in a place that has a name; what is called whole there is this very archive.
pub fn stored(tables: &Tables, stored: &ArchiveStored) -> Result<()> {
    of_archive(tables, &stored.archive)?;
    for (given, what) in [(&stored.place, "третье место"), (&stored.shelf, "папка архива в третьем месте")]
    {
        text::is_given(given, what)?;
        text::fits(given, what)?;
    }
    let own = read::archive(tables, &stored.archive)?.map(|archive| archive.code);
    if stored.result.is_whole() && own.as_ref() != Some(&stored.tagmanifest) {
        return Err(Error::refused(format!(
            "в третьем месте под именем «{}» лежит другой архив: его код не тот, что в журнале",
            stored.archive
        ))
        .next("проверьте оба: в третьем месте и на носителе, и сверьте коды с актом"));
    }
    let is_none = stored.tagmanifest.is_empty();
    if (stored.put && !stored.result.is_whole()) || (!is_none && parse_hash(&stored.tagmanifest).is_none()) {
        return Err(Error::refused(format!("архив «{}» в третьем месте описан неверно", stored.archive))
            .next("проверьте его там ещё раз"));
    }
    Ok(())
}

/// A verification or a repair of an archive that this journal wrote.
pub fn of_archive(tables: &Tables, archive: &str) -> Result<()> {
    if tables.prepare_cached("SELECT 1 FROM archives WHERE name = ?1")?.exists([archive])? {
        return Ok(());
    }
    Err(Error::refused(format!("архив «{archive}» в журнале не записан")).next("посмотрите, какие архивы записаны"))
}
