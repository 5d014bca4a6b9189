//! «Архив»: where each archive lies, when each copy was verified, what is due; the copies of any day, and who holds which
//! carrier (§2.5, §5.5). Nothing is done here: that takes carriers that are plugged in, and a proof of the whole journal.

use crate::error::Result;
use crate::journal::read::{self, Carrier, Tables};
use crate::school::{RECORDS, School, counted, format_date};
use crate::web::desk::listing::Listing;
use crate::web::desk::page::{Frame, name_of, shown};
use crate::web::desk::{Desk, Sitting, sections};
use crate::work::archive::status::{ArchiveStatus, Backups, Copy, Need, Status, Third};
use crate::work::mirror::Standing;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// The address of the page.
pub const ADDRESS: &str = "/archives";

#[derive(Template)]
#[template(path = "desk/pages/keeping/archives.html")]
struct Page {
    frame: Frame,
    /// What is due, and the command that does it.
    due: Vec<Due>,
    archives: Vec<Archive>,
    backups: Listing,
    /// How the mirror stands; nothing where there is none.
    mirror: Option<String>,
    carriers: Listing,
}

/// What should be done.
struct Due {
    what: String,
    /// `archive verify`; nothing where no command does it.
    command: &'static str,
}

impl Due {
    fn of(command: &'static str, what: impl Into<String>) -> Self {
        Self { what: what.into(), command }
    }
}

/// An archive.
struct Archive {
    title: String,
    copies: Listing,
    kept: String,
    replaced_by: Option<String>,
}

/// `GET /archives`.
pub async fn show(State(desk): State<Arc<Desk>>) -> Response {
    shown(desk.ask(page).await)
}

fn page(sitting: &mut Sitting) -> Result<Page> {
    sections::at_school(sitting, "смотреть архивы")?;
    let frame = Frame::of(sitting, "Архив".to_owned(), ADDRESS.to_owned())?;
    let today = sitting.today()?;
    let tables = sitting.seat.journal.tables();
    let status = Status::of(tables, today)?;
    let mirror = Standing::of(sitting.seat.journal.path(), tables)?;
    let mut due = due(&status);
    due.extend(late(sitting)?);
    Ok(Page {
        due,
        mirror: mirror.as_ref().map(mirrored),
        archives: status.archives.iter().map(|one| archive(tables, &status, one)).collect::<Result<_>>()?,
        backups: backups(tables, &status.backups)?,
        carriers: carriers(tables)?,
        frame,
    })
}

/// What the mirror has.
fn mirrored(mirror: &Standing) -> String {
    let there = counted(mirror.length, RECORDS);
    match mirror.since {
        None => format!("{}: {there}, полно.", mirror.place),
        Some(_) => format!("{}: {there}, не хватает: {}.", mirror.place, counted(mirror.lacks, RECORDS)),
    }
}

/// What a mirror lacks for longer than is usual.
fn late(sitting: &Sitting) -> Result<Option<Due>> {
    let mirror = Standing::of(sitting.seat.journal.path(), sitting.seat.journal.tables())?;
    let late = mirror.filter(|mirror| mirror.is_late(sitting.seat.clock.now()));
    Ok(late.map(|mirror| Due::of("store mirror", lacking(&mirror))))
}

fn lacking(mirror: &Standing) -> String {
    let since = mirror.since.map(|since| format!(" с {}", since.format("%d.%m.%Y %H:%M"))).unwrap_or_default();
    let why = mirror.fault.as_ref().map(|(why, _)| format!(" ({why})")).unwrap_or_default();
    format!("Зеркало журнала отстало{since}, не хватает: {}{why}.", counted(mirror.lacks, RECORDS))
}

