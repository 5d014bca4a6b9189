//! The settings of mail: `[mail]` in `serve.toml`.
//!
//! They are read as they are written ([`Written`]) and then made sense of ([`Settings::of`]): every fault is told at its key.
//! The password lies in a file of its own, which nobody else may read; it is read when it is used and shown nowhere.

use crate::error::of_toml::{in_russian, line, line_of};
use crate::error::{Error, Result, every};
use crate::files;
use crate::school::in_ascii;
use chrono::{NaiveTime, Weekday};
use lettre::Address;
use lettre::message::Mailbox;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// How the way to the mail server is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first word (port 465).
    Tls,
    /// After a greeting in the clear, and never without (port 587).
    StartTls,
    /// Not at all, to a server on this very machine (port 25).
    None,
}

/// `[mail]` as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    host: String,
    port: Option<u16>,
    #[serde(default = "starttls")]
    tls: String,
    user: Option<String>,
    password_file: Option<PathBuf>,
    from: String,
    ca_file: Option<PathBuf>,
    #[serde(default = "seconds")]
    timeout_seconds: u16,
    #[serde(default = "per_minute")]
    per_minute: u32,
    #[serde(default = "digest_at")]
    digest_at: String,
    #[serde(default = "forecast_on")]
    forecast_on: String,
}

fn starttls() -> String {
    "starttls".to_owned()
}

fn seconds() -> u16 {
    30
}

fn per_minute() -> u32 {
    60
}

fn digest_at() -> String {
    "18:00".to_owned()
}

fn forecast_on() -> String {
    "пт".to_owned()
}

/// Where mail goes out, and when.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is guarded.
    pub tls: Encryption,
    /// By what name we log in there; without one we do not.
    pub user: Option<String>,
    /// Where the password lies.
    pub password_file: Option<PathBuf>,
    /// Who writes.
    pub from: Mailbox,
    /// The certificate (PEM) of an authority of the school's own, in place of those that the system trusts.
    pub ca_file: Option<PathBuf>,
    /// How long the server is waited for.
    pub timeout: Duration,
    /// At most so many mails a minute.
    pub per_minute: u32,
    /// From when on the digest of a day is written.
    pub digest_at: NaiveTime,
    /// On which day of the week the forecast is written; on none where it is empty.
    pub forecast_on: Option<Weekday>,
    /// The address of the diary, without a slash at its end and in ASCII, as mails need it.
    pub public_address: String,
}

impl Settings {
    /// Makes sense of what is written. Files are looked for from `folder`; `fault` says what is wrong at a key, with its line.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn of(
        written: Written,
        folder: &Path,
        public_address: &str,
        fault: &dyn Fn(&[&str], String) -> Error,
    ) -> Result<Self> {
        let at = |key: &str, what: String| fault(&["mail", key], what);
        let (tls, usual_port) =
            encryption(&written).map_or_else(|what| (Err(at("tls", what)), 0), |(tls, port)| (Ok(tls), port));
        let from = written.from.parse::<Mailbox>().map_err(|_| {
            at(
                "from",
                format!("«{}» — не адрес почты: нужно, например, \"Школа № 1 <journal@school.example>\"", written.from),
            )
        });
        let digest_at = NaiveTime::parse_from_str(&written.digest_at, "%H:%M")
            .map_err(|_| at("digest_at", format!("«{}» — не время: нужно, например, \"18:00\"", written.digest_at)));
        let forecast_on = weekday(&written.forecast_on).map_err(|what| at("forecast_on", what));
        let login = match (&written.user, &written.password_file) {
            (Some(_), None) => Err(at("user", "имя есть, а файла пароля нет: укажите password_file".to_owned())),
            (None, Some(_)) => Err(at("password_file", "пароль есть, а имени нет: укажите user".to_owned())),
            _ => Ok(()),
        };
        let numbers = match (written.timeout_seconds, written.per_minute, written.port) {
            (0, _, _) => Err(at("timeout_seconds", "ждать сервера нужно хотя бы секунду".to_owned())),
            (_, 0, _) => Err(at("per_minute", "в минуту нужно хотя бы одно письмо".to_owned())),
            (_, _, Some(0)) => Err(at("port", "порта 0 не бывает".to_owned())),
            _ => Ok(()),
        };
        let faults = [
            tls.as_ref().err(),
            from.as_ref().err(),
            digest_at.as_ref().err(),
            forecast_on.as_ref().err(),
            login.as_ref().err(),
            numbers.as_ref().err(),
        ];
        every(faults.into_iter().flatten().map(|error| Err::<(), _>(error.clone())))?;
        Ok(Self {
            host: written.host,
            port: written.port.unwrap_or(usual_port),
            tls: tls?,
            user: written.user,
            password_file: written.password_file.map(|path| folder.join(path)),
            from: from?,
            ca_file: written.ca_file.map(|path| folder.join(path)),
            timeout: Duration::from_secs(written.timeout_seconds.into()),
            per_minute: written.per_minute,
            digest_at: digest_at?,
            forecast_on: forecast_on?,
            public_address: in_ascii(public_address.trim_end_matches('/')),
        })
    }

    /// Reads them out of the file of the school's server, with the journal that it names; what else stands there is not
    /// looked at.
    ///
    /// # Errors
    /// A file that does not read, or has no `[mail]`; every fault in it, with its line.
    pub fn read(path: &Path) -> Result<(Self, PathBuf)> {
        let text = files::read_named_text(path, files::LARGEST_TEXT)
            .map_err(|cause| Error::file("прочитать", path, &cause))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let fault = |line: usize, what: String| {
            Error::input(what).next("исправьте эту строку и проверьте настройки снова").at(format!("{name}:{line}"))
        };
        let file: WholeFile = toml::from_str(&text).map_err(|cause| {
            let at = line(&text, cause.span().map_or(0, |span| span.start));
            fault(at, in_russian(cause.message())).caused_by(cause)
        })?;
        let Some(written) = file.mail else {
            return Err(Error::input(format!("в файле «{}» нет раздела [mail]: почта не настроена", path.display()))
                .next("допишите раздел: что в нём бывает, сказано в справке о сервере школы"));
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let at_key = |key: &[&str], what: String| fault(line_of(&text, key), what);
        Ok((Self::of(written, folder, &file.public_address, &at_key)?, folder.join(file.journal)))
    }

    /// The password, where one is needed.
    ///
    /// # Errors
    /// A file that does not read, is empty, or may be read by others.
    pub fn password(&self) -> Result<Option<Zeroizing<String>>> {
        let Some(path) = &self.password_file else { return Ok(None) };
        let failed = |cause: &std::io::Error| Error::file("прочитать пароль почты", path, cause);
        let real = files::real(path).map_err(|cause| failed(&cause))?;
        if files::is_open_to_others(&real) {
            return Err(Error::input(format!("пароль почты «{}» могут прочитать другие", path.display()))
                .next("оставьте право читать файл только его владельцу (0600)"));
        }
        let text = files::read_named_text(path, 4096).map(Zeroizing::new).map_err(|cause| failed(&cause))?;
        let password = text.lines().next().unwrap_or_default();
        if password.is_empty() {
            return Err(Error::input(format!("в файле пароля почты «{}» первая строка пуста", path.display()))
                .next("запишите в неё пароль"));
        }
        Ok(Some(Zeroizing::new(password.to_owned())))
    }

    /// The address from which mail is sent.
    pub fn sender(&self) -> &Address {
        &self.from.email
    }
}

