//! `letopis archive list` and `archive status`: which archives there are, and what is due.

use super::destroyed::say_destroyed;
use super::{Common, screen, session};
use crate::cli::called::ME;
use crate::cli::typed::quoted;
use crate::cli::witness;
use crate::error::Result;
use crate::journal::read::{self, Gone, Tables};
use crate::ledger::chain::grouped;
use crate::school::{RECORDS, counted, format_date};
use crate::work::archive::destroyed::{self, NamedArchive};
use crate::work::archive::status::{ArchiveStatus, BackupStatus, Backups, Copy, Need, Status, Third, Verified};
use crate::work::confirm;
use crate::work::mirror::Standing as Mirrored;
use crate::work::submission::{self, Standing};
use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;

/// Lists the archives.
pub fn list(common: &Common) -> Result<ExitCode> {
    session::not_on_stick(common, "смотреть архивы")?;
    let journal = session::journal(common)?;
    let status = on_today(journal.tables())?;
    let columns = [
        ("name", "Архив"),
        ("period", "Период"),
        ("created", "Создан"),
        ("carriers", "Носители"),
        ("code", "Код архива"),
    ];
    let rows = status.archives.iter().map(|archive| {
        let labels: Vec<&str> = archive.copies.iter().map(|copy| copy.carrier.label.as_str()).collect();
        let (created, code) = match common.json {
            true => (archive.created.to_string(), archive.code.clone()),
            false => (format_date(archive.created), grouped(&archive.code)),
        };
        vec![json!(archive.name), json!(archive.period), json!(created), json!(labels), json!(code)]
    });
    screen::list(common.json, &columns, rows.collect());
    Ok(ExitCode::SUCCESS)
}

/// Says how the archives stand; the exit status is 1 where something should be done.
pub fn run(common: &Common, backup_days: u32, current: Option<&Path>) -> Result<ExitCode> {
    session::not_on_stick(common, "смотреть архивы")?;
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let mut status = on_today(tables)?;
    status.backups = Backups::of(tables, status.day, backup_days)?;
    let witnesses = submission::standing(tables, journal.path(), read::ledger::tip(tables)?)?;
    if let Some(current) = current {
        let current = session::open(current)?;
        if let Some(gone) = destroyed::of_journal(current.tables(), tables)? {
            return say_gone(common, current.tables(), &gone);
        }
        if !common.json {
            println!("В журнале текущего года об уничтожении этого ничего не записано.");
        }
    }
    let mirror = Mirrored::of(journal.path(), tables)?;
    let late = mirror.as_ref().is_some_and(|mirror| mirror.is_late(session::now()));
    if common.json {
        screen::json(&as_json(&status, &read::destroyed(tables)?, &witnesses, mirror.as_ref(), late));
    } else if status.archives.is_empty() {
        println!(
            "В журнале не записано ни одного архива. Создать: {ME} archive create --period ПЕРИОД --to НОСИТЕЛЬ1 --to НОСИТЕЛЬ2"
        );
    } else {
        let checking = checking(common);
        for archive in &status.archives {
            say(tables, &status, archive, &checking)?;
        }
        say_terms(&status);
    }
    if !common.json {
        for (period, ended) in &status.missing {
            let ended = format_date(*ended);
            if status.is_reopened() && period == "Год" {
                println!(
                    "Закрытый год открыт снова, прежний архив за него не действует: {ME} archive create --period {} --to НОСИТЕЛЬ1 --to НОСИТЕЛЬ2",
                    quoted(period)
                );
                continue;
            }
            println!(
                "Период «{period}» кончился {ended}, а архива за него нет (§5.5): {ME} archive create --period {} --to НОСИТЕЛЬ1 --to НОСИТЕЛЬ2",
                quoted(period)
            );
        }
        say_backups(&status.backups);
        if let Some(mirror) = &mirror {
            say_mirror(mirror, late);
        }
        say_standing(tables)?;
        say_witnesses(&witnesses);
        say_destroyed(tables)?;
    }
    // Whoever has seen another ledger is heard at once; who is only away is named.
    let contradicted = witnesses.iter().any(|one| one.failed.as_ref().is_some_and(|failed| failed.contradicts));
    Ok(ExitCode::from(u8::from(status.is_due() || contradicted || late)))
}

