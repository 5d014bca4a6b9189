//! The base of a stick: an excerpt of the proven tables with what one person may see, and nothing else (§5.6).
//!
//! It has the journal's tables, all of them, with the same row ids and without the ledger, as one SQLite image. Which rows
//! of which table it holds is data ([`policy`]), over what the owner has to do with ([`scope`]): his courses, the pupils
//! on them, the class whose teacher he is. Of other courses it holds what the rules count for his pupils, numbers without
//! words. A deputy head and a director see all. Rows are copied into empty tables, so nothing of the rest is left between
//! them either.

mod policy;
mod scope;

use crate::error::{Error, Result};
use crate::journal::proven::{Proven, memory};
use crate::journal::read::{self, Pupil, Tables};
use crate::journal::{apply, file};
use crate::school::Role;
use policy::{POLICY, Part, Rows};
use rusqlite::{Connection, MAIN_DB, named_params};

/// Those who see the whole school.
const SEE_ALL: [Role; 2] = [Role::DeputyHead, Role::Director];

impl Proven {
    /// What `login` may see of the proven tables: a SQLite image of the same tables.
    ///
    /// # Errors
    /// Somebody whom the journal does not know; tables that do not read.
    pub fn excerpt(&self, login: &str) -> Result<Vec<u8>> {
        let source = self.tables()?;
        // Nothing is written to them: the connection keeps what it works out in tables of its own.
        source.db().pragma_update(None, "query_only", false)?;
        image(&source, login)
    }
}

/// The image of what somebody may see of tables.
fn image(source: &Tables, login: &str) -> Result<Vec<u8>> {
    let db = source.db();
    let all = sees_all(source, login)?;
    let (name, base) = memory::empty()?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.execute("ATTACH ?1 AS base", [&name])?;
    let transaction = db.unchecked_transaction()?;
    scope::work_out(db, login, is_class_teacher(source, login)?)?;
    POLICY.iter().try_for_each(|part| copy(db, part, login, all))?;
    transaction.commit()?;
    db.execute_batch("DETACH base")?;
    Ok(base.into_db().serialize(MAIN_DB)?.to_vec())
}

/// The pupils of whom an excerpt for `login` would hold data, by name.
///
/// # Errors
/// As [`Proven::excerpt`]; tables that are open for reading only.
pub fn pupils(tables: &Tables, login: &str) -> Result<Vec<Pupil>> {
    let mut pupils = read::all_pupils(tables)?;
    if !sees_all(tables, login)? {
        let db = tables.db();
        scope::work_out(db, login, is_class_teacher(tables, login)?)?;
        let mut statement = db.prepare("SELECT id FROM seen_pupils")?;
        let seen = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        pupils.retain(|pupil| seen.binary_search(&pupil.id).is_ok());
    }
    Ok(pupils)
}

/// Keeps of whom a carrier that is lost held data: of whom its last owner saw any. Nothing where it held no personal journal.
///
/// # Errors
/// Tables that do not read.
pub(in crate::journal) fn keep_lost(tables: &Tables, carrier: &str) -> Result<()> {
    let sql = "SELECT login FROM strands WHERE carrier = ?1 ORDER BY opened_entry DESC LIMIT 1";
    let Some(login): Option<String> = tables.one("носитель", sql, [carrier], |row| row.get("login"))? else {
        return Ok(());
    };
    let seen = match sees_all(tables, &login)? {
        true => "pupils",
        false => {
            scope::work_out(tables.db(), &login, is_class_teacher(tables, &login)?)?;
            "seen_pupils"
        }
    };
    let sql = format!("INSERT OR IGNORE INTO loss_pupils (carrier, pupil) SELECT ?1, id FROM {seen}");
    tables.prepare_cached(&sql)?.execute([carrier])?;
    Ok(())
}

/// Opens an excerpt's image as tables, in memory.
///
/// # Errors
/// An image that is no SQLite file, or whose tables are not this program's.
pub fn open(image: &[u8]) -> Result<Tables> {
    let foreign = || Error::damaged("база носителя не читается").next("обновите носитель в школе");
    let mut lies = Connection::open_in_memory()?;
    lies.deserialize_read_exact(MAIN_DB, image, image.len(), true).map_err(|_| foreign())?;
    file::guard(&lies)?;
    if !apply::structure::has_tables_alone(&lies).map_err(|_| foreign())? {
        return Err(foreign());
    }
    Ok(memory::copy_of(&lies)?.1)
}

/// Whether somebody sees the whole school.
///
/// # Errors
/// Somebody whom the journal does not know.
pub fn sees_all(tables: &Tables, login: &str) -> Result<bool> {
    if read::staff(tables, login)?.is_none() {
        return Err(Error::input(format!("сотрудника «{login}» нет в журнале")).next("проверьте логин"));
    }
    SEE_ALL.iter().try_fold(false, |any, role| Ok(any || read::has_role(tables, login, *role)?))
}

fn is_class_teacher(tables: &Tables, login: &str) -> Result<bool> {
    read::has_role(tables, login, Role::ClassTeacher)
}

/// Copies the rows of a table, and of them what the policy lets through.
fn copy(source: &Connection, part: &Part, login: &str, all: bool) -> Result<()> {
    let rows = match (&part.rows, all) {
        (Rows::Own(condition), _) | (Rows::Of(condition), false) => condition,
        (Rows::All, _) | (_, true) => "1",
        (Rows::Nobody, false) => return Ok(()),
    };
    let table = part.table;
    let columns = apply::columns(source, table)?;
    let shown = columns.iter().map(|column| match part.hidden {
        _ if part.withheld.contains(&column.as_str()) => format!("'' AS {column}"),
        Some((hidden, unless)) if !all && hidden.contains(&column.as_str()) => {
            format!("iif({unless}, {column}, '') AS {column}")
        }
        _ => column.clone(),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    let sql =
        format!("INSERT INTO base.{table} ({}) SELECT {shown} FROM main.{table} AS t WHERE {rows}", columns.join(", "));
    let mut statement = source.prepare(&sql)?;
    let login = named_params! { ":login": login };
    if statement.parameter_count() == 0 {
        statement.execute([])?
    } else {
        statement.execute(login)?
    };
    Ok(())
}

#[cfg(test)]
mod tests;
