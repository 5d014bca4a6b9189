//! What of the desk there is for whom: the sections in the bar, by the roles that somebody holds (§3.3), and what waits for
//! him there. Whether he may do a thing is decided where it is recorded; here nobody is shown what would only refuse him.

use super::control::{remarks, reports, requests, substitutions};
use super::council::finals;
use super::find::classes;
use super::keeping::{archives, confirmations};
use super::office::{groups, pupils, timetable};
use super::teacher::{notebook, unsent};
use super::{Sitting, binding, classroom, paper, parents, plans, tables};
use crate::error::{Error, Result};
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
        address: classroom::ADDRESS,
        name: "Мой класс",
        of: &[Role::ClassTeacher],
        on_stick: true,
        waits: classroom::waits,
    },
    Section {
        address: parents::ADDRESS,
        name: "Родители",
        of: &[Role::ClassTeacher, Role::Administrator],
        on_stick: false,
        waits: nothing,
    },
    Section {
        address: plans::ADDRESS, name: "Планы", of: &[Role::Methodist], on_stick: false, waits: plans::waits
    },
    Section {
        address: tables::ADDRESS,
        name: "Таблицы",
        of: &[Role::Teacher, Role::Administrator],
        on_stick: true,
        waits: nothing,
    },
    Section {
        address: requests::ADDRESS,
        name: "Заявки",
        of: &[Role::DeputyHead, Role::Director, Role::Teacher],
        on_stick: true,
        waits: requests::waits,
    },
    Section {
        address: substitutions::ADDRESS,
        name: "Замены",
        of: &[Role::DeputyHead, Role::Director],
        on_stick: false,
        waits: substitutions::waits,
    },
    Section {
        address: remarks::ADDRESS,
        name: "Замечания",
        of: &[Role::DeputyHead, Role::Director, Role::Teacher, Role::ClassTeacher],
        on_stick: true,
        waits: remarks::waits,
    },
    Section {
        address: finals::ADDRESS,
        name: "Итоги",
        of: &[Role::DeputyHead, Role::Director],
        on_stick: false,
        waits: nothing,
    },
    Section {
        address: reports::ADDRESS,
        name: "Отчёты",
        of: &[Role::DeputyHead, Role::Director, Role::Methodist],
        on_stick: false,
        waits: nothing,
    },
    Section {
        address: confirmations::ADDRESS,
        name: "Подтверждения",
        of: &[Role::DeputyHead, Role::Director, Role::Administrator],
        on_stick: false,
        waits: confirmations::waits,
    },
    Section {
        address: archives::ADDRESS,
        name: "Архив",
        of: &[Role::DeputyHead, Role::Director, Role::Dispatcher],
        on_stick: false,
        waits: archives::waits,
    },
    Section {
        address: binding::ADDRESS,
        name: "Подшивка",
        of: &[Role::Secretary],
        on_stick: false,
        waits: binding::waits,
    },
    Section {
        address: paper::ADDRESS,
        name: "Сверка",
        of: &[Role::DeputyHead, Role::Director, Role::Secretary],
        on_stick: false,
        waits: nothing,
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

/// The section that there is on a stick alone.
const UNSENT: Section =
    Section { address: unsent::ADDRESS, name: "Не передано", of: &[], on_stick: true, waits: unsent::waits };

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
    Ok(SECTIONS.iter().filter(his).chain(away.then_some(&UNSENT)).collect())
}

/// That a page is at hand: on a stick those are not that take the whole journal, whatever address is typed.
///
/// # Errors
/// A page of a section that is at the school alone.
pub fn is_at_hand(sitting: &Sitting, address: &str) -> Result<()> {
    match SECTIONS.iter().find(|section| section.address == address) {
        Some(section) if !section.on_stick => at_school(sitting, "открыть эту страницу"),
        _ => Ok(()),
    }
}

/// Refuses what takes the whole journal where a stick is the journal: an address can be typed, whatever the bar has.
///
/// # Errors
/// A stick.
pub fn at_school(sitting: &Sitting, what: &str) -> Result<()> {
    match sitting.seat.stick {
        Some(_) => Err(Error::refused(format!("на носителе нельзя {what}: здесь только часть журнала"))
            .next("сделайте это за компьютером школы, в её журнале")),
        None => Ok(()),
    }
}

/// Whether whoever sits here holds one of these roles.
///
/// # Errors
/// As [`of`].
pub fn holds(sitting: &mut Sitting, any: &[Role]) -> Result<bool> {
    let login = sitting.seat.place()?.login().clone();
    let roles = read::roles_of(sitting.seat.journal.tables(), login.as_str())?;
    Ok(any.iter().any(|role| roles.contains(role)))
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
