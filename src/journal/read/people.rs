//! The school, its people, their roles and keys.

use super::column::Columns;
use crate::error::{Action, Error, Result};
use crate::journal::read::Tables;
use crate::ledger::identity::PublicIdentity;
use crate::school::{Login, PersonName, Role, School};
use chrono::{DateTime, FixedOffset};
use rusqlite::params;

/// The school's configuration as it stands.
///
/// # Errors
/// A journal without one is damaged.
pub fn school(tables: &Tables) -> Result<School> {
    tables.school_or(|| {
        let config: Option<String> =
            tables.one("школа", "SELECT config FROM school", [], |row| row.get("config"))?;
        config
            .and_then(|json| serde_json::from_str(&json).ok())
            .ok_or_else(|| Error::damaged("в журнале нет сведений о школе").next_by("проверьте журнал", Action::Audit))
    })
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    /// The login.
    pub login: Login,
    /// The name.
    pub name: PersonName,
    /// Должность.
    pub position: String,
    /// Методическое объединение, may be empty.
    pub association: String,
    /// Whether the person was dismissed.
    pub dismissed: bool,
}

const STAFF: &str = "SELECT login, surname, given, patronymic, position, association,
    dismissed IS NOT NULL AS is_dismissed FROM people";

impl Staff {
    fn of(row: &Columns<'_>) -> Result<Self> {
        Ok(Self {
            login: row.get("login")?,
            name: row.name()?,
            position: row.get("position")?,
            association: row.get("association")?,
            dismissed: row.get("is_dismissed")?,
        })
    }
}

/// A member of staff by login.
pub fn staff(tables: &Tables, login: &str) -> Result<Option<Staff>> {
    tables.one("сотрудник", &format!("{STAFF} WHERE login = ?1"), [login], Staff::of)
}

/// Whether a person was dismissed.
pub fn is_dismissed(tables: &Tables, login: &str) -> Result<bool> {
    tables.any("SELECT 1 FROM people WHERE login = ?1 AND dismissed IS NOT NULL", [login])
}

/// All the staff, by name.
pub fn all_staff(tables: &Tables) -> Result<Vec<Staff>> {
    let mut all: Vec<Staff> = tables.all("сотрудник", STAFF, [], Staff::of)?;
    all.sort_by_key(|person| person.name.sort_key());
    Ok(all)
}

/// Whether a person holds a role and was not dismissed.
pub fn has_role(tables: &Tables, login: &str, role: Role) -> Result<bool> {
    tables.role_or(login, role, || {
        let sql = "SELECT 1 FROM roles JOIN people USING (login) WHERE login = ?1 AND role = ?2 AND dismissed IS NULL";
        tables.any(sql, params![login, role.word()])
    })
}

/// The first holder of a role who was not dismissed, for a signature's expansion: by surname, given name and patronymic
/// as they are written.
pub fn holder_of(tables: &Tables, role: Role) -> Result<Option<Staff>> {
    let sql = format!(
        "{STAFF} JOIN roles USING (login) WHERE role = ?1 AND dismissed IS NULL
         ORDER BY surname, given, patronymic, login"
    );
    tables.one("сотрудник", &sql, [role.word()], Staff::of)
}

/// The roles of a person, in the order of the regulation.
pub fn roles_of(tables: &Tables, login: &str) -> Result<Vec<Role>> {
    let sql = "SELECT login, role FROM roles WHERE login = ?1";
    let mut roles: Vec<Role> = tables.all("роль", sql, [login], |row| row.role("role"))?;
    roles.sort_unstable();
    Ok(roles)
}

/// Whether a methodist belongs to the association that a subject belongs to.
pub fn shares_association(tables: &Tables, login: &str, subject: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM people, subjects WHERE login = ?1 AND subjects.name = ?2
               AND people.association = subjects.association AND people.association <> ''";
    tables.any(sql, params![login, subject])
}

/// An enrolled key.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Whose it is.
    pub login: Login,
    /// Its public half.
    pub public: PublicIdentity,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<FixedOffset>>,
}

const KEY: &str = "SELECT fingerprint, login, public, recipient, revoked_at FROM keys";

impl Key {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let recipient: String = row.get("recipient")?;
        let public: Option<[u8; 32]> = row.get::<Vec<u8>>("public")?.try_into().ok();
        let public = public.and_then(|key| PublicIdentity::new(&recipient, key).ok());
        let (login, revoked_at) = (row.get("login")?, row.moment_or_none("revoked_at")?);
        Ok(Self { login, public: public.ok_or_else(|| row.damaged("recipient"))?, revoked_at })
    }
}

/// A key by its fingerprint.
///
/// # Errors
/// A row whose key does not read is damage.
pub fn key(tables: &Tables, fingerprint: &str) -> Result<Option<Key>> {
    tables.one("ключ", &format!("{KEY} WHERE fingerprint = ?1"), [fingerprint], Key::of)
}

/// Keys in force of everyone who holds a role, as (login, key).
pub fn keys_in_force(tables: &Tables, role: Role) -> Result<Vec<(Login, PublicIdentity)>> {
    let sql = format!(
        "{KEY} JOIN roles USING (login) WHERE role = ?1 AND revoked_entry IS NULL ORDER BY login, enrolled_entry"
    );
    tables.all("ключ", &sql, [role.word()], |row| Key::of(row).map(|key| (key.login, key.public)))
}

/// Keys that were ever enrolled of everyone who holds a role, revoked ones too.
pub fn keys_ever(tables: &Tables, role: Role) -> Result<Vec<PublicIdentity>> {
    let sql = format!("{KEY} JOIN roles USING (login) WHERE role = ?1 ORDER BY login, enrolled_entry");
    tables.all("ключ", &sql, [role.word()], |row| Key::of(row).map(|key| key.public))
}

/// Fingerprints of a person's keys in force.
pub fn fingerprints_of(tables: &Tables, login: &str) -> Result<Vec<String>> {
    let sql = "SELECT fingerprint FROM keys WHERE login = ?1 AND revoked_entry IS NULL ORDER BY enrolled_entry";
    tables.all("ключ", sql, [login], |row| row.get("fingerprint"))
}

/// A key as the register of keys tells it, in force or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrolled {
    /// Its owner's name.
    pub name: PersonName,
    /// His office.
    pub position: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// When it was enrolled.
    pub since: DateTime<FixedOffset>,
    /// When it was revoked, if it was.
    pub until: Option<DateTime<FixedOffset>>,
}

/// Every key that ever was enrolled, in order.
pub fn enrolled_keys(tables: &Tables) -> Result<Vec<Enrolled>> {
    let sql = "SELECT fingerprint, surname, given, patronymic, position, enrolled_at, revoked_at
               FROM keys JOIN people USING (login) ORDER BY enrolled_entry, fingerprint";
    tables.all("ключ", sql, [], |row| {
        Ok(Enrolled {
            name: row.name()?,
            position: row.get("position")?,
            fingerprint: row.get("fingerprint")?,
            since: row.moment("enrolled_at")?,
            until: row.moment_or_none("revoked_at")?,
        })
    })
}

/// The age recipients of the recovery keys, in order; the last is the one in force.
pub fn recovery_keys(tables: &Tables) -> Result<Vec<String>> {
    tables.all(
        "ключ восстановления",
        "SELECT recipient FROM recovery_keys ORDER BY entry",
        [],
        |row| row.get("recipient"),
    )
}
