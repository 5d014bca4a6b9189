//! Errors, as their reader meets them: a Russian message that names the place and the fault, and a next step.
//!
//! The rules are few. The library finds out what is wrong and says it in the words of the school. It knows of no
//! command, option or button: the next step is a [`Next`], words and what the program itself can do about it, and each
//! face words that for its reader. What went wrong below (SQLite, the file system, a parser) is the error's source; the
//! message's tail says it too, since a stranger who helps will ask for it. The kind decides the exit status: a rule that
//! refuses and damage that was found are 1, bad input and a faulty environment are 2.

mod next;
mod not_taken;
pub mod of_toml;
mod warning;

pub use next::{Action, Detail, Next, OfPupil, Step};
pub use not_taken::NotTaken;
pub use warning::Warning;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

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

/// A fault with its kind, a message in Russian and, mostly, the next step. Two that tell their reader the same are
/// equal, whatever their sources are.
#[derive(Debug, Clone)]
pub struct Error {
    kind: Kind,
    message: String,
    next: Option<Next>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    also: Vec<Error>,
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.message, &self.next, &self.also) == (other.kind, &other.message, &other.next, &other.also)
    }
}

impl Eq for Error {}

/// What to do about a full disk.
const NO_ROOM: &str = "освободите место на этом диске (очистите корзину, перенесите лишнее) и повторите";

/// Whether this is what the system says of a device that is not there any more.
pub fn is_of_no_device(cause: &std::io::Error) -> bool {
    // ENXIO, ENODEV, ECONNABORTED, ENOTCONN; of Windows: not ready, no such device, no media, not connected.
    let codes: &[i32] = if cfg!(windows) { &[21, 433, 1112, 1167] } else { &[6, 19, 103, 107] };
    cause.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// Why an operation on a file failed, in Russian. What the system says is kept only where our word says less than it does.
pub fn reason(cause: &std::io::Error) -> String {
    use std::io::ErrorKind as Io;
    if let Some(why) = NotTaken::behind(cause) {
        return why.to_string();
    }
    let word = match cause.kind() {
        _ if is_of_no_device(cause) => "носитель вынут или не отвечает",
        Io::NotFound => "нет такого файла или папки",
        Io::NotADirectory => "часть пути — файл, а не папка",
        Io::IsADirectory => "это папка, а не файл",
        Io::PermissionDenied => "нет прав доступа",
        Io::AlreadyExists => "файл уже существует",
        Io::StorageFull | Io::QuotaExceeded => "на диске нет места",
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
            _ if NotTaken::behind(cause).is_some() => NotTaken::behind(cause).map_or("", NotTaken::way_out),
            Io::NotFound | Io::NotADirectory => "проверьте путь",
            Io::PermissionDenied => "проверьте права на файл и папку",
            Io::AlreadyExists => "укажите другое имя",
            Io::StorageFull | Io::QuotaExceeded => NO_ROOM,
            Io::ReadOnlyFilesystem => "снимите защиту от записи",
            Io::InvalidData => "если это текст, сохраните его в UTF-8",
            _ => "проверьте носитель и повторите",
        };
        Self::environment(format!("не удалось {doing} «{}»: {}", path.display(), reason(cause)))
            .next(next)
            .caused_by(copy_of(cause))
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), next: None, source: None, also: Vec::new() }
    }

    /// What the reader should do now; it takes the place of what was said before.
    #[must_use]
    pub fn next(mut self, next: impl Into<Next>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// What the reader should do now, and what of the program does it.
    #[must_use]
    pub fn next_by(self, words: impl Into<String>, action: Action) -> Self {
        self.next(Next::by(words, action))
    }

    /// A further step, after or instead of those before.
    #[must_use]
    pub fn then(mut self, words: impl Into<String>) -> Self {
        self.next = Some(self.next.unwrap_or_default().then(words));
        self
    }

    /// A further step, and what of the program does it.
    #[must_use]
    pub fn then_by(mut self, words: impl Into<String>, action: Action) -> Self {
        self.next = Some(self.next.unwrap_or_default().then_by(words, action));
        self
    }

    /// What was said below, by SQLite, the file system or a parser.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Puts the place («файл marks.csv, строка 7») before the message.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        // They bring no others along.
        self.also.iter_mut().for_each(|other| other.message = format!("{place}: {}", other.message));
        self
    }

    /// The faults that were found at the same time, each with its own next step.
    pub fn also(&self) -> &[Self] {
        &self.also
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
    pub fn next_step(&self) -> Option<&Next> {
        self.next.as_ref()
    }

    /// 1 where a rule refused or damage was found, 2 otherwise.
    pub fn exit_status(&self) -> u8 {
        let own = match self.kind {
            Kind::Refused | Kind::Damaged => 1,
            Kind::Input | Kind::Environment => 2,
        };
        self.also.iter().map(Self::exit_status).fold(own, u8::max)
    }
}