/// All that is due, archives first.
fn due(status: &Status) -> Vec<Due> {
    let of_archive = |archive: &ArchiveStatus| {
        let name = format!("Архив «{}»", archive.name);
        archive.needs.clone().into_iter().map(move |need| of_need(&name, &need))
    };
    let mut due: Vec<Due> = status.archives.iter().flat_map(of_archive).collect();
    due.extend(status.missing.iter().map(|(period, ended)| {
        Due::of(
            "archive create",
            match status.is_reopened() && period == "Год" {
                true => "Закрытый год открыт снова, прежний архив за него не действует: сделайте новый.".to_owned(),
                false => {
                    format!("Период «{period}» кончился {}, а архива за него нет (§5.5).", format_date(*ended))
                }
            },
        )
    }));
    let late = status.backups.copies.iter().filter(|copy| copy.late);
    due.extend(late.map(|copy| {
        let what = format!("Копия дня «{}» отстала: проверьте расписание и место.", copy.place);
        Due::of("archive backup", what)
    }));
    if status.backups.copies.is_empty() {
        due.push(Due::of("archive backup", "Копий дня нет, а их делают каждый день."));
    }
    due
}

fn of_need(name: &str, need: &Need) -> Due {
    let beside = |other: &Option<String>| {
        other.as_ref().map(|other| format!(" Вторая копия — на «{other}».")).unwrap_or_default()
    };
    match need {
        Need::Verify(label, since) => {
            Due::of("archive verify", format!("{name}: с {} пора проверить копию на «{label}».", format_date(*since)))
        }
        Need::Repair(label, other) => {
            let what = format!("{name}: копия на «{label}» повреждена, не удаляйте её.{}", beside(other));
            Due::of("archive repair", what)
        }
        Need::Gone(label, other) => {
            let what = format!("{name}: копии на «{label}» больше нет, запишите её снова.{}", beside(other));
            Due::of("archive complete", what)
        }
        Need::Forged(label) => Due::of(
            "",
            format!("{name}: копия на «{label}» не подлинна: не доверяйте ей, сохраните её и сообщите директору."),
        ),
        Need::Single(label) => {
            Due::of("archive complete", format!("{name}: цела одна копия, на «{label}», а нужны две (§2.5)."))
        }
        Need::Together(one, other) => Due::of(
            "carrier register",
            format!(
                "{name}: «{one}» и «{other}» у одного хранителя или в одном месте, а нужны разные (§2.5, §5.5.4): разнесите их \
             и запишите, где каждый."
            ),
        ),
        Need::NotStored(place) => Due::of("store push", format!("{name}: в третьем месте ({place}) его нет.")),
        Need::StoredBad(place) => Due::of(
            "store push",
            format!("{name}: в третьем месте ({place}) он повреждён, исправьте его целой копией."),
        ),
        Need::StoredForged(place) => Due::of(
            "",
            format!("{name}: в третьем месте ({place}) лежит не подлинный: не доверяйте ему и сообщите директору."),
        ),
        Need::VerifyStored(place, since) => {
            let since = format_date(*since);
            Due::of("store verify", format!("{name}: с {since} пора проверить его в третьем месте ({place})."))
        }
        Need::NoCopy => Due::of("archive create", format!("{name}: ни одной целой копии: запишите архив заново.")),
    }
}

fn archive(tables: &Tables, status: &Status, archive: &ArchiveStatus) -> Result<Archive> {
    let heads = ["Носитель", "У кого", "Место", "Проверен", "Проверить к"];
    let mut copies = Listing::new(&format!("Копии архива {}", archive.name), &heads, "Копий нет.");
    for copy in &archive.copies {
        let carrier = &copy.carrier;
        let due = if copy.is_good() { format_date(copy.due) } else { String::new() };
        copies.rows.push(vec![
            carrier.label.clone().into(),
            name_of(tables, carrier.in_hands_of())?.into(),
            carrier.place.clone().into(),
            state(copy).into(),
            due.into(),
        ]);
    }
    for third in &archive.third {
        let due = if third.is_good() { format_date(third.due) } else { String::new() };
        copies.rows.push(vec![
            "третье место".into(),
            String::new().into(),
            format!("{}, {}", third.place, third.shelf).into(),
            there(third).into(),
            due.into(),
        ]);
    }
    let kept = match archive.may_be_destroyed(status.day) {
        true => format!("Срок хранения истёк {}.", format_date(archive.kept_until)),
        false => format!("Хранить до {} включительно.", format_date(archive.kept_until)),
    };
    let title = format!("{}: {}, создан {}", archive.name, archive.period, format_date(archive.created));
    Ok(Archive { title, copies, kept, replaced_by: archive.replaced_by.clone() })
}