/// Says what the witnesses next door have vouched for.
fn say_witnesses(witnesses: &[Standing]) {
    for standing in witnesses {
        println!("Свидетель «{}»: {}.", standing.witness.name, witness::standing(standing));
    }
}

/// Says of an old journal that it was set apart to be destroyed: nothing is to be done for it any more.
fn say_gone(common: &Common, current: &Tables, gone: &Gone) -> Result<ExitCode> {
    let day = read::school(current)?.day_of(gone.at);
    if common.json {
        screen::json(&json!({ "date": day, "due": false, "destroyed": destroyed_json(gone) }));
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "Журнал {} учебного года выделен к уничтожению {} (запись № {} журнала текущего года): делать для него ничего не нужно.",
        gone.year,
        format_date(day),
        gone.entry
    );
    if let Some(stays) = &gone.stays {
        println!("Остаётся архив сводных ведомостей «{}», код {}.", stays.name, grouped(&stays.code));
    }
    Ok(ExitCode::SUCCESS)
}

fn destroyed_json(gone: &Gone) -> Value {
    let archive = |archive: &NamedArchive| json!({ "name": archive.name, "code": archive.code });
    json!({
        "entry": gone.entry, "journal": gone.journal, "year": gone.year, "what": gone.what,
        "archives": gone.archives.iter().map(archive).collect::<Vec<_>>(), "stays": gone.stays.as_ref().map(archive),
        "protocol": gone.protocol, "means": gone.means,
    })
}

/// Whether the journal lacks a second person, and how much waits for one.
fn say_standing(tables: &Tables) -> Result<()> {
    let standing = confirm::standing(tables)?;
    if standing.alone {
        println!("У журнала нет второго лица с подтверждённым ключом: чрезвычайные записи вносит одно лицо.");
    }
    if standing.waiting > 0 {
        println!("Ждут подтверждения записей: {}. Посмотреть: {ME} confirm list", standing.waiting);
    }
    Ok(())
}

/// The newest copy of the day in each place.
fn say_backups(backups: &Backups) {
    for copy in &backups.copies {
        let late = if copy.late {
            let place = if copy.is_carrier { "НОСИТЕЛЬ".to_owned() } else { quoted(&copy.place) };
            format!("; ОТСТАЛА, проверьте расписание и место: {ME} archive backup --to {place}")
        } else {
            String::new()
        };
        println!(
            "Копия дня «{}» ({}): «{}» от {}, записей {}, сделал(а) {}{late}.",
            copy.place,
            if copy.is_carrier { "носитель" } else { "папка" },
            copy.name,
            format_date(copy.day),
            copy.length,
            copy.author
        );
    }
    if backups.copies.is_empty() {
        println!("Копий дня нет. Делать их каждый день: {ME} archive backup --to ПАПКА.");
    }
}

/// What the mirror lacks.
fn say_mirror(mirror: &Mirrored, late: bool) {
    let there = counted(mirror.length, RECORDS);
    match mirror.since {
        None => println!("Зеркало ({}): {there}, полно.", mirror.place),
        Some(since) => {
            let lacks = counted(mirror.lacks, RECORDS);
            println!("Зеркало ({}): {there}, не хватает: {lacks}, с {}.", mirror.place, moment(since));
        }
    }
    if let Some((why, since)) = mirror.fault.as_ref().filter(|_| mirror.lacks > 0) {
        println!("  Не передаётся с {}: {why}.", moment(*since));
    }
    if late {
        println!("  Что делать: проверьте сеть и хранилище: {ME} store check; передать сейчас: {ME} store mirror.");
    }
}

