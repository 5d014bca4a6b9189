//! `store.toml`: where bags are kept beside the two carriers.
//!
//! It is read alike in every build; a place over S3 is opened only by one that has the network.

use super::folder::FolderPlace;
use super::place::Place;
use super::shelf::is_school;
use crate::error::of_toml::{in_russian, line, line_of};
use crate::error::{Error, Result};
use crate::files;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    school: String,
    folder: Option<PathBuf>,
    s3: Option<WrittenS3>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenS3 {
    endpoint: String,
    bucket: String,
    #[serde(default = "region")]
    region: String,
    prefix: Option<String>,
    credentials_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    #[serde(default = "seconds")]
    timeout_seconds: u16,
    #[serde(default = "yes")]
    checksums: bool,
    #[serde(default)]
    lock: Lock,
}

fn region() -> String {
    "us-east-1".to_owned()
}

fn seconds() -> u16 {
    300
}

fn yes() -> bool {
    true
}

/// Whether verified bags are locked against removal for as long as they must be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lock {
    /// Where the place can; whoever has the right for it may still take it back.
    #[default]
    Governance,
    /// Where the place can, and nobody at all takes it back before the term.
    Compliance,
    /// Not at all.
    None,
}

/// Where bags are kept, and under which name of the school.
#[derive(Debug)]
pub struct Settings {
    /// The school's folder in the place.
    pub school: String,
    place: Kept,
}

#[derive(Debug)]
enum Kept {
    Folder(PathBuf),
    S3(S3),
}

/// A bucket.
#[derive(Debug, Clone)]
pub struct S3 {
    /// `https://…`, without a slash at its end.
    pub endpoint: String,
    /// The bucket's name.
    pub bucket: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The folder in the bucket that all is under, without slashes around it.
    pub prefix: Option<String>,
    /// Where the access key lies; without it, it is taken from the environment.
    pub credentials_file: Option<PathBuf>,
    /// The certificate (PEM) of an authority of one's own, believed beside those that the system trusts.
    pub ca_file: Option<PathBuf>,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// Whether the store is given the SHA-256 of what it gets.
    pub checksums: bool,
    /// Whether bags are locked.
    pub lock: Lock,
}

/// An access key.
pub struct Keys {
    /// Its name.
    pub id: String,
    /// Its secret.
    pub secret: Zeroizing<String>,
    /// What belongs to a key that is given out for a while.
    pub token: Option<Zeroizing<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKeys {
    key: String,
    secret: String,
}

impl Settings {
    /// Reads the file.
    ///
    /// # Errors
    /// A file that does not read; what is wrong in it, with its line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = files::read_named_text(path, files::LARGEST_TEXT).map_err(|cause| {
            Error::file("прочитать настройки хранилища", path, &cause)
                .next("создайте файл store.toml (образец — в docs/store.md) или укажите его")
        })?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let fault = |line: usize, what: String| {
            Error::input(what).next("исправьте эту строку и испытайте хранилище").at(format!("{name}:{line}"))
        };
        let written: Written = toml::from_str(&text).map_err(|cause| {
            let at = line(&text, cause.span().map_or(0, |span| span.start));
            fault(at, in_russian(cause.message())).caused_by(cause)
        })?;
        let at = |key: &[&str], what: String| fault(line_of(&text, key), what);
        if !is_school(&written.school) {
            let what =
                format!("«{}» не годится для имени папки школы: малые латинские буквы, цифры, дефис", written.school);
            return Err(at(&["school"], what));
        }
        let beside = path.parent().unwrap_or(Path::new(""));
        let place = match (written.folder, written.s3) {
            (Some(folder), None) => Kept::Folder(beside.join(folder)),
            (None, Some(s3)) => Kept::S3(S3::of(s3, beside, &at)?),
            (Some(_), Some(_)) => return Err(fault(1, "указаны и folder, и раздел [s3]: нужно одно".to_owned())),
            (None, None) => {
                return Err(fault(1, "не указано, где хранилище: нужен ключ folder или раздел [s3]".to_owned()));
            }
        };
        Ok(Self { school: written.school, place })
    }

    /// The place itself.
    ///
    /// # Errors
    /// A folder that is not there; a bucket in a build without the network.
    pub fn open(&self) -> Result<Box<dyn Place>> {
        match &self.place {
            Kept::Folder(folder) => Ok(Box::new(FolderPlace::open(folder)?)),
            #[cfg(feature = "district")]
            Kept::S3(s3) => Ok(Box::new(super::s3::S3Place::open(s3)?)),
            #[cfg(not(feature = "district"))]
            Kept::S3(_) => Err(Error::input("эта сборка «Летописи» не ходит в сеть: хранилище S3 ей недоступно")
                .next("возьмите сборку с хранилищем S3 (district) или укажите папку: folder = \"…\"")),
        }
    }

    /// Whether verified bags are locked.
    pub fn lock(&self) -> Lock {
        match &self.place {
            Kept::Folder(_) => Lock::None,
            Kept::S3(s3) => s3.lock,
        }
    }
}

