//! What `letopis print check` says of a page or of a file: whose it is, whether it prints the same again, what became of
//! it since (§5.1, §5.4).

use super::called::ME;
use super::{Common, leaf, output, screen, session, sign};
use crate::error::Result;
use crate::print::check::{Again, Since};
use crate::print::seen::{Grid, Part};
use crate::print::since::{Change, What};
use crate::print::{Layouts, parse_code};
use crate::school::{counted, format_date};
use crate::work::papers::leaves::fate_in_words;
use crate::work::papers::{self, Brought, Standing};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;

/// How many changes are listed.
const MOST: usize = 20;

/// Checks a code that was typed or scanned, or a file.
pub fn check(common: &Common, typed: &str, layouts: Option<&Path>) -> Result<ExitCode> {
    let path = Path::new(typed.trim());
    let is_file = path.is_file() || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
    let code = if is_file { None } else { Some(parse_code(typed)?) };
    let layouts = Layouts::load(layouts)?;
    // Nobody is asked for a passphrase to check a paper.
    let identity = session::identity_without_asking(common);
    let proven = session::prove(&session::journal(common)?, identity.as_ref())?;
    session::keep(&proven, identity.as_ref());
    let standing = match code {
        Some(code) => papers::check_code(&proven, &layouts, &code)?,
        None => papers::check_file(&proven, &layouts, path)?,
    };
    if common.json {
        screen::json(&as_json(&standing)?);
    } else {
        say(&standing)?;
    }
    Ok(ExitCode::from(u8::from(standing.checked.again == Again::Unexplained)))
}

fn as_json(standing: &Standing) -> Result<Value> {
    let checked = &standing.checked;
    let document = standing.brought.document();
    let mut value = json!({
        "number": document.number, "title": document.title, "pages": document.pages.len(),
        "issued_at": document.issued_at.to_rfc3339(), "issued_by": document.issued_by,
        "pdf_sha256": document.pdf_sha256,
        "superseded_by": standing.later.as_ref().map(|later| &later.number),
        "superseded_at": standing.later.as_ref().map(|later| later.issued_at.to_rfc3339()),
        "leaf": standing.fate.as_ref().map(|fate| json!({
            "name": fate.leaf.to_string(), "book": fate.book, "replaced": fate.replaced, "removed": fate.removed,
        })),
        "replaces": standing.replaces,
        "reason": document.reason,
        "reopened_at": standing.reopened.as_ref().map(|turn| turn.at.to_rfc3339()),
        "bound": standing.bound.as_ref().map(|bound| json!({
            "date": bound.date.to_string(), "sheets": bound.sheets, "shelf": bound.shelf, "by": bound.by,
        })),
        "signatures": standing.signatures.iter().map(|(one, expires)| sign::as_json(one, expires.as_deref()))
            .collect::<Vec<_>>(),
        "again": match &checked.again {
            Again::Identical => "identical".into(),
            Again::SameText => "same text".into(),
            Again::Differs(what) => json!({ "differs": what }),
            Again::Unexplained => "unexplained".into(),
        },
        "changes": changes(&checked.since),
    });
    if let Brought::Page(page) = &standing.brought {
        value["page"] = page.page.into();
        value["digest"] = page.digest.as_str().into();
        value["text"] = String::from_utf8_lossy(&page.record).into();
        let parts = page.seen(&checked.tables)?.parts.into_iter();
        value["sheet"] = parts
            .map(|part| match part {
                Part::Line(cells) => json!({ "line": cells }),
                Part::Table(Grid { heads, rows }) => json!({ "heads": rows.get(..heads), "rows": rows.get(heads..) }),
            })
            .collect();
    }
    Ok(value)
}

