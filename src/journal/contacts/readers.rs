//! Who may read a diary: one a person, whatever number of children, with one code in force at most.
//!
//! A code is kept as its slow hash under the file's own salt, so that whoever comes with one is found by one hash and one question.
//! A password may be asked for besides. Whoever loses a slip or a password gets a new slip; the old code ends with it, and all
//! that it opened.

use super::lines::Contact;
use super::{Code, Contacts, hash, moment};
use crate::error::Result;
use crate::school::{PersonalFile, fold};
use chrono::{DateTime, FixedOffset};
use rusqlite::{OptionalExtension, Row, params};

/// Who a reader is in the file of contacts. Never given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReaderId(pub(super) i64);

/// As what somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A parent or another representative.
    Parent,
    /// The pupil himself.
    Pupil,
}

impl Standing {
    /// The word for it, in the file and for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parent => "родитель",
            Self::Pupil => "ученик",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Parent, Self::Pupil].into_iter().find(|standing| standing.word() == text)
    }
}

/// A parent or a pupil who may read a diary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Who it is.
    pub id: ReaderId,
    /// ФИО.
    pub name: String,
    /// As what.
    pub standing: Standing,
    /// Whose diary he reads, in the order in which they came; the numbers are those of the day on which they were written here, which
    /// may have become former ones.
    pub children: Vec<PersonalFile>,
}

/// How it stands with a reader's access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Who.
    pub reader: Reader,
    /// When the code was issued; none where there never was one.
    pub issued: Option<DateTime<FixedOffset>>,
    /// The login that issued it; empty where none was.
    pub issuer: String,
    /// When it was used first.
    pub used: Option<DateTime<FixedOffset>>,
    /// When it was revoked; then it opens nothing.
    pub revoked: Option<DateTime<FixedOffset>>,
    /// Whether a password is asked for besides.
    pub has_password: bool,
}

impl Slip {
    /// Whether a code is out that opens.
    pub fn is_in_force(&self) -> bool {
        self.issued.is_some() && self.revoked.is_none()
    }
}

/// A code for somebody.
#[derive(Debug)]
pub struct Grant {
    /// Who has had one before, or reads already.
    pub known: Option<ReaderId>,
    /// As what somebody new reads.
    pub standing: Standing,
    /// His name.
    pub name: String,
    /// Whose diary it opens, besides what it opened already.
    pub pupils: Vec<String>,
    /// The code.
    pub code: Code,
}

/// Whom a code belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub id: ReaderId,
    /// Whether it was used before.
    pub is_used: bool,
    /// Whether a password is asked for besides.
    pub has_password: bool,
}

const SLIP: &str = "SELECT id, standing, name, issued, issuer, used, revoked, password IS NOT NULL AS guarded,
    (SELECT group_concat(pupil, char(10)) FROM (SELECT pupil FROM children WHERE reader = id ORDER BY children.rowid))
        AS children FROM readers";

impl Slip {
    fn of(row: &Row<'_>) -> Result<Self> {
        let children: Option<String> = row.get("children")?;
        let children = children.iter().flat_map(|all| all.split('\n')).map(PersonalFile::from).collect();
        let id = ReaderId(row.get("id")?);
        let standing = super::read(row, "standing", Standing::parse)?.unwrap_or(Standing::Parent);
        Ok(Self {
            reader: Reader { id, name: row.get("name")?, standing, children },
            issued: moment(row, "issued")?,
            issuer: row.get("issuer")?,
            used: moment(row, "used")?,
            revoked: moment(row, "revoked")?,
            has_password: row.get("guarded")?,
        })
    }
}

