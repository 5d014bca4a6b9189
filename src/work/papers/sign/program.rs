//! Running the school's own program on a document: without a shell, in a folder of its own, for a limited time and space.
//!
//! The program is the school's choice and runs with the rights of whoever started it; what is held here is that it cannot
//! hang the work, fill the disk of the journal, or pass something off for a signature. It is given the document's copy and
//! names for what it is to write. It cannot ask at the terminal: a key's PIN is given in the way that the program has for it.

use crate::error::{Error, Result, reason};
use crate::files;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take where nothing else is said, and at most, in seconds.
pub const SECONDS: u64 = 120;
/// The longest that may be said.
pub const MOST_SECONDS: u64 = 3600;

/// How much all files of its folder may hold beyond the document itself: what a signature may have, twice.
const MOST_BYTES: u64 = 64 << 20;
/// How many files and folders.
const MOST_ENTRIES: usize = 1000;
/// How often the folder is looked at.
const PAUSE: Duration = Duration::from_millis(20);
/// How much of what the program said is passed on.
const TOLD: usize = 600;

/// What a program may be given, as it stands in its arguments: `{pdf}`.
pub const PLACES: [(&str, &str); 5] = [
    ("{pdf}", "document.pdf"),
    ("{signature}", "signature.p7s"),
    ("{chain}", "chain"),
    ("{crl}", "crl"),
    ("{timestamp}", "timestamp.tsr"),
];

/// A program with its arguments, in which places stand for files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Program {
    /// Of the words that were typed; `option` names where.
    ///
    /// # Errors
    /// No program; a place that is none; without the document's or the signature's.
    pub fn parse(words: &[String], option: &str) -> Result<Self> {
        let Some((program, arguments)) = words.split_first().filter(|(program, _)| !program.is_empty()) else {
            return Err(Error::input(format!("{option}: не названа программа")).next("назовите её и её аргументы"));
        };
        let known = PLACES.map(|(place, _)| place).join(", ");
        for word in arguments.iter().flat_map(|argument| argument.split_inclusive('}')) {
            let Some(place) = word.rfind('{').map(|at| &word[at..]).filter(|place| place.ends_with('}')) else {
                continue;
            };
            if !PLACES.iter().any(|(known, _)| *known == place) {
                return Err(Error::input(format!("{option}: «{place}» ничего не значит"))
                    .next(format!("в аргументах бывают {known}")));
            }
        }
        for place in ["{pdf}", "{signature}"] {
            if !arguments.iter().any(|argument| argument.contains(place)) {
                return Err(Error::input(format!("{option}: в аргументах программы нет {place}")).next(
                    "{pdf} — файл документа, {signature} — файл отсоединённой подписи: поставьте оба на их места",
                ));
            }
        }
        Ok(Self { program: PathBuf::from(program), arguments: arguments.to_vec() })
    }

    /// Its name, without the folder.
    pub fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or(self.program.as_os_str());
        crate::school::clean(&name.to_string_lossy()).unwrap_or_else(|_| "программа".to_owned())
    }

    /// Whether one of its arguments names a place.
    pub fn names(&self, place: &str) -> bool {
        self.arguments.iter().any(|argument| argument.contains(place))
    }

    /// Runs it in a folder and waits for its end. Gives how it ended, and the last of what it said.
    ///
    /// # Errors
    /// A program that does not start, takes longer than `seconds`, or writes more than a signature may have.
    pub fn run(&self, folder: &Path, seconds: u64) -> Result<(ExitStatus, String)> {
        let name = self.name();
        let before = size(folder, 0)?.0;
        let said = folder.join(format!("said-{}.txt", if folder.join("said-1.txt").exists() { 2 } else { 1 }));
        let file = files::create(&said, files::Readers::Owner).map_err(|e| Error::file("создать", &said, &e))?;
        let failed = |cause: std::io::Error| {
            Error::environment(format!("программа «{name}» не запускается: {}", reason(&cause)))
                .next("проверьте её имя и что она установлена")
                .caused_by(cause)
        };
        let again = file.try_clone().map_err(failed)?;
        let mut command = Command::new(self.resolved());
        command.args(self.arguments.iter().map(|argument| filled(argument, folder)));
        command.current_dir(folder).stdin(Stdio::null()).stdout(file).stderr(again);
        // Where our keys lie and how they are opened is none of its business.
        for (variable, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LETOPIS")) {
            command.env_remove(variable);
        }
        apart(&mut command);
        let mut child = command.spawn().map_err(failed)?;
        let ended = wait(&mut child, folder, before, seconds);
        // What it has started itself does not go on in a folder that is about to go.
        end(&mut child);
        let status = ended.map_err(|why| {
            Error::environment(format!("программа «{name}» {why}")).next(
                "ничего не записано; проверьте её в командной строке: она не должна ни о чём спрашивать, ПИН-код ключа ей дают её собственным способом",
            )
        })?;
        let text = files::read(&said, MOST_BYTES).unwrap_or_default();
        Ok((status, tail(&String::from_utf8_lossy(&text))))
    }

    /// A name with a folder holds from where its reader stands, not from the program's own folder.
    fn resolved(&self) -> PathBuf {
        match self.program.components().count() {
            0 | 1 => self.program.clone(),
            _ => std::path::absolute(&self.program).unwrap_or_else(|_| self.program.clone()),
        }
    }
}

