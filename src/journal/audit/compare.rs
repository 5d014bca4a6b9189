//! Comparing the stored tables with tables rebuilt from the ledger, row by row, and naming what differs.
//!
//! Both sides are read in the order of the primary key and walked together, so a table of any size is compared in one
//! pass without holding it. A differing mark is named as people name it: pupil, course, date.

use crate::error::Result;
use crate::journal::apply;
use crate::journal::apply::structure;
use crate::school::{BYTES, counted};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, Statement};
use std::cmp::Ordering;

/// A row that stands on one side only, or differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// In Russian: which row, what stands in the table, and what the ledger says.
    pub what: String,
}

/// Compares every table of `rebuilt` with the same table of `stored`. At most `most` differences are described.
///
/// # Errors
/// A stored table that cannot be read at all.
pub fn compare(stored: &Connection, rebuilt: &Connection, most: usize) -> Result<(usize, Vec<Difference>)> {
    let mut found = Found { count: 0, most, described: Vec::new() };
    let expected = apply::names(rebuilt)?;
    for name in structure::differences(stored)? {
        found.add(&name, || format!("устройство файла изменено: «{name}»"));
    }
    let readable = apply::names(stored)?;
    for table in expected.iter().filter(|table| readable.contains(table)) {
        compare_table(stored, rebuilt, table, &mut found)?;
    }
    Ok((found.count, found.described))
}

struct Found {
    count: usize,
    most: usize,
    described: Vec<Difference>,
}

impl Found {
    fn add(&mut self, table: &str, describe: impl FnOnce() -> String) {
        self.count += 1;
        if self.described.len() < self.most {
            self.described.push(Difference { table: table.to_owned(), what: describe() });
        }
    }
}

/// A table's columns, and the positions of its primary key among them.
struct Shape {
    columns: Vec<String>,
    key: Vec<usize>,
}

impl Shape {
    fn of(database: &Connection, table: &str) -> Result<Self> {
        let mut statement = database.prepare("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid")?;
        let rows = statement
            .query_map([table], |row| Ok((row.get::<_, String>(0)?, row.get::<_, usize>(1)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut key: Vec<(usize, usize)> =
            rows.iter().enumerate().filter(|(_, (_, pk))| *pk > 0).map(|(i, (_, pk))| (*pk, i)).collect();
        key.sort_unstable();
        Ok(Self {
            columns: rows.into_iter().map(|(name, _)| name).collect(),
            key: key.into_iter().map(|(_, i)| i).collect(),
        })
    }

    fn select<'c>(&self, database: &'c Connection, table: &str) -> Result<Statement<'c>> {
        let key: Vec<&str> = self.key.iter().map(|i| self.columns[*i].as_str()).collect();
        Ok(database.prepare(&format!("SELECT {} FROM {table} ORDER BY {}", self.columns.join(", "), key.join(", ")))?)
    }

    fn read(&self, row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
        (0..self.columns.len()).map(|i| row.get(i)).collect()
    }

    fn order(&self, a: &[Value], b: &[Value]) -> Ordering {
        self.key.iter().map(|i| order(&a[*i], &b[*i])).find(|o| *o != Ordering::Equal).unwrap_or(Ordering::Equal)
    }
}

/// SQLite's own order of values, for the types that STRICT tables hold.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Blob(a), Value::Blob(b)) => a.cmp(b),
        (Value::Real(a), Value::Real(b)) => a.total_cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Integer(_) | Value::Real(_) => 1,
        Value::Text(_) => 2,
        Value::Blob(_) => 3,
    }
}