fn moment(at: DateTime<FixedOffset>) -> String {
    at.format("%d.%m.%Y %H:%M").to_string()
}

fn on_today(tables: &Tables) -> Result<Status> {
    Status::of(tables, read::school(tables)?.day_of(session::now()))
}

/// What a check against this journal, by whoever asks, is told of them.
fn checking(common: &Common) -> String {
    let key =
        common.identity.as_ref().map_or_else(|| "ФАЙЛ_КЛЮЧА".to_owned(), |key| quoted(&key.display().to_string()));
    format!("--journal {} --identity {key}", quoted(&session::journal_path(common).display().to_string()))
}

fn say(tables: &Tables, status: &Status, archive: &ArchiveStatus, checking: &str) -> Result<()> {
    println!("Архив «{}»: {}, создан {}", archive.name, archive.period, format_date(archive.created));
    for copy in &archive.copies {
        let carrier = &copy.carrier;
        let who = match read::staff(tables, carrier.in_hands_of())? {
            Some(person) => person.name.initials(),
            None => carrier.in_hands_of().to_string(),
        };
        println!("  «{}» ({who}; {}): {}", carrier.label, carrier.place, state(copy));
    }
    for third in &archive.third {
        println!("  третье место — {}, {}: {}", third.place, third.shelf, there(third));
    }
    if let Some(later) = &archive.replaced_by {
        println!("  Заменён архивом «{later}» того же периода.");
    }
    for need in &archive.needs {
        println!("  Что делать: {}.", words(archive, need, checking));
    }
    match archive.may_be_destroyed(status.day) {
        true => println!("  Срок хранения истёк {}.", format_date(archive.kept_until)),
        false => println!("  Хранить до {} включительно.", format_date(archive.kept_until)),
    }
    Ok(())
}

fn state(copy: &Copy) -> String {
    if let Some(loss) = &copy.carrier.loss {
        return format!("носитель {} {}, копией не считается", loss.word(), format_date(loss.reported));
    }
    if let Some(day) = copy.repaired {
        return format!("исправлен {}, после этого не проверялся", format_date(day));
    }
    let due = format!("проверить к {}", format_date(copy.due));
    match &copy.verified {
        None => format!("после записи не проверялся, {due}"),
        Some(verified) if copy.is_gone() => format!("проверен {}: копии нет", format_date(verified.day)),
        Some(verified) => {
            let found = format!("проверен {} ({}): {}", format_date(verified.day), verified.depth, verified.result);
            if copy.is_good() { format!("{found}, {due}") } else { found }
        }
    }
}

/// How an archive stands in a third place.
fn there(third: &Third) -> String {
    let Verified { day, depth, result, is_gone } = &third.verified;
    let day = format_date(*day);
    let locked = third.locked_until.map(|until| format!(", заперт от удаления до {}", format_date(until)));
    let due = format!("проверить к {}", format_date(third.due));
    match (is_gone, third.put) {
        (true, _) => format!("проверен {day}: его там нет"),
        (_, true) => format!("передан и прочитан там {day}: {result}{}, {due}", locked.unwrap_or_default()),
        _ if third.is_good() => format!("проверен {day} ({depth}): {result}{}, {due}", locked.unwrap_or_default()),
        _ => format!("проверен {day} ({depth}): {result}{}", locked.unwrap_or_default()),
    }
}

