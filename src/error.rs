//! Errors, as their reader meets them: a Russian message that names the place and the fault, and a next step.
//!
//! The rules are few. The library finds out what is wrong and says it in the words of the school; `cli` only prints
//! it. What went wrong below (SQLite, the file system, a parser) is kept in the message's tail, since a stranger who
//! helps will ask for it. The kind decides the exit status: a rule that refuses and damage that was found are 1,
//! bad input and a faulty environment are 2.

use std::fmt;
use std::path::Path;

/// What a library function returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Whose fault it is, which decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A right or a rule of the regulation forbids it. Exit status 1.
    Refused,
    /// What is stored is not what was written. Exit status 1.
    Damaged,
    /// The arguments or the files that were given cannot be used. Exit status 2.
    Input,
    /// The machine, a file or a carrier does not do what is asked of it. Exit status 2.
    Environment,
}

/// A fault with its kind, a message in Russian and, mostly, the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    message: String,
    next: Option<String>,
}

/// Why an operation on a file failed, in Russian. What the system says is kept only where our word says less than it does.
pub fn reason(cause: &std::io::Error) -> String {
    use std::io::ErrorKind as Io;
    let word = match cause.kind() {
        Io::NotFound => "нет такого файла или папки",
        Io::NotADirectory => "часть пути — файл, а не папка",
        Io::IsADirectory => "это папка, а не файл",
        Io::PermissionDenied => "нет прав доступа",
        Io::AlreadyExists => "файл уже существует",
        Io::StorageFull => "на носителе кончилось место",
        Io::ReadOnlyFilesystem => "носитель доступен только для чтения",
        Io::UnexpectedEof => "файл кончается раньше, чем должен",
        Io::InvalidData => "это не текст в UTF-8",
        _ => return format!("ошибка ввода-вывода, {cause}"),
    };
    word.to_owned()
}

impl Error {
    /// A right or a rule forbids what was asked; `message` names the clause.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// Something stored is damaged or was tampered with.
    pub fn damaged(message: impl Into<String>) -> Self {
        Self::new(Kind::Damaged, message)
    }

    /// An argument or a file brought in is wrong.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// The machine or a carrier fails.
    pub fn environment(message: impl Into<String>) -> Self {
        Self::new(Kind::Environment, message)
    }

    /// A failed operation on a file: names the path and what was being done to it («прочитать», «записать»).
    pub fn file(doing: &str, path: &Path, cause: &std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let next = match cause.kind() {
            Io::NotFound | Io::NotADirectory => "проверьте путь",
            Io::PermissionDenied => "проверьте права на файл и папку",
            Io::AlreadyExists => "укажите другое имя",
            Io::StorageFull => "освободите место и повторите",
            Io::ReadOnlyFilesystem => "снимите защиту от записи",
            Io::InvalidData => "если это текст, сохраните его в UTF-8",
            _ => "проверьте носитель и повторите",
        };
        Self::environment(format!("не удалось {doing} «{}»: {}", path.display(), reason(cause))).next(next)
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), next: None }
    }

    /// Adds what the reader should do now.
    #[must_use]
    pub fn next(mut self, step: impl Into<String>) -> Self {
        self.next = Some(step.into());
        self
    }

    /// Puts the place («файл marks.csv, строка 7») before the message.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// Whose fault it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The message without the next step.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The next step, where there is one to give.
    pub fn next_step(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// 1 where a rule refused or damage was found, 2 otherwise.
    pub fn exit_status(&self) -> u8 {
        match self.kind {
            Kind::Refused | Kind::Damaged => 1,
            Kind::Input | Kind::Environment => 2,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.next {
            Some(step) => write!(f, "\n  Что делать: {step}."),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(cause: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match cause.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
                Self::environment("журнал занят другой программой").next("повторите через минуту")
            }
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => {
                Self::damaged(format!("файл журнала повреждён ({cause})"))
                    .next("восстановите журнал из архивной копии и сообщите администратору")
            }
            Some(Code::DiskFull) => Self::environment("на диске кончилось место").next("освободите место и повторите"),
            Some(Code::ReadOnly | Code::PermissionDenied | Code::CannotOpen) => {
                Self::environment(format!("файл журнала недоступен ({cause})")).next("проверьте путь и права на файл")
            }
            _ => Self::damaged(format!("ошибка базы данных журнала: {cause}"))
                .next("выполните «letopis audit» и сообщите администратору"),
        }
    }
}