fn compare_table(stored: &Connection, rebuilt: &Connection, table: &str, found: &mut Found) -> Result<()> {
    let shape = Shape::of(rebuilt, table)?;
    if Shape::of(stored, table)?.columns != shape.columns {
        return Ok(()); // named by the comparison of schemas
    }
    let (mut ours, mut theirs) = (shape.select(stored, table)?, shape.select(rebuilt, table)?);
    let (mut ours, mut theirs) = (ours.query([])?, theirs.query([])?);
    let mut next_ours = ours.next()?.map(|row| shape.read(row)).transpose()?;
    let mut next_theirs = theirs.next()?.map(|row| shape.read(row)).transpose()?;
    loop {
        let side = match (&next_ours, &next_theirs) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => shape.order(a, b),
        };
        if side != Ordering::Equal || next_ours != next_theirs {
            let (left, right) = (
                next_ours.as_deref().filter(|_| side != Ordering::Greater),
                next_theirs.as_deref().filter(|_| side != Ordering::Less),
            );
            found.add(table, || describe(rebuilt, table, &shape, left, right));
        }
        if side != Ordering::Greater {
            next_ours = ours.next()?.map(|row| shape.read(row)).transpose()?;
        }
        if side != Ordering::Less {
            next_theirs = theirs.next()?.map(|row| shape.read(row)).transpose()?;
        }
    }
}

fn describe(
    rebuilt: &Connection,
    table: &str,
    shape: &Shape,
    stored: Option<&[Value]>,
    expected: Option<&[Value]>,
) -> String {
    let key = stored.or(expected).unwrap_or_default();
    let place = place(rebuilt, table, shape, key).unwrap_or_else(|| {
        let key: Vec<String> = shape.key.iter().map(|i| show(&key[*i])).collect();
        format!("таблица {table}, строка {}", key.join(", "))
    });
    match (stored, expected) {
        (Some(stored), Some(expected)) => {
            let fields: Vec<String> = (0..shape.columns.len())
                .filter(|i| stored[*i] != expected[*i])
                .map(|i| {
                    format!(
                        "{}: в таблице «{}», по подписанным записям «{}»",
                        shape.columns[i],
                        show(&stored[i]),
                        show(&expected[i])
                    )
                })
                .collect();
            format!("{place}: {}", fields.join("; "))
        }
        (Some(stored), None) => format!("{place}: в таблице есть ({}), в подписанных записях нет", show_row(stored)),
        (_, Some(expected)) => format!("{place}: удалено из таблицы ({})", show_row(expected)),
        (None, None) => place,
    }
}

/// Where a row about a lesson, a mark, an absence or a final mark belongs, as people name it.
fn place(rebuilt: &Connection, table: &str, shape: &Shape, row: &[Value]) -> Option<String> {
    let value = |column: &str| shape.columns.iter().position(|c| c == column).and_then(|i| row.get(i));
    let pupil = || -> Option<String> {
        let sql = "SELECT trim(surname || ' ' || given || ' ' || patronymic) || ' (' || file || ')' FROM pupils WHERE id = ?1";
        rebuilt.query_row(sql, [value("pupil")?], |row| row.get(0)).ok()
    };
    let course = |id: &Value| -> Option<String> {
        let sql = "SELECT class || iif(grp = '', '', ' (' || grp || ')') || ', ' || subject FROM courses WHERE id = ?1";
        rebuilt.query_row(sql, [id], |row| row.get(0)).ok()
    };
    let lesson = || -> Option<String> {
        let sql = "SELECT course, strftime('%d.%m.%Y', date) || ', урок ' || lesson FROM lessons WHERE id = ?1";
        let (id, when): (Value, String) =
            rebuilt.query_row(sql, [value("lesson")?], |row| Ok((row.get(0)?, row.get(1)?))).ok()?;
        Some(format!("{}, {when}", course(&id)?))
    };
    match table {
        "marks" => Some(format!("отметка: {}, {}", pupil()?, lesson()?)),
        "attendance" => Some(format!("посещение: {}, {}", pupil()?, lesson()?)),
        "finals" => {
            Some(format!("итоговая отметка: {}, {}, {}", pupil()?, course(value("course")?)?, show(value("period")?)))
        }
        "lessons" => {
            let when = format!("{}, урок {}", show(value("date")?), show(value("lesson")?));
            Some(format!("урок: {}, {when}", course(value("course")?)?))
        }
        "reasons" | "decisions" | "enrolments" | "group_members" => Some(format!("таблица {table}: {}", pupil()?)),
        _ => None,
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "пусто".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => counted(bytes.len() as u64, BYTES),
    }
}

fn show_row(row: &[Value]) -> String {
    row.iter().map(show).collect::<Vec<_>>().join(", ")
}