fn words(archive: &ArchiveStatus, need: &Need, checking: &str) -> String {
    let again = format!(
        "запишите архив периода заново на два носителя: {ME} archive create --period {} --to НОСИТЕЛЬ1 --to НОСИТЕЛЬ2",
        quoted(&archive.period)
    );
    match need {
        Need::Verify(label, since) => {
            format!(
                "с {} пора проверить копию на «{label}»: {ME} archive verify НОСИТЕЛЬ {checking}",
                format_date(*since)
            )
        }
        Need::Repair(label, Some(other)) => {
            format!(
                "копия на «{label}» повреждена: {ME} archive repair НОСИТЕЛЬ --from ВТОРОЙ (вторая копия — на «{other}»)"
            )
        }
        Need::Repair(label, None) => {
            format!("копия на «{label}» повреждена: {ME} archive repair НОСИТЕЛЬ; повреждённую не удаляйте")
        }
        Need::Gone(label, other) => {
            let whole = other.as_ref().map(|other| format!(" (вторая копия — на «{other}»)")).unwrap_or_default();
            format!(
                "копии на «{label}» больше нет: запишите её снова: {ME} archive complete {} --from ВТОРОЙ --to НОСИТЕЛЬ{whole}",
                archive.name
            )
        }
        Need::Forged(label) => {
            format!("копия на «{label}» не подлинна: не доверяйте ей, сохраните её и сообщите директору")
        }
        Need::Single(label) => format!(
            "цела одна копия, на «{label}», а нужны две (§2.5): {ME} archive complete {} --from НОСИТЕЛЬ --to ДРУГОЙ",
            quoted(&archive.name)
        ),
        Need::Together(one, other) => format!(
            "«{one}» и «{other}» у одного хранителя или в одном месте, а нужны разные (§2.5, §5.5.4): разнесите их и запишите, \
             где каждый: {ME} carrier register НОСИТЕЛЬ --label {} --holder ЛОГИН --place МЕСТО",
            quoted(other)
        ),
        Need::NoCopy => match archive.third.iter().find(|third| third.is_good()) {
            Some(third) => format!(
                "ни одной целой копии на носителях; заберите её из третьего места ({}): {ME} store fetch {} --to НОСИТЕЛЬ",
                third.place, archive.name
            ),
            None => format!("ни одной целой копии: {again}"),
        },
        Need::NotStored(_) | Need::StoredBad(_) | Need::StoredForged(_) | Need::VerifyStored(..) => {
            words_of_third(&archive.name, need, checking)
        }
    }
}

/// What is to be done in the third place.
fn words_of_third(name: &str, need: &Need, checking: &str) -> String {
    match need {
        Need::NotStored(place) => {
            format!("в третьем месте ({place}) архива нет: {ME} store push НОСИТЕЛЬ --only {name} {checking}")
        }
        Need::StoredBad(place) => format!(
            "в третьем месте ({place}) архив повреждён, исправьте его целой копией: {ME} store push НОСИТЕЛЬ --only {name} {checking}"
        ),
        Need::VerifyStored(place, since) => format!(
            "с {} пора проверить архив в третьем месте ({place}): {ME} store verify {name} {checking}",
            format_date(*since)
        ),
        Need::StoredForged(place) => {
            format!("в третьем месте ({place}) лежит не подлинный архив: не доверяйте ему и сообщите директору")
        }
        _ => String::new(),
    }
}

/// What may be destroyed, and what stays.
fn say_terms(status: &Status) {
    let journals: Vec<&ArchiveStatus> = status.archives.iter().filter(|archive| !archive.summaries).collect();
    let Some(first) = journals.first() else { return };
    let from = format_date(first.kept_until.succ_opt().unwrap_or(first.kept_until));
    let sheets = match status.summaries() {
        Some(archive) => format!("они в архиве «{}»", archive.name),
        None => format!("выделить их в отдельный архив: {ME} archive extract-summaries"),
    };
    println!(
        "Журнал хранится 5 лет после учебного года: его архивы и файл можно уничтожить с {from}. \
         Сводные ведомости хранятся 25 лет (§5.2): {sheets}."
    );
}