impl S3 {
    fn of(written: WrittenS3, beside: &Path, fault: &dyn Fn(&[&str], String) -> Error) -> Result<Self> {
        let at = |key: &str, what: &str| fault(&["s3", key], what.to_owned());
        let s3 = Self {
            endpoint: written.endpoint.trim_end_matches('/').to_owned(),
            bucket: written.bucket,
            region: written.region,
            prefix: written
                .prefix
                .map(|prefix| prefix.trim_matches('/').to_owned())
                .filter(|prefix| !prefix.is_empty()),
            credentials_file: written.credentials_file.map(|file| beside.join(file)),
            ca_file: written.ca_file.map(|file| beside.join(file)),
            timeout: Duration::from_secs(written.timeout_seconds.into()),
            checksums: written.checksums,
            lock: written.lock,
        };
        let plain = |text: &str, more: &[u8]| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
        };
        if !plain(&s3.endpoint, b"-_.:/[]") || s3.host().is_none_or(str::is_empty) {
            return Err(at("endpoint", "нужен адрес вида \"https://s3.example.ru\""));
        }
        if s3.endpoint.starts_with("http://") && !s3.is_here() {
            return Err(at("endpoint", "без TLS можно только к хранилищу на этой же машине: нужен адрес https://…"));
        }
        if !plain(&s3.bucket, b"-.") {
            return Err(at("bucket", "имя корзины: латинские буквы, цифры, дефис, точка"));
        }
        if s3.prefix.as_deref().is_some_and(|prefix| !plain(prefix, b"-_/") || prefix.contains("//")) {
            return Err(at("prefix", "папка в корзине: латинские буквы, цифры, дефис; папки через «/»"));
        }
        if s3.timeout.is_zero() {
            return Err(at("timeout_seconds", "ждать хранилища нужно хотя бы секунду"));
        }
        Ok(s3)
    }

    /// The store's name or address.
    fn host(&self) -> Option<&str> {
        let rest = self.endpoint.strip_prefix("https://").or_else(|| self.endpoint.strip_prefix("http://"))?;
        let place = rest.split('/').next().unwrap_or_default();
        match place.strip_prefix('[') {
            Some(six) => six.split(']').next(),
            None => place.split(':').next(),
        }
    }

    /// Whether it is on this very machine.
    pub fn is_here(&self) -> bool {
        self.host().is_some_and(|host| {
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        })
    }

    /// The access key.
    ///
    /// # Errors
    /// None at all; a file that does not read, or may be read by others.
    pub fn keys(&self) -> Result<Keys> {
        let Some(path) = &self.credentials_file else { return keys_of_environment() };
        let failed = |cause: &std::io::Error| Error::file("прочитать ключ доступа к хранилищу", path, cause);
        let real = files::real(path).map_err(|cause| failed(&cause))?;
        if files::is_open_to_others(&real) {
            return Err(Error::input(format!("ключ доступа к хранилищу «{}» могут прочитать другие", path.display()))
                .next("оставьте право читать файл только его владельцу (0600)"));
        }
        let text = files::read_named_text(path, 4096).map(Zeroizing::new).map_err(|cause| failed(&cause))?;
        let WrittenKeys { key, secret } = toml::from_str(&text).map_err(|cause| {
            Error::input(format!("ключ доступа «{}»: {}", path.display(), in_russian(cause.message())))
                .next("запишите в файл две строки: key = \"…\" и secret = \"…\"")
        })?;
        Ok(Keys { id: key, secret: Zeroizing::new(secret), token: None })
    }

    /// The authority of one's own.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn authority(&self) -> Result<Option<Vec<u8>>> {
        let read = |path: &PathBuf| {
            files::read_named(path, files::LARGEST_TEXT)
                .map_err(|cause| Error::file("прочитать сертификат удостоверяющего центра", path, &cause))
        };
        self.ca_file.as_ref().map(read).transpose()
    }
}