/// An argument with the files of a folder in the places.
fn filled(argument: &str, folder: &Path) -> String {
    let fill = |text: String, (place, name): &(&str, &str)| text.replace(place, &folder.join(name).to_string_lossy());
    PLACES.iter().fold(argument.to_owned(), fill)
}

/// Waits until the program ends, has had its time, or has written too much: then why, in Russian.
fn wait(child: &mut Child, folder: &Path, before: u64, seconds: u64) -> std::result::Result<ExitStatus, String> {
    let begun = Instant::now();
    loop {
        let ended = child.try_wait().map_err(|cause| format!("потеряна: {}", reason(&cause)))?;
        let most = before.saturating_mul(2).saturating_add(MOST_BYTES);
        if size(folder, 0).map_or(true, |(bytes, entries)| bytes > most || entries > MOST_ENTRIES) {
            return Err(format!("записала больше, чем бывает у подписи ({} МиБ), и остановлена", MOST_BYTES >> 20));
        }
        if let Some(status) = ended {
            return Ok(status);
        }
        if begun.elapsed() >= Duration::from_secs(seconds) {
            return Err(format!("не закончила за {seconds} с и остановлена"));
        }
        std::thread::sleep(PAUSE);
    }
}

/// The bytes and the number of all that lies in a folder.
fn size(folder: &Path, depth: usize) -> Result<(u64, usize)> {
    let entries = files::list(folder).map_err(|e| Error::file("прочитать", folder, &e))?;
    let (mut bytes, mut count) = (0u64, entries.len());
    for entry in entries.iter().take(MOST_ENTRIES) {
        match entry.kind {
            files::Kind::File(length) => bytes = bytes.saturating_add(length),
            // Folders in folders are no signature.
            files::Kind::Folder if depth > 3 => count += MOST_ENTRIES,
            files::Kind::Folder => {
                let (more, others) = size(&folder.join(&entry.name), depth + 1)?;
                bytes = bytes.saturating_add(more);
                count += others;
            }
            files::Kind::Link | files::Kind::Special => {}
        }
    }
    Ok((bytes, count))
}

/// The last lines of what a program said, without what is for a terminal.
fn tail(text: &str) -> String {
    let plain = |c: char| if c.is_control() || c == char::REPLACEMENT_CHARACTER { ' ' } else { c };
    let words: String = text.chars().map(plain).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let skipped = words.chars().count().saturating_sub(TOLD);
    let last: String = words.chars().skip(skipped).collect();
    if skipped > 0 { format!("…{last}") } else { last }
}

/// Lets a program run in a group of its own, so that what it starts can be ended with it.
#[cfg(unix)]
fn apart(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn apart(_: &mut Command) {}

/// Ends a program, where it has not ended, and what it has started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Program> {
        Program::parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>(), "--with")
    }

    #[test]
    fn a_program_is_given_the_document_and_the_signature_and_nothing_that_is_none() {
        assert!(parsed(&["openssl", "-in", "{pdf}", "-out={signature}"]).is_ok());
        for (words, part) in [
            (&[][..], "не названа программа"),
            (&["sign", "{pdf}"], "нет {signature}"),
            (&["sign", "{signature}"], "нет {pdf}"),
            (&["sign", "{pdf}", "{signature}", "{key}"], "«{key}» ничего не значит"),
        ] {
            assert!(parsed(words).unwrap_err().message().contains(part), "{words:?}");
        }
    }

    #[test]
    fn what_a_program_said_is_passed_on_without_what_moves_a_terminal() {
        assert_eq!(tail("one\n\u{1b}[2Jtwo\r\n"), "one [2Jtwo");
        assert!(tail(&"ы".repeat(5000)).chars().count() <= TOLD + 1);
    }
}
