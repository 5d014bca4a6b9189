//! What a start needs, looked at before it: each fault is named with the line of the setting that it belongs to.

use super::certificate::Certificate;
use super::config::Config;
use super::run;
use crate::error::{Action, Error, Result};
use crate::files;
use crate::inform::mail::{Settings, smtp::Smtp};
use crate::journal::Journal;
use crate::journal::read::{self, Tables};
use crate::ledger::identity::Identity;
use crate::school::{Role, counted, format_date, in_ascii};
use crate::work::serving::{Checked, Start};
use crate::work::stores::Store;
use chrono::{Duration, Offset};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::path::Path;

/// A certificate that ends sooner is told of.
const SOON: Duration = Duration::days(30);
/// The proxy has so long to answer.
const ANSWERED: std::time::Duration = std::time::Duration::from_secs(3);

/// Looks at everything that a start needs, and starts nothing.
///
/// # Errors
/// Settings that do not read: nothing else can be looked at then.
pub fn check(start: &Start) -> Result<Checked> {
    let config = Config::read(&start.settings)?;
    let mut checked = Checked::default();
    checked.good.push(format!("настройки «{}» читаются", start.settings.display()));
    journal(start, &config, &mut checked);
    doors(&config, &mut checked);
    if config.has_tls() {
        certificate(start, &config, &mut checked);
    }
    if !config.lan_only {
        proxy(&config, &mut checked);
    }
    if let Some(settings) = &config.mail {
        mail(&config, settings, &mut checked);
    }
    if let Some(settings) = &config.mirror {
        let opened = Store::open(settings).map_err(|error| at(&config, &["mirror", "store"], error));
        checked.take(opened, |store| format!("зеркало журнала: {}, папка школы «{}»", store.name(), store.school()));
    }
    Ok(checked)
}

/// Whether the mail server lets us in.
fn mail(config: &Config, settings: &Settings, checked: &mut Checked) {
    let reached = Smtp::new(settings).and_then(|mut server| server.reach());
    let host = format!("{}:{}", settings.host, settings.port);
    let reached = reached.map_err(|error| at(config, &["mail"], error));
    checked.take(reached, |()| format!("почтовый сервер {host} принимает письма"));
}