fn keys_of_environment() -> Result<Keys> {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (named("AWS_ACCESS_KEY_ID"), named("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => {
            Ok(Keys { id, secret: secret.into(), token: named("AWS_SESSION_TOKEN").map(Zeroizing::new) })
        }
        _ => Err(Error::input("ключа доступа к хранилищу нет").next(
            "укажите в разделе [s3] credentials_file — файл (0600) с key и secret — или переменные AWS_ACCESS_KEY_ID и \
             AWS_SECRET_ACCESS_KEY",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S3: &str = "school = \"a\"\n[s3]\nendpoint = \"https://s3.example.ru/\"\nbucket = \"letopis\"\n";

    fn read(text: &str) -> Result<Settings> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("store.toml");
        std::fs::write(&path, text).unwrap();
        Settings::read(&path)
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        assert_eq!(read("school = \"school-1\"\nfolder = \"x\"\n").unwrap().school, "school-1");
        assert!(read(S3).is_ok());
        let s3 = |line: &str| format!("{S3}{line}\n");
        let endpoint = |to: &str| S3.replace("https://s3.example.ru/", to);
        for (text, word) in [
            ("folder = \"x\"\n".to_owned(), "нет ключа school"),
            ("school = \"Школа\"\nfolder = \"x\"\n".to_owned(), "store.toml:1: «Школа» не годится"),
            ("school = \"a\"\n".to_owned(), "не указано, где хранилище"),
            (format!("folder = \"x\"\n{S3}"), "нужно одно"),
            ("school = \"a\"\nfodler = \"x\"\n".to_owned(), "store.toml:2"),
            (endpoint("http://s3.example.ru"), "store.toml:3: без TLS"),
            (endpoint("s3.example.ru"), "store.toml:3: нужен адрес"),
            (s3("timeout_seconds = 0"), "store.toml:5"),
            (s3("prefix = \"a b\""), "store.toml:5"),
            (s3("lock = \"forever\""), "store.toml:5"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.message().contains(word), "{error}");
            assert!(error.next_step().is_some(), "{error}");
        }
        for here in ["http://127.0.0.1:7070", "http://[::1]:7070", "http://localhost:7070"] {
            assert!(read(&endpoint(here)).is_ok(), "{here}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_access_key_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("store.key");
        std::fs::write(&path, "key = \"a\"\nsecret = \"b\"\n").unwrap();
        let Kept::S3(s3) = read(S3).unwrap().place else { panic!("a bucket") };
        let s3 = super::S3 { credentials_file: Some(path.clone()), ..s3 };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(s3.keys().err().unwrap().message().contains("могут прочитать другие"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let keys = s3.keys().unwrap();
        assert_eq!((keys.id.as_str(), keys.secret.as_str()), ("a", "b"));
        std::fs::write(&path, "secret = \"b\"\n").unwrap();
        assert!(s3.keys().err().unwrap().message().contains("нет ключа key"));
    }
}