/// The parts of the server's file that mail needs.
#[derive(Deserialize)]
struct WholeFile {
    journal: PathBuf,
    public_address: String,
    mail: Option<Written>,
}

/// How the way is guarded, and the usual port for that.
fn encryption(written: &Written) -> std::result::Result<(Encryption, u16), String> {
    let host = written.host.as_str();
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match written.tls.as_str() {
        "tls" => Ok((Encryption::Tls, 465)),
        "starttls" => Ok((Encryption::StartTls, 587)),
        "none-on-loopback" if is_here => Ok((Encryption::None, 25)),
        "none-on-loopback" => Err(format!(
            "без TLS можно только к серверу на этой же машине, а «{host}» — другая: укажите \"starttls\" или \"tls\""
        )),
        other => Err(format!("«{other}» здесь не бывает; бывают \"starttls\", \"tls\", \"none-on-loopback\"")),
    }
}

/// A day of the week by its short Russian name, or none.
fn weekday(text: &str) -> std::result::Result<Option<Weekday>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let day = crate::school::weekday_from_short(text).and_then(|number| number.checked_sub(1));
    day.and_then(|day| Weekday::try_from(day).ok()).map(Some).ok_or_else(|| {
        format!("«{text}» — не день недели; бывают пн, вт, ср, чт, пт, сб, вс, а без прогноза — пустая строка")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "journal = \"journal.letopis\"\npublic_address = \"https://dnevnik.school.example/\"\n[mail]\n\
        host = \"smtp.school.example\"\nfrom = \"Школа № 1 <journal@school.example>\"\n";

    fn read(text: &str) -> Result<(Settings, PathBuf)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("serve.toml");
        std::fs::write(&path, text).unwrap();
        Settings::read(&path).map(|(settings, journal)| (settings, journal.file_name().unwrap().into()))
    }

    fn refused(more: &str, expected: &[&str]) {
        let error = read(&format!("{LEAST}{more}")).unwrap_err().to_string();
        expected.iter().for_each(|text| assert!(error.contains(text), "{text} is not in {error}"));
    }

    #[test]
    fn what_is_not_said_is_as_most_schools_need_it() {
        let (settings, journal) = read(LEAST).unwrap();
        assert_eq!((settings.port, settings.tls, settings.per_minute), (587, Encryption::StartTls, 60));
        assert_eq!(
            (settings.forecast_on, settings.public_address.as_str()),
            (Some(Weekday::Fri), "https://dnevnik.school.example")
        );
        assert_eq!(
            (settings.sender().to_string().as_str(), journal),
            ("journal@school.example", PathBuf::from("journal.letopis"))
        );
        assert_eq!(read(&format!("{LEAST}tls = \"tls\"\nforecast_on = \"\"\n")).unwrap().0.port, 465);
    }

    #[test]
    fn every_fault_is_told_with_its_line_and_mail_never_crosses_a_network_in_the_clear() {
        refused("tls = \"none-on-loopback\"\n", &["serve.toml:6: без TLS можно только к серверу на этой же машине"]);
        refused(
            "tls = \"plain\"\ndigest_at = \"25:00\"\n",
            &["serve.toml:6: «plain»", "serve.toml:7: «25:00» — не время"],
        );
        refused("user = \"journal\"\n", &["serve.toml:6: имя есть, а файла пароля нет"]);
        refused("hots = 1\n", &["serve.toml:6: ключа hots здесь не бывает"]);
        refused("forecast_on = \"пятница\"\n", &["serve.toml:6: «пятница» — не день недели"]);
        refused("per_minute = 0\n", &["serve.toml:"]);
        let error = read(&LEAST.replace("<journal@school.example>", "<journal>")).unwrap_err().to_string();
        assert!(error.contains("serve.toml:5: «Школа № 1 <journal>» — не адрес почты"), "{error}");
        let none = LEAST.split("[mail]").next().unwrap();
        assert!(read(none).unwrap_err().to_string().contains("нет раздела [mail]"));
    }
}
