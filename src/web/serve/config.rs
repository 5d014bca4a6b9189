//! The server's settings: `serve.toml`.
//!
//! A key that is not known is refused, and every fault is told with its line: an engineer who has mistyped the name of a
//! setting must not believe that it holds. Paths are taken from the folder that the file lies in, so that it reads the same
//! from wherever the server is started.

use crate::error::of_toml::{in_russian, line, line_of};
use crate::error::{Error, Result, every};
use crate::files;
use crate::inform::mail;
use crate::school::in_ascii;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The settings, checked against each other.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// The journal.
    pub journal: PathBuf,
    /// The key of the service login `server`.
    pub identity: PathBuf,
    /// Where the proof is kept from one start to the next; else in the account's own cache.
    pub cache: Option<PathBuf>,
    /// How parents come to the diary: `https://дневник.школа.рф`, as it stands on their slips; without a slash at its end.
    pub public_address: String,
    /// Whether the diary is for the school's own network alone, and answers over TLS itself.
    pub lan_only: bool,
    /// Where the diary answers.
    pub diary: SocketAddr,
    /// Whose word is believed about where a request comes from.
    pub trusted_proxy: Vec<IpAddr>,
    /// Where sticks and desks hand over; nowhere where it is not said.
    pub taking_in: Option<SocketAddr>,
    /// The school's own certificate, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub certificate_key: PathBuf,
    /// For which names and addresses a certificate is made.
    pub names: Vec<String>,
    /// What nobody may have more of.
    pub limits: Limits,
    /// Whether each request is logged, and not faults alone.
    pub log_requests: bool,
    /// Where mail goes out; none does where it is not said.
    pub mail: Option<mail::Settings>,
    /// The certificate (PEM) of an authority of one's own, by which witnesses next door are known too.
    pub witness_authority: Option<PathBuf>,
    /// The settings of the place where the journal is mirrored; it is not where it is not said.
    pub mirror: Option<PathBuf>,
    text: String,
}

/// What nobody may have more of.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections at once, at each door.
    pub connections: u32,
    /// What may be sent at once, in KiB.
    pub body_kib: u32,
    /// Until a connection's first request must have come, in seconds.
    pub first_request_seconds: u16,
    /// Until a request must have been answered, in seconds.
    pub request_seconds: u16,
    /// For how long a connection is kept on which nothing comes, in seconds.
    pub idle_seconds: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 12_000, body_kib: 8192, first_request_seconds: 10, request_seconds: 60, idle_seconds: 75 }
    }
}

impl Limits {
    /// Until a connection's first request must have come.
    pub fn first_request(&self) -> Duration {
        Duration::from_secs(self.first_request_seconds.into())
    }

    /// Until a request must have been answered.
    pub fn request(&self) -> Duration {
        Duration::from_secs(self.request_seconds.into())
    }

