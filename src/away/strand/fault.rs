//! What can be wrong with a strand, and in words.

use super::super::sealed::Locked;
use crate::error::Error;

/// Why a strand is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Neither file has a header that holds.
    NoHeader,
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

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let to_school = "не записывайте ничего, принесите носитель в школу";
        let error = match &fault {
            Fault::NoHeader => Self::damaged("оба файла записей (strand-0, strand-1) повреждены"),
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
