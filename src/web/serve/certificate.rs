//! The certificate of the doors that answer over TLS: the school's own, which sticks know by its sum.

use super::config::Config;
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Readers};
use crate::ledger::chain::hex;
use crate::school::in_ascii;
use crate::work::serving::Certified;
use axum_server::tls_rustls::RustlsConfig;
use chrono::{DateTime, Datelike, FixedOffset, Local};
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A certificate that is made holds for so many years: sticks know it by its sum, so a new one costs a new preparation of each.
const YEARS: i32 = 10;

/// A certificate with its key, read.
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// Files that are not there, or hold something else.
    pub fn read(config: &Config) -> Result<Self> {
        let chain = pem(&config.certificate)?;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&chain)
            .collect::<std::result::Result<_, _>>()
            .map_err(|cause| unreadable(&config.certificate, "сертификат").caused_by(cause))?;
        if chain.is_empty() {
            return Err(unreadable(&config.certificate, "сертификат"));
        }
        let key = zeroize::Zeroizing::new(pem(&config.certificate_key)?);
        let key = PrivateKeyDer::from_pem_slice(&key)
            .map_err(|cause| unreadable(&config.certificate_key, "ключ сертификата").caused_by(cause))?;
        Ok(Self { chain, key })
    }

    /// SHA-256 of the certificate, by which sticks know it.
    pub fn fingerprint(&self) -> String {
        self.chain.first().map(fingerprint).unwrap_or_default()
    }

    /// What TLS needs of it. Sticks speak the newest version alone; browsers may be older.
    ///
    /// # Errors
    /// A key that is another certificate's.
    pub fn for_door(&self, browsers: bool) -> Result<Arc<ServerConfig>> {
        let versions: &[&SupportedProtocolVersion] = if browsers { &[&TLS13, &TLS12] } else { &[&TLS13] };
        let failed = |cause: rustls::Error| {
            Error::input("сертификат и его ключ не подходят друг к другу или негодны")
                .next_by("сделайте новый сертификат", Action::MakeCertificate)
                .then("или положите ключ именно этого")
                .caused_by(cause)
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .map_err(failed)?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .map_err(failed)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Whether it is for this name or address.
    pub fn is_for(&self, name: &str) -> bool {
        let parsed = self.chain.first().and_then(|leaf| rustls::server::ParsedCertificate::try_from(leaf).ok());
        let Some((leaf, name)) = parsed.zip(ServerName::try_from(name).ok()) else { return false };
        rustls::client::verify_server_name(&leaf, &name).is_ok()
    }

    /// Whether it holds at a moment, as far as its own dates say.
    pub fn holds_at(&self, moment: DateTime<FixedOffset>) -> bool {
        let parsed = self.chain.first().and_then(|leaf| rustls::server::ParsedCertificate::try_from(leaf).ok());
        let Some(leaf) = parsed else { return false };
        let mut roots = RootCertStore::empty();
        let _ = self.chain.last().map(|root| roots.add(root.clone()));
        let seconds = u64::try_from(moment.timestamp()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let known = ring::default_provider().signature_verification_algorithms.all;
        use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
        // Who has signed it, nobody here needs to know.
        !matches!(
            rustls::client::verify_server_cert_signed_by_trust_anchor(&leaf, &roots, &self.chain[1..], now, known),
            Err(rustls::Error::InvalidCertificate(
                Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. }
            ))
        )
    }
}

/// What the doors go by; it can be exchanged while they are open.
pub struct Doors {
    /// For sticks and desks.
    pub taking_in: RustlsConfig,
    /// For browsers.
    pub diary: RustlsConfig,
}

impl Doors {
    /// # Errors
    /// As [`Certificate::read`].
    pub fn open(config: &Config) -> Result<Self> {
        let certificate = Certificate::read(config)?;
        let door = |browsers| certificate.for_door(browsers).map(RustlsConfig::from_config);
        Ok(Self { taking_in: door(false)?, diary: door(true)? })
    }

    /// Goes on with the certificate that lies there now.
    ///
    /// # Errors
    /// As [`Certificate::read`]; then the one before goes on.
    pub fn reload(&self, config: &Config) -> Result<()> {
        let certificate = Certificate::read(config)?;
        let (taking_in, diary) = (certificate.for_door(false)?, certificate.for_door(true)?);
        self.taking_in.reload_from_config(taking_in);
        self.diary.reload_from_config(diary);
        Ok(())
    }
}

fn pem(path: &Path) -> Result<Vec<u8>> {
    files::read_named(path, files::LARGEST_TEXT).map_err(|cause| {
        let error = Error::file("прочитать", path, &cause);
        match cause.kind() {
            std::io::ErrorKind::NotFound => error.next_by("сделайте сертификат", Action::MakeCertificate),
            _ => error,
        }
    })
}

fn unreadable(path: &Path, what: &str) -> Error {
    Error::input(format!("в файле «{}» не {what} в виде PEM", path.display()))
        .next_by("сделайте новый сертификат", Action::MakeCertificate)
        .then("или положите сюда ваш, в виде PEM")
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    hex(&Sha256::digest(certificate))
}

/// Makes a certificate and its key where the settings name them.
///
/// # Errors
/// Files that are there, where they are not to be replaced; no name to make it for.
pub fn certify(settings: &Path, replace: bool) -> Result<Certified> {
    let config = Config::read(settings)?;
    let names = names(&config);
    if names.is_empty() {
        return Err(config.fault(
            &["certificate", "names"],
            "не указано, для каких имён и адресов сертификат: names = [\"letopis.school.lan\", \"192.168.1.10\"]"
                .into(),
        ));
    }
    let (certificate, key) = (real(&config.certificate)?, real(&config.certificate_key)?);
    if let Some(there) = [&certificate, &key].into_iter().find(|path| !replace && files::is_there(path)) {
        return Err(Error::input(format!("файл «{}» уже есть", there.display()))
            .next_by("если сертификат нужно заменить, скажите это", Action::Give(Detail::Replace))
            .then("носители учителей после замены готовят заново"));
    }
    let (made, secret) = make(&names, Local::now().year()).map_err(|cause| {
        Error::input(format!("сертификат для {} не составить", names.join(", ")))
            .next("укажите имена компьютера в сети и его адреса, без пробелов")
            .caused_by(cause)
    })?;
    let write = |path: &Path, text: &str, readers| {
        files::replace(path, text.as_bytes(), readers).map_err(|cause| Error::file("записать", path, &cause))
    };
    write(&key, &secret.serialize_pem(), Readers::Owner)?;
    write(&certificate, &made.pem(), Readers::Owner)?;
    Ok(Certified { certificate, key, fingerprint: fingerprint(made.der()), names })
}

fn real(path: &Path) -> Result<std::path::PathBuf> {
    files::real(path).map_err(|cause| Error::file("записать", path, &cause))
}

/// For which names it is made: those that are named, else those that the settings tell.
fn names(config: &Config) -> Vec<String> {
    if !config.names.is_empty() {
        return config.names.clone();
    }
    let of_parents = config.lan_only.then(|| config.public_host().map(in_ascii)).flatten();
    let address = |address: IpAddr| (!address.is_unspecified()).then(|| address.to_string());
    let listening = config.taking_in.and_then(|door| address(door.ip()));
    let mut names: Vec<String> = of_parents.into_iter().chain(listening).collect();
    names.dedup();
    names
}

fn make(names: &[String], year: i32) -> std::result::Result<(rcgen::Certificate, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Letopis");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = rcgen::date_time_ymd(year - 1, 1, 1);
    params.not_after = rcgen::date_time_ymd(year + YEARS, 12, 31);
    Ok((params.self_signed(&key)?, key))
}