    /// For how long a connection is kept on which nothing comes.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds.into())
    }

    /// What may be sent at once, in bytes.
    pub fn body(&self) -> usize {
        usize::try_from(self.body_kib).unwrap_or(usize::MAX).saturating_mul(1024)
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    journal: PathBuf,
    identity: PathBuf,
    cache: Option<PathBuf>,
    public_address: String,
    #[serde(default)]
    lan_only: bool,
    diary: Diary,
    taking_in: Option<TakingIn>,
    certificate: Option<Certificate>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    log: Log,
    mail: Option<mail::Written>,
    mirror: Option<Mirror>,
    #[serde(default)]
    witness: Witness,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Witness {
    ca_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mirror {
    store: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Diary {
    listen: String,
    #[serde(default)]
    trusted_proxy: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TakingIn {
    listen: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Certificate {
    file: Option<PathBuf>,
    key: Option<PathBuf>,
    names: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Log {
    requests: bool,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// A file that does not read; every fault in it, with its line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = files::read_named_text(path, files::LARGEST_TEXT)
            .map_err(|cause| Error::file("прочитать", path, &cause))?;
        Self::parse(path, text)
    }

    /// As [`Config::read`], of a text that stands in this file.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(path: &Path, text: String) -> Result<Self> {
        let written: Written = toml::from_str(&text).map_err(|fault| {
            let at = line(&text, fault.span().map_or(0, |span| span.start));
            fault_at(path, at, &in_russian(fault.message())).caused_by(fault)
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let certificate = written.certificate.unwrap_or_default();
        let fault = |key: &[&str], what: String| fault_at(path, line_of(&text, key), &what);
        let address = |key: &[&str], typed: &str| {
            typed
                .parse()
                .map_err(|_| fault(key, format!("«{typed}» — не адрес и порт: нужно, например, \"127.0.0.1:8080\"")))
        };
        let diary = address(&["diary", "listen"], &written.diary.listen);
        let taking_in = written.taking_in.map(|door| address(&["taking_in", "listen"], &door.listen)).transpose();
        let proxies = every(written.diary.trusted_proxy.iter().map(|typed| {
            typed.parse().map_err(|_| {
                fault(&["diary", "trusted_proxy"], format!("«{typed}» — не адрес: нужно, например, \"127.0.0.1\""))
            })
        }));
        let limits = if_positive(written.limits)
            .map_err(|key| fault(&["limits", key], format!("{key} должно быть больше нуля")));
        let mail =
            written.mail.map(|mail| mail::Settings::of(mail, folder, &written.public_address, &fault)).transpose();
        let faults = [
            diary.as_ref().err(),
            taking_in.as_ref().err(),
            proxies.as_ref().err(),
            limits.as_ref().err(),
            mail.as_ref().err(),
        ];
        every(faults.into_iter().flatten().map(|error| Err::<(), _>(error.clone())))?;
        let config = Self {
            path: path.to_owned(),
            journal: folder.join(written.journal),
            identity: folder.join(written.identity),
            cache: written.cache.map(|cache| folder.join(cache)),
            public_address: written.public_address.trim_end_matches('/').to_owned(),
            lan_only: written.lan_only,
            diary: diary?,
            trusted_proxy: proxies?,
            taking_in: taking_in?,
            certificate: folder.join(certificate.file.unwrap_or_else(|| "server-cert.pem".into())),
            certificate_key: folder.join(certificate.key.unwrap_or_else(|| "server-cert.key".into())),
            names: certificate.names,
            limits: limits?,
            log_requests: written.log.requests,
            mail: mail?,
            witness_authority: written.witness.ca_file.map(|file| folder.join(file)),
            mirror: written.mirror.map(|mirror| folder.join(mirror.store)),
            text,
        };
        config.consistent()
    }

    /// What contradicts itself is not started with.
    fn consistent(self) -> Result<Self> {
        let mut faults = Vec::new();
        let authority = self.authority().filter(|name| !name.is_empty());
        if authority.is_none_or(|name| name.contains(['/', '@', '?', '#', ' '])) {
            faults.push(self.fault(
                &["public_address"],
                "адрес дневника должен быть вида https://дневник.школа.рф, без пути".into(),
            ));
        } else if !self.is_secure() && !self.public_host().is_some_and(is_loopback) {
            faults.push(self.fault(
                &["public_address"],
                "адрес дневника должен начинаться с https://: без TLS отметки и коды прочтёт любой в сети".into(),
            ));
        }
        if !self.lan_only && !self.diary.ip().is_loopback() {
            let what = format!(
                "дверь дневника {} видна всей сети, а отвечает без TLS: укажите адрес 127.0.0.1 за прокси-сервером, или lan_only = true",
                self.diary
            );
            faults.push(self.fault(&["diary", "listen"], what));
        }
        if self.lan_only && !self.trusted_proxy.is_empty() {
            let what = "при lan_only = true прокси-сервера нет: уберите trusted_proxy".to_owned();
            faults.push(self.fault(&["diary", "trusted_proxy"], what));
        }
        if self.taking_in == Some(self.diary) && self.diary.port() != 0 {
            let what = format!("обе двери на одном адресе {}: дайте им разные порты", self.diary);
            faults.push(self.fault(&["taking_in", "listen"], what));
        }
        every(faults.into_iter().map(Err::<(), _>))?;
        Ok(self)
    }

    /// The settings with the ports that were given where any free one was asked for, as `:0`.
    #[must_use]
    pub fn bound(mut self, diary: SocketAddr, taking_in: Option<SocketAddr>) -> Self {
        if self.diary.port() == 0 {
            self.diary.set_port(diary.port());
            if let Some(address) = self.public_address.strip_suffix(":0") {
                self.public_address = format!("{address}:{}", diary.port());
            }
        }
        if let (Some(door), Some(given)) = (self.taking_in.as_mut().filter(|door| door.port() == 0), taking_in) {
            door.set_port(given.port());
        }
        self
    }

    /// Whether the diary is reached over TLS, which its cookies go by.
    pub fn is_secure(&self) -> bool {
        self.public_address.starts_with("https://")
    }

    /// Name and port of the diary's address, as browsers send them: `дневник.школа.рф:8443`.
    pub fn authority(&self) -> Option<&str> {
        ["https://", "http://"].iter().find_map(|scheme| self.public_address.strip_prefix(scheme))
    }

    /// The name in the diary's address, without a port.
    pub fn public_host(&self) -> Option<&str> {
        let authority = self.authority()?;
        if let Some(rest) = authority.strip_prefix('[') {
            return rest.split(']').next();
        }
        authority.split(':').next()
    }

    /// The names by which the diary may be asked for: its own address, and the one at which it listens.
    pub fn hosts(&self) -> Vec<String> {
        let here = self.diary.ip().is_loopback().then(|| format!("localhost:{}", self.diary.port()));
        [self.authority().map(in_ascii), Some(self.diary.to_string()), here].into_iter().flatten().collect()
    }

    /// Whether there is a door that answers over TLS by itself.
    pub fn has_tls(&self) -> bool {
        self.lan_only || self.taking_in.is_some()
    }

    /// A fault at the line of a key.
    pub fn fault(&self, key: &[&str], what: String) -> Error {
        fault_at(&self.path, self.line_of(key), &what)
    }

    /// The line on which a key stands.
    pub fn line_of(&self, key: &[&str]) -> usize {
        line_of(&self.text, key)
    }
}

/// Whether a name means this very machine.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The limits, or the key of the first that lets nothing through.
fn if_positive(limits: Limits) -> std::result::Result<Limits, &'static str> {
    let values = [
        ("connections", u64::from(limits.connections)),
        ("body_kib", limits.body_kib.into()),
        ("first_request_seconds", limits.first_request_seconds.into()),
        ("request_seconds", limits.request_seconds.into()),
        ("idle_seconds", limits.idle_seconds.into()),
    ];
    values.iter().find(|(_, value)| *value == 0).map_or(Ok(limits), |(key, _)| Err(*key))
}

fn fault_at(path: &Path, line: usize, what: &str) -> Error {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    Error::input(what).next("исправьте эту строку и проверьте настройки снова").at(format!("{name}:{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "journal = \"journal.letopis\"\nidentity = \"server.key\"\n\
        public_address = \"https://dnevnik.school.example/\"\n[diary]\nlisten = \"127.0.0.1:8080\"\n";

    fn parse(text: &str) -> Result<Config> {
        Config::parse(Path::new("/srv/letopis/serve.toml"), text.to_owned())
    }

    fn refused(text: &str, expected: &str) {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn paths_lie_beside_the_file_and_the_address_ends_without_a_slash() {
        let config = parse(LEAST).unwrap();
        assert_eq!(config.journal, Path::new("/srv/letopis/journal.letopis"));
        assert_eq!(
            (config.public_address.as_str(), config.authority()),
            ("https://dnevnik.school.example", Some("dnevnik.school.example"))
        );
        assert!(config.is_secure() && !config.has_tls() && config.trusted_proxy.is_empty());
    }

    #[test]
    fn an_address_in_russian_is_known_by_what_browsers_send() {
        let config = parse(&LEAST.replace("dnevnik.school.example", "пример.рф:8443")).unwrap();
        assert!(config.hosts().contains(&"xn--e1afmkfd.xn--p1ai:8443".to_owned()), "{:?}", config.hosts());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        refused(
            &LEAST.replace("listen", "lisen"),
            "serve.toml:5: ключа lisen здесь не бывает; бывают listen, trusted_proxy",
        );
        refused(&format!("{LEAST}[limits]\nconections = 5\n"), "serve.toml:7: ключа conections здесь не бывает");
        refused(&format!("lan_olny = true\n{LEAST}"), "serve.toml:1: ключа lan_olny здесь не бывает");
    }

    #[test]
    fn what_is_no_address_is_named_by_its_line_and_all_of_it_at_once() {
        let text =
            LEAST.replace("127.0.0.1:8080", "localhost") + "trusted_proxy = [\"proxy\"]\n[limits]\nbody_kib = 0\n";
        let error = parse(&text).unwrap_err().to_string();
        for expected in ["serve.toml:5: «localhost»", "serve.toml:6: «proxy»", "serve.toml:8: body_kib"] {
            assert!(error.contains(expected), "{expected} in {error}");
        }
    }

    #[test]
    fn a_diary_that_the_network_could_read_on_the_way_is_not_served() {
        refused(&LEAST.replace("127.0.0.1", "0.0.0.0"), "serve.toml:5: дверь дневника 0.0.0.0:8080 видна всей сети");
        refused(
            &LEAST.replace("https://dnevnik.school.example/", "http://dnevnik.school.example"),
            "serve.toml:3: адрес дневника должен начинаться с https://",
        );
        for address in ["https://", "дневник", "https://a/b", "https://a@b"] {
            refused(&LEAST.replace("https://dnevnik.school.example/", address), "serve.toml:3: адрес дневника");
        }
        assert!(
            parse(&LEAST.replace("https://dnevnik.school.example/", "http://127.0.0.1:8080")).is_ok(),
            "one's own machine"
        );
        assert!(parse(&format!("lan_only = true\n{}", LEAST.replace("127.0.0.1", "0.0.0.0"))).unwrap().has_tls());
    }

    #[test]
    fn the_doors_do_not_share_an_address() {
        refused(
            &format!("{LEAST}[taking_in]\nlisten = \"127.0.0.1:8080\"\n"),
            "serve.toml:7: обе двери на одном адресе",
        );
        assert!(parse(&format!("{LEAST}[taking_in]\nlisten = \"0.0.0.0:8443\"\n")).unwrap().has_tls());
    }
}
