//! What can be wrong with a strand, and in words.

use super::super::sealed::Locked;
use super::STRANDS;
use crate::error::Error;
use std::ops::RangeInclusive;

/// Why a strand is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Neither file has a header that holds: how each begins.
    NoHeader([Beginning; 2]),
    /// It belongs to another stick or year.
    OtherStrand,
    /// It ends before an entry that was taken in already: an older copy, or damage in the middle.
    TooShort {
        /// Its last number.
        last: u64,
        /// The last number that was taken in.
        taken: u64,
    },
    /// It begins after the entry from which it is to be proven.
    BeginsLate {
        /// Its first number.
        first: u64,
    },
    /// An entry is not the continuation of the one before, or not the owner's.
    NotNext(u64),
    /// An entry cannot be decrypted with this key.
    Locked(u64),
    /// An entry's text is not one.
    Malformed(u64),
    /// The carrier cannot be read.
    Unread(String),
}

/// How a strand file begins that has no header which holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// There is no such file, or it is shorter than a header.
    Missing,
    /// With zeros, as that of the two begins that is not in use; the entries that are seen in it.
    Zeros(Option<RangeInclusive<u64>>),
    /// With something else; the entries that are seen in it.
    Damaged(Option<RangeInclusive<u64>>),
}

fn no_header(beginnings: &[Beginning; 2]) -> String {
    use Beginning::{Damaged, Missing, Zeros};
    let seen = |entries: &Option<RangeInclusive<u64>>| match entries {
        Some(entries) => format!(", записи в нём видны (№ {}–{})", entries.start(), entries.end()),
        None => ", записей в нём не видно".to_owned(),
    };
    let each = STRANDS.iter().zip(beginnings).map(|(name, beginning)| match beginning {
        Missing => format!("файла записей {name} нет"),
        Zeros(entries @ Some(_)) if !beginnings.iter().any(is_damaged) => {
            format!("у файла записей {name} стёрто начало{}", seen(entries))
        }
        Zeros(_) => format!("{name} не используется"),
        Damaged(entries) => format!("у файла записей {name} повреждено начало{}", seen(entries)),
    });
    match beginnings {
        [Zeros(None), Zeros(None)] => {
            "оба файла записей (strand-0, strand-1) пусты: то, что было записано, стёрто".to_owned()
        }
        _ => each.collect::<Vec<_>>().join("; "),
    }
}

fn is_damaged(beginning: &Beginning) -> bool {
    matches!(beginning, Beginning::Damaged(_))
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let to_school = "не записывайте ничего, принесите носитель в школу";
        let error = match &fault {
            Fault::NoHeader(beginnings) => Self::damaged(no_header(beginnings)),
            Fault::OtherStrand => {
                Self::damaged("записи (strand-0, strand-1) — с другого носителя или за другой учебный год")
            }
            Fault::TooShort { last, taken } => Self::damaged(format!(
                "записи кончаются на № {last}, а в школу принята уже № {taken}: их заменили старой копией или они повреждены"
            )),
            Fault::BeginsLate { first } => Self::damaged(format!(
                "записи начинаются с № {first}, а до неё не хватает: основу заменили старой копией или записи убраны"
            )),
            Fault::NotNext(number) => Self::damaged(format!(
                "запись № {number} не продолжает предыдущую: записи подменены, переставлены или повторены"
            )),
            Fault::Locked(number) => {
                Self::damaged(format!("запись № {number} зашифрована не для этого ключа: она с другого носителя"))
            }
            Fault::Malformed(number) => Self::damaged(format!("запись № {number} составлена неверно")),
            Fault::Unread(why) => {
                return Self::environment(format!("записи на носителе не читаются: {why}"))
                    .next("проверьте, вставлен ли носитель, и откройте его снова");
            }
        };
        error.next(to_school)
    }
}

impl From<(u64, Locked)> for Fault {
    fn from((number, locked): (u64, Locked)) -> Self {
        match locked {
            Locked::ForOthers => Self::Locked(number),
            Locked::Damaged | Locked::Unread => Self::Malformed(number),
        }
    }
}