fn say(standing: &Standing) -> Result<()> {
    let checked = &standing.checked;
    let document = standing.brought.document();
    let issued = document.issued_at.format("%d.%m.%Y %H:%M");
    match &standing.brought {
        Brought::Page(page) => {
            let lines = leaf::lines(&page.seen(&checked.tables)?, output::width());
            output::put_lines(&(lines.join("\n") + "\n\n"));
            let (number, title) = (&document.number, &document.title);
            println!("Код верен: такая страница выдана. Документ № {number} «{title}»,");
            let (page, pages, by) = (page.page, document.pages.len(), &standing.issued_by);
            println!("стр. {page} из {pages}, выдан {issued}, подписал(а) {by}");
            println!("Код доказывает только это: сверьте напечатанное на бумаге с текстом выше.");
        }
        Brought::File(_) => {
            println!("Файл в точности тот, что выдан. Документ № {} «{}»,", document.number, document.title);
            println!("страниц {}, выдан {issued}, подписал(а) {}", document.pages.len(), standing.issued_by);
        }
    }
    if let Some(later) = &standing.later {
        let (number, day) = (&later.number, later.issued_at.format("%d.%m.%Y"));
        println!("Заменён. Позже выдан документ № {number} от {day}: этот показывает прежнее состояние журнала.");
    }
    if let Some(what) = standing.fate.as_ref().and_then(fate_in_words) {
        println!("{what}");
    }
    if !document.reason.is_empty() {
        println!("Выдан с пробелами, причина: {}", document.reason);
    }
    if let Some(turn) = &standing.reopened {
        let day = turn.at.format("%d.%m.%Y");
        println!("Не действует: закрытый учебный год открыт снова {day} (запись № {}): {}", turn.entry, turn.reason);
    }
    if let Some(bound) = &standing.bound {
        let (day, sheets, shelf) = (format_date(bound.date), bound.sheets, &bound.shelf);
        println!("Подшит {day}, листов {sheets}, место хранения: {shelf}. Записал(а) {}", standing.bound_by);
    }
    sign::say(&standing.signatures);
    match &checked.again {
        Again::Identical => println!("Повторная печать по записям на тот момент дала тот же файл, байт в байт."),
        Again::SameText => {
            println!("Повторная печать по записям на тот момент дала тот же текст; файл отличается оформлением.")
        }
        Again::Differs(what) => {
            println!("Повторная печать отличается, потому что с тех пор изменились: {}.", what.join(", "));
            match standing.brought {
                Brought::Page(_) => println!("Страницу подтверждает её сохранённый текст."),
                Brought::File(_) => println!("Файл подтверждает его сумма, записанная при выдаче."),
            }
        }
        Again::Unexplained => {
            println!("Повторная печать по записям даёт другой текст, и это ничем не объясняется.");
            println!("Выполните «{ME} audit» и сообщите директору.");
        }
    }
    match (&standing.brought, &checked.since) {
        (_, Since::Unknown(why)) => println!("Сравнить с сегодняшним журналом нельзя: {why}."),
        (Brought::Page(_), Since::Changes(pages)) => {
            say_changes(&pages.iter().flat_map(|(_, changes)| changes).collect::<Vec<_>>());
        }
        (Brought::File(_), Since::Changes(pages)) => say_pages(pages),
    }
    Ok(())
}

/// The changes as an array, or `null` where they are not known.
fn changes(since: &Since) -> Value {
    let Since::Changes(pages) = since else { return Value::Null };
    let all = pages.iter().flat_map(|(page, changes)| changes.iter().map(move |change| (page, change)));
    let object = |(page, change): (&u32, &Change)| {
        let Change { what, place, was, now } = change;
        json!({ "page": page, "what": word(*what), "place": place, "was": was, "now": now })
    };
    all.map(object).collect()
}

/// Lists what has changed on a page.
fn say_changes(changes: &[&Change]) {
    if changes.is_empty() {
        return println!("С тех пор на этой странице ничего не изменилось.");
    }
    println!("С тех пор на этой странице изменилось:");
    for change in changes.iter().take(MOST) {
        println!("  {}", line(change));
    }
    if changes.len() > MOST {
        let more = counted((changes.len() - MOST) as u64, ["изменение", "изменения", "изменений"]);
        println!("  … и ещё {more} (все: --json)");
    }
}

/// Says on which pages of a file something has changed.
fn say_pages(pages: &[(u32, Vec<Change>)]) {
    let changed: Vec<&(u32, Vec<Change>)> = pages.iter().filter(|(_, changes)| !changes.is_empty()).collect();
    if changed.is_empty() {
        return println!("С тех пор в нём ничего не изменилось.");
    }
    let numbers = changed.iter().map(|(page, changes)| format!("{page} ({})", changes.len())).collect::<Vec<_>>();
    println!("С тех пор изменилось на страницах (в скобках — сколько изменений): {}.", numbers.join(", "));
    println!("Какие они, показывает проверка по коду страницы или --json.");
}

fn line(change: &Change) -> String {
    let Change { what, place, was, now } = change;
    let or_empty = |text: &str| if text.is_empty() { "пусто".to_owned() } else { text.to_owned() };
    match (what, was.is_empty()) {
        (What::Cell, _) => format!("{place}: было {}, стало {}", or_empty(was), or_empty(now)),
        (What::Row, true) => format!("новая строка: {now}"),
        (What::Row, false) => format!("строки больше нет: {was}"),
        (What::Column, true) => format!("новая графа: {now}"),
        (What::Column, false) => format!("графы больше нет: {was}"),
        (What::Text, true) => format!("добавлено: {now}"),
        (What::Text, false) => format!("больше нет: {was}"),
    }
}

fn word(what: What) -> &'static str {
    match what {
        What::Cell => "cell",
        What::Row => "row",
        What::Column => "column",
        What::Text => "text",
    }
}
