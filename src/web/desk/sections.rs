//! What of the desk there is for whom: the sections in the bar, by the roles that somebody holds (§3.3), and what waits for
//! him there. Whether he may do a thing is decided where it is recorded; here nobody is shown what would only refuse him.

use super::Sitting;
use super::find::classes;
use super::office::{groups, pupils, timetable};
use super::teacher::notebook;
use crate::error::Result;
use crate::journal::read;
use crate::school::Role;

/// A part of the desk.
pub struct Section {
    /// Its address.
    pub address: &'static str,
    /// Its name in the bar.
    pub name: &'static str,
    /// Whose it is; everybody's where nobody is named.
    pub of: &'static [Role],
    /// Whether it is on a stick too, where only a part of the journal is at hand and nothing is decided.
    pub on_stick: bool,
    /// What waits there for whoever sits here, a sentence each; asked for «Сегодня» alone.
    pub waits: fn(&mut Sitting) -> Result<Vec<String>>,
}

/// All sections, in the order of the bar.
const SECTIONS: &[Section] = &[
    Section { address: "/", name: "Сегодня", of: &[], on_stick: true, waits: nothing },
    Section {
        address: notebook::ADDRESS,
        name: "Блокнот",
        of: &[Role::Teacher, Role::ClassTeacher],
        on_stick: true,
        waits: notebook::waits,
    },
    Section {
        address: classes::ADDRESS,
        name: "Классы",
        of: &[Role::Administrator, Role::Methodist, Role::DeputyHead, Role::Director],
        on_stick: false,
        waits: nothing,
    },
    Section { address: pupils::ADDRESS, name: "Ученики", of: KEEPS, on_stick: false, waits: pupils::waits },
    Section { address: groups::ADDRESS, name: "Группы", of: KEEPS, on_stick: false, waits: nothing },
    Section { address: timetable::ADDRESS, name: "Расписание", of: KEEPS, on_stick: false, waits: nothing },
];

/// Who keeps the school's data (§3.3.1).
const KEEPS: &[Role] = &[Role::Administrator];

/// Nothing waits.
pub fn nothing(_: &mut Sitting) -> Result<Vec<String>> {
    Ok(Vec::new())
}

/// The sections of whoever sits here.
///
/// # Errors
/// Tables that do not read.
pub fn of(sitting: &mut Sitting) -> Result<Vec<&'static Section>> {
    let away = sitting.seat.stick.is_some();
    let login = sitting.seat.place()?.login().clone();
    let roles = read::roles_of(sitting.seat.journal.tables(), login.as_str())?;
    let his = |section: &&Section| {
        (section.of.is_empty() || section.of.iter().any(|role| roles.contains(role))) && (!away || section.on_stick)
    };
    Ok(SECTIONS.iter().filter(his).collect())
}

/// What waits for whoever sits here: what it is, and where.
///
/// # Errors
/// As [`of`].
pub fn waiting(sitting: &mut Sitting) -> Result<Vec<(String, &'static str)>> {
    let mut waiting = Vec::new();
    for section in of(sitting)? {
        waiting.extend((section.waits)(sitting)?.into_iter().map(|what| (what, section.address)));
    }
    Ok(waiting)
}