fn state(copy: &Copy) -> String {
    if let Some(loss) = &copy.carrier.loss {
        return format!("носитель {} {}, копией не считается", loss.word(), format_date(loss.reported));
    }
    if let Some(day) = copy.repaired {
        return format!("исправлен {}, после этого не проверялся", format_date(day));
    }
    match &copy.verified {
        None => "после записи не проверялся".to_owned(),
        Some(verified) if copy.is_gone() => format!("{}: копии нет", format_date(verified.day)),
        Some(verified) => format!("{} ({}): {}", format_date(verified.day), verified.depth, verified.result),
    }
}

/// How an archive stands in a third place.
fn there(third: &Third) -> String {
    let day = format_date(third.verified.day);
    let locked = third.locked_until.map(|until| format!(", заперт до {}", format_date(until))).unwrap_or_default();
    match (third.verified.is_gone, third.put) {
        (true, _) => format!("{day}: его там нет"),
        (_, true) => format!("{day}, при передаче: {}{locked}", third.verified.result),
        _ => format!("{day} ({}): {}{locked}", third.verified.depth, third.verified.result),
    }
}

fn backups(tables: &Tables, backups: &Backups) -> Result<Listing> {
    let heads = ["Где", "Что это", "Последняя копия", "Записей", "Кто делал", "Состояние"];
    let mut listing = Listing::new("Копии дня", &heads, "Копий дня нет.");
    for copy in &backups.copies {
        listing.rows.push(vec![
            copy.place.clone().into(),
            if copy.is_carrier { "носитель" } else { "папка" }.into(),
            format_date(copy.day).into(),
            copy.length.to_string().into(),
            name_of(tables, &copy.author)?.into(),
            if copy.late { "отстала" } else { "в срок" }.into(),
        ]);
    }
    Ok(listing)
}

fn carriers(tables: &Tables) -> Result<Listing> {
    let school = read::school(tables)?;
    let heads = ["Надпись", "Номер", "Хранитель", "Место", "Состояние"];
    let mut listing = Listing::new("Носители школы", &heads, "Носителей не записано.");
    for carrier in read::carriers(tables)? {
        listing.rows.push(vec![
            carrier.label.clone().into(),
            carrier.id.clone().into(),
            name_of(tables, &carrier.holder)?.into(),
            carrier.place.clone().into(),
            holding(tables, &school, &carrier)?.into(),
        ]);
    }
    Ok(listing)
}

/// Who has a carrier, or what became of it.
fn holding(tables: &Tables, school: &School, carrier: &Carrier) -> Result<String> {
    Ok(match (&carrier.loss, &carrier.issue) {
        (Some(loss), _) => {
            let label = |id: &String| -> Result<String> {
                Ok(read::carrier(tables, id)?.map_or_else(|| id.clone(), |known| known.label))
            };
            let instead = loss.restored.as_ref().map(|restored| label(&restored.on)).transpose()?;
            let instead = instead.map(|label| format!(", заменён: «{label}»")).unwrap_or_default();
            format!("{} {}{instead}", loss.word(), format_date(loss.reported))
        }
        (None, Some(issue)) => {
            format!("выдан: {} с {}", name_of(tables, &issue.to)?, format_date(school.day_of(issue.at)))
        }
        (None, None) => "у хранителя".to_owned(),
    })
}

/// How much of it is due.
pub fn waits(sitting: &mut Sitting) -> Result<Vec<String>> {
    let today = sitting.today()?;
    let count = due(&Status::of(sitting.seat.journal.tables(), today)?).len() + usize::from(late(sitting)?.is_some());
    Ok((count > 0).then(|| format!("По архиву и копиям пора сделать: {count}")).into_iter().collect())
}
