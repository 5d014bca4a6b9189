//! Where sticks find the school's server, and how they know it: by its settings (`serve.toml`), its certificate and the ledger.

use crate::away::Key;
use crate::away::pins::Server;
use crate::away::wire::host_and_port;
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::journal::read::{self, Tables};
use crate::ledger::chain::Hash;
use crate::ledger::signer::Signer;
use crate::school::Role;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The settings' usual name.
const SETTINGS: &str = "serve.toml";
const LARGEST_ANNOUNCEMENT: u64 = 4 * 1024;

/// Of the settings, what a stick goes by; the rest is the server's own.
#[derive(Deserialize)]
struct Settings {
    taking_in: Option<TakingIn>,
    #[serde(default)]
    certificate: Certificate,
}

#[derive(Deserialize)]
struct TakingIn {
    listen: SocketAddr,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Certificate {
    file: Option<PathBuf>,
    names: Vec<String>,
}

/// The file beside a journal in which its server says how it is found and known.
fn announcement(journal: &Path) -> PathBuf {
    journal.with_extension("server")
}

/// Says beside the journal how this server is found and known: whoever prepares sticks there may not read its settings.
///
/// # Errors
/// A file that cannot be written.
pub fn announce((journal, id): (&Path, Hash), server: &Server, service: &dyn Signer) -> Result<()> {
    let (path, text) = (announcement(journal), server.announce(id, service)?);
    let failed = |cause| Error::file("записать", &path, &cause);
    if files::read(&path, LARGEST_ANNOUNCEMENT).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    files::replace(&path, text.as_bytes(), Readers::Folder).map_err(failed)
}

/// The server of a journal, by what it says of itself there, or else by settings that lie beside the journal.
///
/// # Errors
/// As [`of_settings`].
pub fn beside(journal: &Path, id: Hash, tables: &Tables) -> Result<Option<Server>> {
    let keys = read::keys_in_force(tables, Role::ServerService)?.into_iter().map(|(_, key)| *key.key());
    let said = files::read(&announcement(journal), LARGEST_ANNOUNCEMENT).ok();
    if let Some(server) = said.and_then(|said| Server::announced(&said, id, &keys.collect::<Vec<_>>())) {
        return Ok(Some(server));
    }
    let settings = journal.with_file_name(SETTINGS);
    match files::kind(&settings) {
        Ok(Some(files::Kind::File(_))) => of_settings(&settings, tables),
        _ => Ok(None),
    }
}

/// The server of some settings; nothing where it takes in from nobody.
///
/// # Errors
/// Settings or a certificate that do not read; an address that cannot be reached from elsewhere; no key of the service `server` in
/// force.
pub fn of_settings(path: &Path, tables: &Tables) -> Result<Option<Server>> {
    let text =
        files::read_named_text(path, files::LARGEST_TEXT).map_err(|cause| Error::file("прочитать", path, &cause))?;
    let settings: Settings = toml::from_str(&text).map_err(|fault| {
        Error::input("настройки школьного сервера не читаются")
            .next("проверьте настройки сервера и повторите")
            .at(path.display())
            .caused_by(fault)
    })?;
    let Some(taking_in) = settings.taking_in else { return Ok(None) };
    let file = settings.certificate.file.unwrap_or_else(|| "server-cert.pem".into());
    let file = path.parent().unwrap_or(Path::new("")).join(file);
    let key = read::keys_in_force(tables, Role::ServerService)?.pop().ok_or_else(|| {
        Error::refused("у службы приёма нет действующего ключа: её расписок носители не признают")
            .next("внесите её ключ и повторите")
    })?;
    let server = known_by((taking_in.listen, &settings.certificate.names), &file, Key(*key.1.key()));
    server.map(Some).map_err(|error| error.at(path.display()))
}

/// How a server is found and known: where it listens and the names of its certificate, the certificate, and the key of the service.
///
/// # Errors
/// A certificate that does not read; an address that cannot be reached from elsewhere.
pub fn known_by((listen, names): (SocketAddr, &[String]), certificate: &Path, key: Key) -> Result<Server> {
    Ok(Server { address: address(listen, names)?, certificate: digest(certificate)?, key })
}

/// The digest by which a certificate is known.
///
/// # Errors
/// A file in which none is.
pub fn digest(certificate: &Path) -> Result<Hash> {
    let pem = files::read_named(certificate, files::LARGEST_TEXT)
        .map_err(|cause| Error::file("прочитать", certificate, &cause))?;
    let leaf = CertificateDer::from_pem_slice(&pem).map_err(|_| {
        Error::input("в файле нет сертификата")
            .next("сделайте сертификат сервера и повторите")
            .at(certificate.display())
    })?;
    Ok(Sha256::digest(&leaf).into())
}

/// Where it is found: under the first name of its certificate, at the port at which it listens.
fn address(listen: SocketAddr, names: &[String]) -> Result<String> {
    let named = names.first().map(|name| match name.contains(':') {
        true => format!("[{name}]:{}", listen.port()),
        false => format!("{name}:{}", listen.port()),
    });
    let address = named.or_else(|| (!listen.ip().is_unspecified()).then(|| listen.to_string()));
    address.filter(|address| host_and_port(address).is_some()).ok_or_else(|| {
        Error::input("не сказано, по какому имени или адресу носители найдут школьный сервер")
            .next("впишите его первым в names раздела [certificate]")
    })
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_server_is_found_by_its_first_name_or_where_it_listens() {
        let names = ["letopis.school.local".to_owned(), "192.168.1.5".to_owned()];
        assert_eq!(address("0.0.0.0:7443".parse().unwrap(), &names).unwrap(), "letopis.school.local:7443");
        assert_eq!(address("192.168.1.5:7443".parse().unwrap(), &[]).unwrap(), "192.168.1.5:7443");
        assert_eq!(address("[::]:7443".parse().unwrap(), &["fd00::5".to_owned()]).unwrap(), "[fd00::5]:7443");
        assert!(address("0.0.0.0:7443".parse().unwrap(), &[]).is_err());
        assert!(address("0.0.0.0:7443".parse().unwrap(), &["школа.рф".to_owned()]).is_err());
    }
}