fn as_json(status: &Status, gone: &[Gone], witnesses: &[Standing], mirror: Option<&Mirrored>, late: bool) -> Value {
    let archives: Vec<Value> = status.archives.iter().map(archive_json).collect();
    json!({
        "date": status.day, "due": status.is_due() || late, "archives": archives,
        "missing": status.missing.iter().map(|(period, ended)| json!({ "period": period, "ended": ended })).collect::<Vec<_>>(),
        "summaries": status.summaries().map(|archive| &archive.name),
        "backups": status.backups.copies.iter().map(backup_json).collect::<Vec<_>>(),
        "destroyed": gone.iter().map(destroyed_json).collect::<Vec<_>>(),
        "witnesses": witnesses.iter().map(witness_json).collect::<Vec<_>>(),
        "mirror": mirror.map(|mirror| mirror_json(mirror, late)),
    })
}

fn witness_json(standing: &Standing) -> Value {
    let failed = standing.failed.as_ref();
    json!({
        "name": standing.witness.name, "signed": standing.signed.map(|(size, _)| size),
        "at": standing.signed.map(|(_, at)| at.to_rfc3339()), "lacks": standing.lacks,
        "failed": failed.map(|failed| json!({
            "why": failed.why, "since": failed.since.to_rfc3339(), "contradicts": failed.contradicts,
        })),
    })
}

fn mirror_json(mirror: &Mirrored, late: bool) -> Value {
    json!({
        "place": mirror.place, "entries": mirror.length, "lacks": mirror.lacks,
        "since": mirror.since.map(|since| since.to_rfc3339()), "late": late,
        "fault": mirror.fault.as_ref().map(|(why, since)| json!({ "why": why, "since": since.to_rfc3339() })),
    })
}

fn backup_json(copy: &BackupStatus) -> Value {
    json!({
        "name": copy.name, "place": copy.place, "carrier": copy.is_carrier, "date": copy.day, "length": copy.length,
        "code": copy.code, "author": copy.author, "late": copy.late,
    })
}

fn archive_json(archive: &ArchiveStatus) -> Value {
    let copy = |copy: &Copy| {
        let (carrier, verified) = (&copy.carrier, copy.verified.as_ref());
        json!({
            "carrier": carrier.id, "label": carrier.label, "holder": carrier.in_hands_of(), "place": carrier.place,
            "lost_on": carrier.loss.as_ref().map(|loss| loss.reported), "good": copy.is_good(),
            "verified_on": verified.map(|verified| verified.day), "depth": verified.map(|verified| &verified.depth),
            "result": verified.map(|verified| &verified.result), "repaired_on": copy.repaired, "due": copy.due,
        })
    };
    let need = |need: &Need| {
        let (what, label) = match need {
            Need::Verify(label, _) => ("verify", Some(label)),
            Need::Repair(label, _) => ("repair", Some(label)),
            Need::Gone(label, _) => ("gone", Some(label)),
            Need::Forged(label) => ("forged", Some(label)),
            Need::Single(label) => ("single", Some(label)),
            Need::Together(label, _) => ("together", Some(label)),
            Need::NoCopy => ("no copy", None),
            Need::NotStored(place) => ("not stored", Some(place)),
            Need::StoredBad(place) => ("stored damaged", Some(place)),
            Need::StoredForged(place) => ("stored forged", Some(place)),
            Need::VerifyStored(place, _) => ("verify stored", Some(place)),
        };
        json!({ "what": what, "label": label })
    };
    let third = |third: &Third| {
        json!({
            "place": third.place, "shelf": third.shelf, "put": third.put, "good": third.is_good(),
            "verified_on": third.verified.day, "depth": third.verified.depth, "result": third.verified.result,
            "locked_until": third.locked_until, "due": third.due,
        })
    };
    json!({
        "name": archive.name, "period": archive.period, "code": archive.code, "created": archive.created,
        "third": archive.third.iter().map(third).collect::<Vec<_>>(),
        "copies": archive.copies.iter().map(copy).collect::<Vec<_>>(), "replaced_by": archive.replaced_by,
        "kept_until": archive.kept_until, "needs": archive.needs.iter().map(need).collect::<Vec<_>>(),
    })
}
