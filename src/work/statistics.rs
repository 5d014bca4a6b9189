//! Statistics of a closed period for questions over many schools, and the same rows for the school itself.
//!
//! A period is given out once. The same journal gives the same table, and may give it again; one that was put right since
//! gives none, since two tables of one period would tell whose mark it was.

use super::Workplace;
use super::archive::{Due, recipients};
use crate::archive::plain::{self, Plain};
use crate::archive::signature::AllowedSigners;
use crate::archive::sum::Sum;
use crate::error::{Action, Error, Result, copy_of};
use crate::files::Readers;
use crate::journal::entry::StatisticsExported;
use crate::journal::read::{self, Tables};
use crate::journal::rules::statistics::{is_over, once};
use crate::journal::{Proven, may};
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;
use crate::report::statistics::rows::{self, PersonRow};
use crate::report::statistics::suppress::{Rule, table};
use crate::report::statistics::{Row, counted, csv};
use crate::school::{Day, Role};
use crate::store::shelf::is_school;
use chrono::SubsecRound;
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The SSHSIG namespace of statistics.
pub const NAMESPACE: &str = "letopis-statistics";

/// What is wanted.
pub struct Wish<'a> {
    /// The period, as it was typed.
    pub period: &'a str,
    /// What the school is called where many schools' tables lie together: `school-1`.
    pub school: &'a str,
    /// The folder in which the bag is made.
    pub to: &'a Path,
    /// Whether rows under pseudonyms are wanted, encrypted for the school, and no table.
    pub rows: bool,
}

/// What was made.
#[derive(Debug)]
pub struct Exported {
    /// The bag's folder.
    pub folder: PathBuf,
    /// The period.
    pub period: String,
    /// How many rows are in it.
    pub rows: usize,
    /// How many of them are suppressed.
    pub suppressed: usize,
    /// SHA-256 of the table as CSV; of rows, of the encrypted file.
    pub sha256: String,
    /// SHA-256 of the bag's tag manifest.
    pub code: String,
    /// The entry that records it, now or before.
    pub entry: u64,
    /// Whether it was given out before, and is the same.
    pub again: bool,
}

/// Makes the bag and records it.
///
/// # Errors
/// Somebody who may not; a period that is not over, or whose data are no longer what was given out; a journal that does
/// not pass its audit; a folder that is there already.
pub fn export(place: &mut Workplace<'_>, wish: &Wish<'_>) -> Result<Exported> {
    if !is_school(wish.school) {
        return Err(Error::input(format!("«{}» не годится для имени школы", wish.school))
            .next("малые латинские буквы, цифры, дефис: school-1; имя даёт тот, кто собирает данные всех школ"));
    }
    let today = place.today()?;
    let recorded =
        |sha256: String, period: &str| StatisticsExported { period: period.to_owned(), sha256, rows: wish.rows };
    let due = Due::parse(&place.school()?, wish.period)?;
    let period = &due.period;
    // What forbids it is better heard before the proof, which takes longer.
    may(place.tables(), &place.login, recorded(String::new(), period).into())?;
    is_over(place.tables(), &place.school()?, period, today)?;
    let proven = place.journal.prove(&mut |_| {})?;
    let tables = proven.tables()?;
    let made = match wish.rows {
        true => Made::rows(&proven, period)?,
        false => Made::table(&tables, period)?,
    };
    let earlier = read::statistics_of(&tables, period)?.filter(|_| !wish.rows);
    if let Some(earlier) = earlier.as_ref().filter(|earlier| earlier.sha256 != made.sha256) {
        return Err(once(period, earlier.entry));
    }
    let (folder, code) = bag(place, &proven, wish, &due, &made)?;
    let entry = match &earlier {
        Some(earlier) => earlier.entry,
        None => {
            let done = place.record([recorded(made.sha256.clone(), period).into()]).inspect_err(|_| {
                // What is not recorded was not given out.
                let _ = plain::remove(&folder);
            })?;
            done.numbers.first().copied().unwrap_or_default()
        }
    };
    Ok(Exported {
        folder,
        period: period.to_string(),
        rows: made.rows,
        suppressed: made.suppressed,
        sha256: made.sha256,
        code,
        entry,
        again: earlier.is_some(),
    })
}

/// A file that is to be given out.
struct Made {
    bytes: Vec<u8>,
    ending: &'static str,
    sha256: String,
    rows: usize,
    suppressed: usize,
}

impl Made {
    fn table(tables: &Tables, period: &str) -> Result<Self> {
        let rows = table(&counted(tables, period)?, Rule::Suppress);
        let text = csv(&rows);
        let sha256 = Sum::of(&text).to_string();
        let suppressed = rows.iter().filter(|row| row.value.is_none()).count();
        let (bytes, ending) = encoded(&rows, text)?;
        Ok(Self { bytes, ending, sha256, rows: rows.len(), suppressed })
    }