impl Checked {
    fn take<T>(&mut self, found: Result<T>, good: impl FnOnce(&T) -> String) -> Option<T> {
        match found {
            Ok(found) => {
                self.good.push(good(&found));
                Some(found)
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }
}

/// The fault at the line of the setting that leads to it.
fn at(config: &Config, key: &[&str], error: Error) -> Error {
    let name = config.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    error.at(format!("{name}:{}", config.line_of(key)))
}

/// The journal, its folder, its key and the clock.
fn journal(start: &Start, config: &Config, checked: &mut Checked) {
    let opened = (start.open)(&config.journal).map_err(|error| at(config, &["journal"], error));
    let Some(journal) = checked.take(opened, |_| format!("журнал «{}» открывается", config.journal.display()))
    else {
        return;
    };
    if journal.is_read_only() {
        checked.faults.push(at(
            config,
            &["journal"],
            Error::environment("журнал открыт только для чтения: принимать в него нечем")
                .next("дайте пользователю сервера право писать в журнал и его папку"),
        ));
    }
    folder(config, checked);
    let key = (start.identity)(&config.identity).map_err(|error| at(config, &["identity"], error));
    let key = key.and_then(|key| is_of_server(journal.tables(), &key, config));
    checked.take(key, |()| "ключ внесён в журнал и в силе: служба приёма".to_owned());
    clock(start, config, &journal, checked);
}

/// Whether a key is the server's, enrolled and in force.
///
/// # Errors
/// Somebody else's key, or nobody's.
pub(super) fn is_of_server(tables: &Tables, key: &Identity, config: &Config) -> Result<()> {
    let fault = |what: String| {
        at(config, &["identity"], Error::input(what).next_by("заведите службу приёма", Action::AddServerService))
    };
    let known = read::key(tables, &key.public().fingerprint())?;
    let Some(known) = known else { return Err(fault("этот ключ не внесён в журнал".into())) };
    if known.revoked_at.is_some() {
        return Err(fault("этот ключ отозван".into()));
    }
    if !read::has_role(tables, &known.login, Role::ServerService)? {
        return Err(fault(format!("это ключ «{}», а не службы приёма: сервер работает только её ключом", known.login)));
    }
    Ok(())
}

/// Whether others beside the server can work with the journal, and nobody else can.
#[cfg(unix)]
fn folder(config: &Config, checked: &mut Checked) {
    use std::os::unix::fs::PermissionsExt;
    let remark = |what: String, next: &str| at(config, &["journal"], Error::environment(what).next(next.to_owned()));
    let folder = config.journal.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mode =
        |path: &Path| files::real(path).and_then(|path| files::permissions(&path)).map(|rights| rights.mode() & 0o7777);
    let (Ok(of_folder), Ok(of_journal)) = (mode(folder), mode(&config.journal)) else { return };
    if of_folder & 0o2020 != 0o2020 || of_journal & 0o060 != 0o060 {
        checked.remarks.push(remark(
            format!("папка журнала имеет права {of_folder:o}, журнал {of_journal:o}: сотрудники со своими учётными записями писать в него не смогут"),
            "если журнал ведут и они: папка 2770 и журнал 660, группа letopis",
        ));
    }
    if of_journal & 0o007 != 0 || of_folder & 0o002 != 0 {
        checked.faults.push(remark(
            format!("папка журнала имеет права {of_folder:o}, журнал {of_journal:o}: с ним может работать любой на этом компьютере"),
            "уберите права остальных: chmod o-rwx",
        ));
    }
}

#[cfg(not(unix))]
fn folder(_: &Config, _: &mut Checked) {}

/// Whether the clock can be that of the journal.
fn clock(start: &Start, config: &Config, journal: &Journal, checked: &mut Checked) {
    let now = start.clock.now();
    let school = read::school(journal.tables());
    let last = journal.tip().and_then(|tip| read::ledger::entry(journal.tables(), tip.seq));
    let (Ok(school), Ok(Some(last))) = (school, last) else { return };
    let fault = |what: String, next: &str| at(config, &["journal"], Error::environment(what).next(next.to_owned()));
    if now < last.time - Duration::minutes(5) {
        let (now, last) = (format_date(now.date_naive()), format_date(last.time.date_naive()));
        checked.faults.push(fault(
            format!("часы сервера ({now}) отстают от последней записи журнала ({last})"),
            "поправьте часы компьютера",
        ));
    } else {
        checked.good.push(format!("часы идут: {}", now.format("%d.%m.%Y %H:%M %:z")));
    }
    if now.offset().fix() != school.offset() {
        checked.remarks.push(fault(
            format!("часовой пояс сервера {} не тот, что у школы ({})", now.offset(), school.offset()),
            "это не мешает: дни считаются по времени школы; время в журнале событий будет другим",
        ));
    }
}

/// Whether the doors can be opened: a server that runs already has them.
fn doors(config: &Config, checked: &mut Checked) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    let _within = runtime.enter();
    let doors: [(&[&str], &str, Option<SocketAddr>); 2] = [
        (&["diary", "listen"], "дверь дневника", Some(config.diary)),
        (&["taking_in", "listen"], "дверь приёма записей", config.taking_in),
    ];
    for (key, name, address) in doors {
        if let Some(address) = address {
            checked.take(run::bind(config, key, address), |_| format!("{name}: {address}"));
        }
    }
}

/// The certificate's names and end.
fn certificate(start: &Start, config: &Config, checked: &mut Checked) {
    let key: &[&str] = &["certificate", "file"];
    let read = Certificate::read(config)
        .and_then(|certificate| certificate.for_door(true).map(|_| certificate))
        .map_err(|error| at(config, key, error));
    let found = checked.take(read, |certificate| format!("сертификат, SHA-256 {}", certificate.fingerprint()));
    let Some(certificate) = found else { return };
    let now = start.clock.now();
    let fault = |what: String| config.fault(key, what);
    if !certificate.holds_at(now) {
        checked.faults.push(fault("сертификат сегодня не действует: срок вышел или ещё не начался".to_owned()));
    } else if !certificate.holds_at(now + SOON) {
        let days = counted(SOON.num_days().unsigned_abs(), ["день", "дня", "дней"]);
        checked.remarks.push(fault(format!("срок сертификата кончается раньше, чем через {days}")));
    }
    if let Some(host) = config.public_host().filter(|host| config.lan_only && !certificate.is_for(&in_ascii(host))) {
        let what = format!("сертификат не для «{host}», а это имя в адресе дневника: браузеры его не примут");
        checked.faults.push(config.fault(&["public_address"], what));
    }
    for name in config.names.iter().filter(|name| !certificate.is_for(name)) {
        checked.remarks.push(config.fault(&["certificate", "names"], format!("сертификат не для «{name}»")));
    }
    if files::is_open_to_others(&config.certificate_key) {
        let path = config.certificate_key.display();
        checked.faults.push(config.fault(
            &["certificate", "key"],
            format!(
                "ключ сертификата «{path}» могут прочитать другие пользователи этого компьютера: права должны быть 600"
            ),
        ));
    }
}

/// Whether somebody answers at the address that stands on the slips, and whose word is believed about who asks.
fn proxy(config: &Config, checked: &mut Checked) {
    if !config.is_secure() {
        let what = "дневник виден только на этом компьютере (адрес без TLS): для родителей нужен прокси-сервер с именем и сертификатом, или lan_only = true";
        checked.remarks.push(config.fault(&["public_address"], what.to_owned()));
        return;
    }
    if config.trusted_proxy.is_empty() {
        let what = "не указан trusted_proxy: все родители будут для сервера одним адресом, и подбор кода замедлит всех; обычно это [\"127.0.0.1\"]";
        checked.faults.push(config.fault(&["diary"], what.to_owned()));
    }
    let Some(authority) = config.authority().map(in_ascii) else { return };
    let with_port = if authority.rsplit(']').next().is_some_and(|end| end.contains(':')) {
        authority
    } else {
        format!("{authority}:443")
    };
    let answers = |address: &SocketAddr| TcpStream::connect_timeout(address, ANSWERED).is_ok();
    let found = with_port.to_socket_addrs().map(|mut addresses| addresses.any(|address| answers(&address)));
    let what = match found {
        Ok(true) => {
            checked.good.push(format!("по адресу {} отвечают", config.public_address));
            return;
        }
        Ok(false) => format!(
            "по адресу {} никто не отвечает: прокси-сервер не запущен или закрыт снаружи",
            config.public_address
        ),
        Err(_) => format!("имени в адресе {} нет в сети: проверьте его и запись DNS", config.public_address),
    };
    checked.remarks.push(config.fault(&["public_address"], what));
}