impl Contacts {
    /// How it stands with everybody's access, in the order in which they came.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn slips(&self) -> Result<Vec<Slip>> {
        let mut statement = self.0.prepare_cached(&format!("{SLIP} ORDER BY id"))?;
        let mut rows = statement.query([])?;
        let mut slips = Vec::new();
        while let Some(row) = rows.next()? {
            slips.push(Slip::of(row)?);
        }
        Ok(slips)
    }

    /// How it stands with one reader's access.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn slip(&self, id: ReaderId) -> Result<Option<Slip>> {
        let mut statement = self.0.prepare_cached(&format!("{SLIP} WHERE id = ?1"))?;
        let mut rows = statement.query([id.0])?;
        rows.next()?.map(Slip::of).transpose()
    }

    /// The reader of a pupil's diary who is the person of a line of contacts: by the name, where he reads this pupil's already, and
    /// otherwise by a line of the same person about a child of whom he reads.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn reader_of(&self, line: &Contact) -> Result<Option<ReaderId>> {
        Ok(whose(line, &self.all()?, &self.slips()?).map(|slip| slip.reader.id))
    }

    /// Enters somebody who may read a pupil's diary.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn add_reader(&self, standing: Standing, name: &str, pupil: &str) -> Result<ReaderId> {
        let transaction = self.writing()?;
        transaction.execute("INSERT INTO readers (standing, name) VALUES (?1, ?2)", [standing.word(), name])?;
        let id = transaction.last_insert_rowid();
        transaction.execute("INSERT INTO children VALUES (?1, ?2)", params![id, pupil])?;
        transaction.commit()?;
        Ok(ReaderId(id))
    }

    /// Lets a reader read another child's diary too; says whether that is new.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn add_child(&self, id: ReaderId, pupil: &str) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO children SELECT id, ?2 FROM readers WHERE id = ?1";
        Ok(self.0.execute(sql, params![id.0, pupil])? > 0)
    }

    /// Lets a reader read a child's diary no more, and forgets what he has read of it. Whoever is left without a child is let in
    /// nowhere, and forgotten.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn remove_child(&self, id: ReaderId, pupil: &str) -> Result<()> {
        let transaction = self.writing()?;
        for table in ["children", "calendars", "readings", "seen"] {
            transaction
                .execute(&format!("DELETE FROM {table} WHERE reader = ?1 AND pupil = ?2"), params![id.0, pupil])?;
        }
        if !transaction.prepare("SELECT 1 FROM children WHERE reader = ?1")?.exists([id.0])? {
            close(&transaction, id)?;
            transaction.execute("DELETE FROM readers WHERE id = ?1", [id.0])?;
        }
        Ok(transaction.commit()?)
    }

    /// Issues codes, all or none: each the only one of its reader in force from now on. What was open by an earlier one is closed, and
    /// its password asked for no more.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn grant(&self, grants: &[Grant], issuer: &str, now: DateTime<FixedOffset>) -> Result<()> {
        let hashes: Vec<[u8; 32]> = grants.iter().map(|grant| self.hash(&grant.code)).collect::<Result<_>>()?;
        let transaction = self.writing()?;
        for (grant, hash) in grants.iter().zip(hashes) {
            let id = match grant.known {
                Some(id) => id,
                None => {
                    let who = [grant.standing.word(), &grant.name];
                    transaction.execute("INSERT INTO readers (standing, name) VALUES (?1, ?2)", who)?;
                    ReaderId(transaction.last_insert_rowid())
                }
            };
            for pupil in &grant.pupils {
                transaction.execute("INSERT OR IGNORE INTO children VALUES (?1, ?2)", params![id.0, pupil])?;
            }
            close(&transaction, id)?;
            let sql =
                "UPDATE readers SET code = ?2, issued = ?3, issuer = ?4, used = NULL, revoked = NULL WHERE id = ?1";
            transaction.execute(sql, params![id.0, hash, now.to_rfc3339(), issuer])?;
        }
        Ok(transaction.commit()?)
    }

    /// Issues a code to a reader; see [`Contacts::grant`].
    ///
    /// # Errors
    /// As [`Contacts::grant`]; a reader who is not there.
    pub fn issue(&self, id: ReaderId, issuer: &str, now: DateTime<FixedOffset>) -> Result<Code> {
        let code = Code::draw();
        let (name, pupils) = (String::new(), Vec::new());
        let grant = Grant { known: Some(id), standing: Standing::Parent, name, pupils, code: code.clone() };
        self.grant(&[grant], issuer, now)?;
        Ok(code)
    }

    /// Ends a reader's access: the code, the password, the sessions, the addresses of calendars. Says whether there was any.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn revoke(&self, id: ReaderId, now: DateTime<FixedOffset>) -> Result<bool> {
        let transaction = self.writing()?;
        close(&transaction, id)?;
        let sql = "UPDATE readers SET revoked = ?2 WHERE id = ?1 AND issued IS NOT NULL AND revoked IS NULL";
        let revoked = transaction.execute(sql, params![id.0, now.to_rfc3339()])? > 0;
        transaction.commit()?;
        Ok(revoked)
    }

    /// Whom a code belongs to; takes as long for a wrong one. Changes nothing.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn holder(&self, code: &Code) -> Result<Option<Holder>> {
        let hash = self.hash(code)?;
        let sql =
            "SELECT id, used IS NOT NULL AS is_used, password IS NOT NULL AS guarded FROM readers WHERE code = ?1";
        let holder = |row: &Row<'_>| {
            let id = ReaderId(row.get("id")?);
            Ok(Holder { id, is_used: row.get("is_used")?, has_password: row.get("guarded")? })
        };
        Ok(self.0.prepare_cached(sql)?.query_row([hash], holder).optional()?)
    }

    /// Notes that a code was used; the first time stays.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn note_use(&self, id: ReaderId, now: DateTime<FixedOffset>) -> Result<()> {
        let sql = "UPDATE readers SET used = ?2 WHERE id = ?1 AND used IS NULL";
        self.0.execute(sql, params![id.0, now.to_rfc3339()])?;
        Ok(())
    }

    /// Asks for a password besides the code from now on, or for none.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn set_password(&self, id: ReaderId, password: Option<&str>) -> Result<()> {
        let salt = hash::salt();
        let hash = password.map(|password| hash::slow(password.as_bytes(), &salt)).transpose()?;
        let sql = "UPDATE readers SET password = ?2, password_salt = ?3 WHERE id = ?1";
        self.0.execute(sql, params![id.0, hash, hash.map(|_| salt)])?;
        Ok(())
    }

    /// Whether this is a reader's password; of one who has none, nothing is.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn is_password(&self, id: ReaderId, password: &str) -> Result<bool> {
        let sql = "SELECT password, password_salt FROM readers WHERE id = ?1 AND password IS NOT NULL";
        let kept = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let kept: Option<(Vec<u8>, Vec<u8>)> = self.0.prepare_cached(sql)?.query_row([id.0], kept).optional()?;
        let Some((hash, salt)) = kept else { return Ok(false) };
        Ok(hash::same(&hash::slow(password.as_bytes(), &salt)?, &hash))
    }

    fn hash(&self, code: &Code) -> Result<[u8; 32]> {
        let salt: Vec<u8> = self.0.query_row("SELECT salt FROM salt", [], |row| row.get(0))?;
        hash::slow(code.plain().as_bytes(), &salt)
    }

    /// Copies readers, their codes and sessions out of another year's file into one that has none, with the children whom `now` knows.
    pub(super) fn copy_readers(&self, old: &Self, now: impl Fn(&str) -> Result<Option<String>>) -> Result<()> {
        let mut children = Vec::new();
        for slip in old.slips()? {
            for child in &slip.reader.children {
                children.extend(now(child)?.map(|child| (slip.reader.id.0, child)));
            }
        }
        let transaction = self.writing()?;
        if transaction.prepare("SELECT 1 FROM readers")?.exists([])? {
            return Ok(());
        }
        let salt: Vec<u8> = old.0.query_row("SELECT salt FROM salt", [], |row| row.get(0))?;
        transaction.execute("UPDATE salt SET salt = ?1", [salt])?;
        copy(&old.0, &transaction, "readers", 10)?;
        for (reader, pupil) in children {
            transaction.execute("INSERT OR IGNORE INTO children VALUES (?1, ?2)", params![reader, pupil])?;
        }
        transaction.execute("DELETE FROM readers WHERE id NOT IN (SELECT reader FROM children)", [])?;
        copy(&old.0, &transaction, "sessions", 4)?;
        transaction.execute("DELETE FROM sessions WHERE reader NOT IN (SELECT id FROM readers)", [])?;
        copy(&old.0, &transaction, "calendars", 4)?;
        // Under another number an address opens nothing: it is made anew.
        let sql = "DELETE FROM calendars WHERE (reader, pupil) NOT IN (SELECT reader, pupil FROM children)";
        transaction.execute(sql, [])?;
        Ok(transaction.commit()?)
    }
}

