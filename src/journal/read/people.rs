//! The school, its people, their roles and keys.

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::ledger::identity::PublicIdentity;
use crate::school::{PersonName, Role, School};
use rusqlite::{OptionalExtension, Row, params};

/// The school's configuration as it stands.
///
/// # Errors
/// A journal without one is damaged.
pub fn school(tables: &Tables) -> Result<School> {
    let config: Option<String> =
        tables.prepare_cached("SELECT config FROM school")?.query_row([], |row| row.get(0)).optional()?;
    config
        .and_then(|json| serde_json::from_str(&json).ok())
        .ok_or_else(|| Error::damaged("в журнале нет сведений о школе").next("выполните «letopis audit»"))
}

/// Whether the year was closed.
pub fn is_closed(tables: &Tables) -> Result<bool> {
    Ok(tables.prepare_cached("SELECT 1 FROM year_closed")?.exists([])?)
}

/// The token that the journal of the next year repeats, once that was begun.
pub fn continued(tables: &Tables) -> Result<Option<String>> {
    let mut statement = tables.prepare_cached("SELECT token FROM year_continued")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    /// The login.
    pub login: String,
    /// The name.
    pub name: PersonName,
    /// Должность.
    pub position: String,
    /// Методическое объединение, may be empty.
    pub association: String,
    /// Whether the person was dismissed.
    pub dismissed: bool,
}

/// A member of staff by login.
pub fn staff(tables: &Tables, login: &str) -> Result<Option<Staff>> {
    let sql = "SELECT login, surname, given, patronymic, position, association, dismissed IS NOT NULL
               FROM people WHERE login = ?1";
    Ok(tables.prepare_cached(sql)?.query_row([login], staff_row).optional()?)
}

/// Whether a person was dismissed.
pub fn is_dismissed(tables: &Tables, login: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM people WHERE login = ?1 AND dismissed IS NOT NULL";
    Ok(tables.prepare_cached(sql)?.exists([login])?)
}

/// All the staff, by name.
pub fn all_staff(tables: &Tables) -> Result<Vec<Staff>> {
    let sql = "SELECT login, surname, given, patronymic, position, association, dismissed IS NOT NULL FROM people";
    let mut all = tables.prepare_cached(sql)?.query_map([], staff_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    all.sort_by_key(|person| person.name.sort_key());
    Ok(all)
}

fn staff_row(row: &Row<'_>) -> rusqlite::Result<Staff> {
    Ok(Staff {
        login: row.get(0)?,
        name: PersonName { surname: row.get(1)?, given: row.get(2)?, patronymic: row.get(3)? },
        position: row.get(4)?,
        association: row.get(5)?,
        dismissed: row.get(6)?,
    })
}

/// Whether a person holds a role and was not dismissed.
pub fn has_role(tables: &Tables, login: &str, role: Role) -> Result<bool> {
    let sql = "SELECT 1 FROM roles JOIN people USING (login) WHERE login = ?1 AND role = ?2 AND dismissed IS NULL";
    Ok(tables.prepare_cached(sql)?.exists(params![login, role.word()])?)
}

/// The roles of a person, in the order of the regulation.
pub fn roles_of(tables: &Tables, login: &str) -> Result<Vec<Role>> {
    let mut statement = tables.prepare_cached("SELECT role FROM roles WHERE login = ?1")?;
    let words = statement.query_map([login], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut roles: Vec<Role> = words.iter().filter_map(|word| Role::parse(word)).collect();
    roles.sort_unstable();
    Ok(roles)
}

/// Whether a methodist belongs to the association that a subject belongs to.
pub fn shares_association(tables: &Tables, login: &str, subject: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM people, subjects WHERE login = ?1 AND subjects.name = ?2
               AND people.association = subjects.association AND people.association <> ''";
    Ok(tables.prepare_cached(sql)?.exists(params![login, subject])?)
}

/// An enrolled key.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Whose it is.
    pub login: String,
    /// Its public half.
    pub public: PublicIdentity,
    /// When it was revoked, if it was.
    pub revoked_at: Option<String>,
}

/// A key by its fingerprint.
///
/// # Errors
/// A row whose key does not read is damage.
pub fn key(tables: &Tables, fingerprint: &str) -> Result<Option<Key>> {
    let sql = "SELECT login, public, recipient, revoked_at FROM keys WHERE fingerprint = ?1";
    let row: Option<(String, Vec<u8>, String, Option<String>)> = tables
        .prepare_cached(sql)?
        .query_row([fingerprint], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    row.map(|(login, public, recipient, revoked_at)| {
        let key: Option<[u8; 32]> = public.try_into().ok();
        let public = key.and_then(|key| PublicIdentity::new(&recipient, key).ok()).ok_or_else(|| {
            Error::damaged(format!("ключ {fingerprint} в таблицах повреждён")).next("выполните «letopis audit»")
        })?;
        Ok(Key { login, public, revoked_at })
    })
    .transpose()
}

/// Keys in force of everyone who holds a role, as (login, key).
pub fn keys_in_force(tables: &Tables, role: Role) -> Result<Vec<(String, PublicIdentity)>> {
    let sql = "SELECT fingerprint FROM keys JOIN roles USING (login)
               WHERE role = ?1 AND revoked_entry IS NULL ORDER BY login, enrolled_entry";
    let mut statement = tables.prepare_cached(sql)?;
    let fingerprints =
        statement.query_map([role.word()], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let keys = fingerprints.iter().map(|fingerprint| key(tables, fingerprint)).collect::<Result<Vec<_>>>()?;
    Ok(keys.into_iter().flatten().map(|key| (key.login, key.public)).collect())
}

/// Fingerprints of a person's keys in force.
pub fn fingerprints_of(tables: &Tables, login: &str) -> Result<Vec<String>> {
    let sql = "SELECT fingerprint FROM keys WHERE login = ?1 AND revoked_entry IS NULL ORDER BY enrolled_entry";
    let mut statement = tables.prepare_cached(sql)?;
    Ok(statement.query_map([login], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// The age recipients of the recovery keys, which open archives and sign nothing, in order.
pub fn recovery_recipients(tables: &Tables) -> Result<Vec<String>> {
    let mut statement = tables.prepare_cached("SELECT recipient FROM recovery_keys ORDER BY entry")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}