    fn rows(proven: &Proven, period: &str) -> Result<Self> {
        let rows = rows::rows(&counted(&proven.tables()?, period)?, pseudonyms());
        let (bytes, ending) = encoded_persons(&rows)?;
        let bytes = encrypted(&bytes, &recipients(proven)?)?;
        let sha256 = Sum::of(&bytes).to_string();
        Ok(Self { bytes, ending, sha256, rows: rows.len(), suppressed: 0 })
    }
}

#[cfg(feature = "district")]
fn encoded(rows: &[Row], _: Vec<u8>) -> Result<(Vec<u8>, &'static str)> {
    Ok((crate::report::statistics::parquet::table(rows)?, "parquet"))
}

#[cfg(not(feature = "district"))]
fn encoded(_: &[Row], text: Vec<u8>) -> Result<(Vec<u8>, &'static str)> {
    Ok((text, "csv"))
}

#[cfg(feature = "district")]
fn encoded_persons(rows: &[PersonRow]) -> Result<(Vec<u8>, &'static str)> {
    Ok((crate::report::statistics::parquet::persons(rows)?, "parquet.age"))
}

#[cfg(not(feature = "district"))]
fn encoded_persons(rows: &[PersonRow]) -> Result<(Vec<u8>, &'static str)> {
    Ok((rows::csv(rows), "csv.age"))
}

/// Random pseudonyms, none twice.
fn pseudonyms() -> impl FnMut() -> String {
    // An identity is the one source of system randomness that the program has; nobody sees this one.
    let secret = Identity::generate().public();
    let (mut given, mut next) = (HashSet::new(), 0_u64);
    move || {
        loop {
            next += 1;
            let text = [&secret.key()[..], &next.to_le_bytes()].concat();
            let name: String = Sum::of(&text).to_string().chars().take(16).collect();
            if given.insert(name.clone()) {
                return name;
            }
        }
    }
}

fn encrypted(bytes: &[u8], recipients: &[String]) -> Result<Vec<u8>> {
    let failed = |cause: &std::io::Error| {
        let cause = copy_of(cause);
        Error::environment(format!("не удалось зашифровать строки ({cause})")).next("повторите").caused_by(cause)
    };
    let parse = |text: &String| {
        text.parse::<age::x25519::Recipient>().map_err(|_| {
            Error::input(format!("«{text}» — не получатель age")).next_by("внесите ключ заново", Action::EnrollKey)
        })
    };
    let recipients = recipients.iter().map(parse).collect::<Result<Vec<_>>>()?;
    let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
    let encryptor =
        age::Encryptor::with_recipients(recipients).map_err(|cause| failed(&std::io::Error::other(cause)))?;
    let mut out = encryptor.wrap_output(Vec::new()).map_err(|cause| failed(&cause))?;
    out.write_all(bytes).map_err(|cause| failed(&cause))?;
    out.finish().map_err(|cause| failed(&cause))
}

/// Writes the bag; gives its folder and its code.
fn bag(place: &Workplace<'_>, proven: &Proven, wish: &Wish<'_>, due: &Due, made: &Made) -> Result<(PathBuf, String)> {
    let tables = proven.tables()?;
    let school = read::school(&tables)?;
    let (year, short) = due.bag.rsplit_once('-').unwrap_or_default();
    let kind = if wish.rows { "rows" } else { "statistics" };
    let name = format!("{}-{year}-{short}-{kind}", wish.school);
    let folder = wish.to.join(&name);
    let tip = proven.tip();
    let author = read::staff(&tables, &place.login)?;
    let author = author.map(|person| format!("{}, {}", person.name.full(), person.position)).unwrap_or_default();
    let day: Day = school.day_of(place.author.now());
    let what = if wish.rows {
        "Строки статистики под псевдонимами"
    } else {
        "Статистика"
    };
    let info = [
        ("Source-Organization", school.school.name.clone()),
        ("Contact-Name", author),
        ("External-Description", format!("{what}: {}, {} учебный год", due.period, school.year.name)),
        ("External-Identifier", name),
        ("Bagging-Date", day.to_string()),
        ("Bag-Software-Agent", concat!("letopis ", env!("CARGO_PKG_VERSION")).to_owned()),
        ("Statistics-Created", place.author.now().trunc_subsecs(0).with_timezone(&school.offset()).to_rfc3339()),
        ("Statistics-Journal", hex(&tip.journal)),
        ("Statistics-Sum", made.sha256.clone()),
    ];
    let path = format!("school={}/year={year}/{short}.{}", wish.school, made.ending);
    let plain = Plain {
        root: &folder,
        files: &[(path, made.bytes.clone())],
        info: &info,
        signer: place.author.signer,
        signers: &signers(&tables)?,
        namespace: NAMESPACE,
        readers: if wish.rows { Readers::Owner } else { Readers::All },
    };
    let code = plain::write(&plain)?.to_string();
    Ok((folder, code))
}

fn signers(tables: &Tables) -> Result<AllowedSigners> {
    let mut people = Vec::new();
    for role in [Role::Director, Role::DeputyHead] {
        people.extend(read::keys_in_force(tables, role)?);
    }
    people.sort_by_key(|(login, key)| (login.clone(), key.fingerprint()));
    people.dedup();
    Ok(AllowedSigners::new(people))
}

#[cfg(test)]
mod tests;