/// Which of these readers is the person of a line; see [`Contacts::reader_of`].
pub fn whose<'s>(line: &Contact, lines: &[Contact], slips: &'s [Slip]) -> Option<&'s Slip> {
    let parents = || slips.iter().filter(|slip| slip.reader.standing == Standing::Parent);
    let reads = |slip: &Slip, pupil: &str, name: &str| {
        fold(&slip.reader.name) == fold(name) && slip.reader.children.iter().any(|child| *child == *pupil)
    };
    if let Some(slip) = parents().find(|slip| reads(slip, &line.pupil, &line.name)) {
        return Some(slip);
    }
    let same: Vec<&Contact> =
        lines.iter().filter(|other| !other.is_own() && line.is_of_one_person_with(other)).collect();
    parents().find(|slip| same.iter().any(|other| reads(slip, &other.pupil, &other.name)))
}

/// Closes all that a reader's code has opened, and the code.
fn close(transaction: &rusqlite::Connection, id: ReaderId) -> Result<()> {
    let sql = "UPDATE readers SET code = NULL, password = NULL, password_salt = NULL WHERE id = ?1";
    transaction.execute(sql, [id.0])?;
    transaction.execute("DELETE FROM sessions WHERE reader = ?1", [id.0])?;
    transaction.execute("DELETE FROM calendars WHERE reader = ?1", [id.0])?;
    Ok(())
}

/// Copies the rows of a table of so many columns.
pub(super) fn copy(from: &rusqlite::Connection, to: &rusqlite::Connection, table: &str, columns: usize) -> Result<()> {
    let values = vec!["?"; columns].join(", ");
    let mut insert = to.prepare(&format!("INSERT OR IGNORE INTO {table} VALUES ({values})"))?;
    let mut select = from.prepare(&format!("SELECT * FROM {table}"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let row: Vec<rusqlite::types::Value> = (0..columns).map(|at| row.get(at)).collect::<rusqlite::Result<_>>()?;
        insert.execute(rusqlite::params_from_iter(row))?;
    }
    Ok(())
}
