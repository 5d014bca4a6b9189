//! How a journal's file is built, held against what this program makes: every object with its text, and each on pages of
//! its own.

use crate::error::{Action, Error, Result};
use crate::ledger::store;
use rusqlite::Connection;
use std::path::Path;
use std::sync::OnceLock;

/// A table, index, trigger or view of a file: kind, name, table, and the text that made it.
type Item = (String, String, String, Option<String>);

/// Makes an empty journal's ledger, texts of pages and tables.
pub(in crate::journal) fn create(database: &Connection) -> Result<()> {
    store::create(database)?;
    super::create_page_texts(database)?;
    super::create(database)
}

/// Objects that are not what this program makes, whatever they are called, and those that are missing: «trigger x».
///
/// # Errors
/// A schema that SQLite does not read.
pub(in crate::journal) fn differences(database: &Connection) -> Result<Vec<String>> {
    let (stored, expected) = (items(database)?, expected()?);
    let mut names: Vec<String> = one_sided(&stored, expected).chain(one_sided(expected, &stored)).collect();
    names.extend(shared_pages(database)?);
    names.sort();
    names.dedup();
    Ok(names)
}

/// Whether a database has this program's tables and nothing else, also no ledger.
///
/// # Errors
/// A schema that SQLite does not read.
pub(in crate::journal) fn has_tables_alone(database: &Connection) -> Result<bool> {
    let ours = super::in_memory()?;
    Ok(items(database)? == items(ours.db())? && shared_pages(database)?.is_empty())
}

/// What in a file of another version is nobody's: anything but tables and their indexes, a ledger that is not built as
/// ours is. The tables themselves may differ, they are made anew.
///
/// # Errors
/// A schema that SQLite does not read.
pub(in crate::journal) fn foreign(database: &Connection) -> Result<Vec<String>> {
    let (stored, expected) = (items(database)?, expected()?);
    let is_source = |item: &&Item| ["ledger", "page_texts"].contains(&item.2.as_str());
    let strange = |(kind, _, _, sql): &&Item| {
        let made = sql.as_deref().unwrap_or("CREATE INDEX").trim_start().to_uppercase();
        !matches!(kind.as_str(), "table" | "index") || made.starts_with("CREATE VIRTUAL")
    };
    let of = |items: &[Item]| items.iter().filter(is_source).cloned().collect::<Vec<_>>();
    let (ours, theirs) = (of(expected), of(&stored));
    let mut names: Vec<String> = one_sided(&theirs, &ours).chain(one_sided(&ours, &theirs)).collect();
    names.extend(stored.iter().filter(strange).map(|(kind, name, ..)| format!("{kind} {name}")));
    names.extend(shared_pages(database)?);
    names.sort();
    names.dedup();
    Ok(names)
}

/// Why a file that is built otherwise is not worked with.
pub(in crate::journal) fn refusal(path: &Path, differing: &[String]) -> Option<Error> {
    let names = match differing {
        [] => return None,
        names => names.iter().take(5).map(|name| format!("«{name}»")).collect::<Vec<_>>().join(", "),
    };
    let more = differing.len().checked_sub(6).map(|more| format!(" и ещё {}", more + 1)).unwrap_or_default();
    Some(
        Error::damaged(format!("журнал «{}» устроен не так, как его делает Letopis: {names}{more}", path.display()))
            .next("в файл вмешались: не записывайте в него")
            .then_by("проверьте журнал", Action::Audit)
            .then("сообщите директору")
            .then_by("сверьте журнал с архивной копией", Action::AuditAgainstWitness),
    )
}

fn one_sided<'a>(items: &'a [Item], others: &'a [Item]) -> impl Iterator<Item = String> + 'a {
    let many = |items: &[Item], item: &Item| items.iter().filter(|other| *other == item).count();
    items
        .iter()
        .filter(move |item| many(items, item) != many(others, item))
        .map(|(kind, name, ..)| format!("{kind} {name}"))
}

fn items(database: &Connection) -> Result<Vec<Item>> {
    let mut statement = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// What an empty journal of this program has; made once.
fn expected() -> Result<&'static [Item]> {
    static EXPECTED: OnceLock<Vec<Item>> = OnceLock::new();
    if let Some(items) = EXPECTED.get() {
        return Ok(items);
    }
    let fresh = Connection::open_in_memory()?;
    create(&fresh)?;
    let items = items(&fresh)?;
    Ok(EXPECTED.get_or_init(|| items))
}

/// Tables and indexes whose root page is another's too, or none: an index that lies on the pages of another one answers
/// with that one's rows.
fn shared_pages(database: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'index')
               AND (coalesce(rootpage, 0) < 2 OR rootpage IN
                    (SELECT rootpage FROM sqlite_schema GROUP BY rootpage HAVING count(*) > 1)) ORDER BY name";
    let mut statement = database.prepare(sql)?;
    let rows =
        statement.query_map([], |row| Ok(format!("{} {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
}