/// What all of them give, or the faults of all of them at once: whoever typed ten names mends ten names in one go.
///
/// # Errors
/// The first fault, which brings the others along.
pub fn every<T>(results: impl IntoIterator<Item = Result<T>>) -> Result<Vec<T>> {
    let (mut given, mut faults) = (Vec::new(), Vec::<Error>::new());
    for result in results {
        match result {
            Ok(value) => given.push(value),
            Err(mut fault) => {
                let others = std::mem::take(&mut fault.also);
                for fault in std::iter::once(fault).chain(others) {
                    if !faults.contains(&fault) {
                        faults.push(fault);
                    }
                }
            }
        }
    }
    if faults.is_empty() {
        return Ok(given);
    }
    let mut first = faults.remove(0);
    first.also = faults;
    Err(first)
}

/// A copy of an error of the system, which does not let itself be cloned: by its number, or by its kind and words.
pub fn copy_of(cause: &std::io::Error) -> std::io::Error {
    match cause.raw_os_error() {
        Some(code) => std::io::Error::from_raw_os_error(code),
        None => std::io::Error::new(cause.kind(), cause.to_string()),
    }
}

/// The message and the words of the next step; what of the program does it, a face words.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(step) = &self.next {
            write!(f, "\n  Что делать: {step}.")?;
        }
        self.also.iter().try_for_each(|other| write!(f, "\n{other}"))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// Whether SQLite failed to write, to sync, or to make what it keeps beside a database: of the reasons it knows only one, and
/// a quota is another.
fn cannot_write(cause: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    let codes = [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_DIR_FSYNC,
        ffi::SQLITE_IOERR_TRUNCATE,
        ffi::SQLITE_IOERR_SHMOPEN,
        ffi::SQLITE_IOERR_SHMSIZE,
        ffi::SQLITE_IOERR_SHMMAP,
    ];
    cause.sqlite_error().is_some_and(|error| codes.contains(&error.extended_code))
}

impl From<rusqlite::Error> for Error {
    fn from(cause: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let error = match cause.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
                Self::environment("журнал занят другой программой").next("повторите через минуту")
            }
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => {
                Self::damaged(format!("файл журнала повреждён ({cause})"))
                    .next("восстановите журнал из архивной копии и сообщите администратору")
            }
            Some(_) if cannot_write(&cause) => Self::environment(format!(
                "записать на диск, где лежит журнал, не удалось: на нём нет места, исчерпана квота или он неисправен ({cause})"
            ))
            .next(NO_ROOM),
            Some(Code::DiskFull) => {
                Self::environment("на диске, где лежит журнал, нет места; ничего не записано").next(NO_ROOM)
            }
            Some(Code::ReadOnly | Code::PermissionDenied | Code::CannotOpen) => {
                Self::environment(format!("файл журнала недоступен ({cause})")).next("проверьте путь и права на файл")
            }
            _ => Self::damaged(format!("ошибка базы данных журнала: {cause}"))
                .next_by("проверьте журнал", Action::Audit)
                .then("сообщите администратору"),
        };
        error.caused_by(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn what_the_system_and_the_database_said_is_the_source_and_makes_no_difference_to_the_reader() {
        let missing = std::io::Error::from_raw_os_error(2);
        let error = Error::file("прочитать", Path::new("marks.csv"), &missing);
        assert_eq!(error.source().unwrap().to_string(), missing.to_string());
        assert_eq!(error, Error::environment(error.message()).next("проверьте путь"));
        let ours = std::io::Error::new(std::io::ErrorKind::InvalidData, "not UTF-8");
        let error = Error::file("прочитать", Path::new("marks.csv"), &ours);
        let source = error.source().unwrap().downcast_ref::<std::io::Error>().unwrap();
        assert_eq!((source.kind(), source.to_string().as_str()), (std::io::ErrorKind::InvalidData, "not UTF-8"));
        let error = Error::from(rusqlite::Error::QueryReturnedNoRows);
        assert!(matches!(error.source().unwrap().downcast_ref(), Some(rusqlite::Error::QueryReturnedNoRows)));
        assert!(error.next_step().unwrap().offers(&Action::Audit));
        assert!(Error::input("нет").source().is_none());
    }

    #[test]
    fn steps_are_said_one_after_another_and_a_new_next_step_takes_the_place_of_the_old_one() {
        let error = Error::refused("нельзя")
            .next("подождите")
            .next_by("проверьте журнал", Action::Audit)
            .then("сообщите директору");
        assert_eq!(error.to_string(), "нельзя\n  Что делать: проверьте журнал; сообщите директору.");
        let actions: Vec<_> = error.next_step().unwrap().steps().iter().map(|step| step.action.clone()).collect();
        assert_eq!(actions, [Some(Action::Audit), None]);
    }

    #[test]
    fn faults_that_are_found_together_are_told_together_each_with_its_step() {
        assert_eq!(every([Ok(1), Ok(2)]), Ok(vec![1, 2]));
        let unknown = |name: &str| Err::<(), _>(Error::input(format!("нет «{name}»")).next("проверьте"));
        let error = every([unknown("А"), Ok(()), unknown("Б"), unknown("А")]).unwrap_err().at("7А");
        let told = "7А: нет «А»\n  Что делать: проверьте.\n7А: нет «Б»\n  Что делать: проверьте.";
        assert_eq!(error.to_string(), told);
        let both = every([every([unknown("А")]), Err(Error::refused("рано")), Err(error)]).unwrap_err();
        assert_eq!((both.also().len(), both.exit_status()), (3, 2));
    }
}
