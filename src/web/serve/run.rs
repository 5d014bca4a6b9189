//! Running the server: it binds its doors, proves the journal, answers, and stops or takes up new settings when it is told to.

use super::certificate;
use super::config::Config;
use super::connections::Counted;
#[cfg(unix)]
use super::log;
use super::log::Level;
use super::{Served, check, doors, entrance, follow, mail, mirror, v1};
use crate::error::{Error, Result};
use crate::journal::{Keep, Proven};
use crate::work::serving::{Ready, Start};
use axum::Router;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{Handle, Server};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};

/// Requests that were begun have so long to be finished when the server stops.
const FINISHED: Duration = Duration::from_secs(10);
/// So many may knock at once before they are let in.
const KNOCKING: u32 = 4096;

/// Serves until it is told to stop; says when it answers.
///
/// # Errors
/// Settings or a journal that cannot be served; an address that is taken.
pub fn run(start: &Start, ready: &mut dyn FnMut(&Ready)) -> Result<()> {
    let config = Config::read(&start.settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|cause| {
        Error::environment(format!("сервер не запущен: {}", crate::error::reason(&cause)))
            .next("освободите память и запустите его снова")
    })?;
    make_room(start, &config);
    // Addresses that are taken and a certificate that is none are told before the proof, which takes longer.
    let (diary, taking_in) = {
        let _within = runtime.enter();
        (
            bind(&config, &["diary", "listen"], config.diary)?,
            config.taking_in.map(|door| bind(&config, &["taking_in", "listen"], door)).transpose()?,
        )
    };
    let tls = config.has_tls().then(|| certificate::Doors::open(&config)).transpose()?;
    let port = |listener: &TcpListener| {
        listener.local_addr().map_err(|cause| {
            Error::environment(format!("дверь не открыть: {}", crate::error::reason(&cause)))
                .next("запустите сервер снова")
        })
    };
    let config = config.bound(port(&diary)?, taking_in.as_ref().map(port).transpose()?);
    let served = prove(start, config)?;
    let config = served.config();
    let told = Ready {
        public_address: config.public_address.clone(),
        diary: config.diary.to_string(),
        taking_in: config.taking_in.map(|door| door.to_string()),
        proven: served.snapshot().tip().seq,
    };
    let details = [
        ("proven", told.proven.into()),
        ("diary", told.diary.clone().into()),
        ("taking_in", told.taking_in.clone().into()),
    ];
    served.log(Level::Info, "serving", &details);
    v1::announce(&served);
    ready(&told);
    let kept = kept(start, &served.config());
    let postman = mail::start(&served)?;
    let mirroring = mirror::start(&served)?;
    #[cfg(feature = "district")]
    let submitting = super::witness::start(&served)?;
    let done = runtime.block_on(answer(start, &served, Listening { diary, taking_in, tls }));
    postman.stop(FINISHED);
    #[cfg(feature = "district")]
    submitting.stop(FINISHED);
    mirroring.stop(FINISHED);
    // What still runs aside may be at the disk of the journal; it is waited for.
    runtime.shutdown_timeout(FINISHED);
    served.write_readings();
    follow::keep(&served, &served.snapshot(), &kept);
    served.log(Level::Info, "stopped", &[]);
    done
}

/// Has the system let so many connections be open at once; where it does not, it is told.
#[cfg(unix)]
fn make_room(start: &Start, config: &Config) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let doors = 1 + u64::from(config.taking_in.is_some());
    // Beside connections there are the journal, its readers and the files of contacts.
    let needed = u64::from(config.limits.connections) * doors + 256;
    let now = getrlimit(Resource::Nofile);
    let most = now.maximum.unwrap_or(u64::MAX);
    if now.current.is_some_and(|current| current < needed) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(needed.min(most)), maximum: now.maximum });
    }
    if most < needed {
        let details = [("open_files", most.into()), ("needed", needed.into())];
        log::event(start.tell, start.clock.now(), Level::Warning, "few_connections", &details);
    }
}

#[cfg(not(unix))]
fn make_room(_: &Start, _: &Config) {}

/// The doors, bound.
struct Listening {
    diary: TcpListener,
    taking_in: Option<TcpListener>,
    tls: Option<certificate::Doors>,
}

/// Binds a door.
pub(super) fn bind(config: &Config, key: &[&str], address: SocketAddr) -> Result<TcpListener> {
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A server that was just stopped may be started again at once.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(KNOCKING)
    };
    bound().map_err(|cause| {
        use std::io::ErrorKind as Io;
        let why = match cause.kind() {
            Io::AddrInUse => "адрес занят другой программой".to_owned(),
            Io::AddrNotAvailable => "у этого компьютера нет такого адреса".to_owned(),
            Io::PermissionDenied => "на порт меньше 1024 нужны права администратора системы".to_owned(),
            _ => crate::error::reason(&cause),
        };
        config.fault(key, format!("дверь {address} не открыть: {why}"))
    })
}

/// Where the proof is kept from one start to the next.
fn kept(start: &Start, config: &Config) -> follow::Kept {
    config.cache.clone().or_else(|| start.cache.clone())
}

/// Proves the journal, and follows it from there on.
fn prove(start: &Start, config: Config) -> Result<Arc<Served>> {
    let identity = (start.identity)(&config.identity)?;
    let journal = (start.open)(&config.journal)?;
    check::is_of_server(journal.tables(), &identity, &config)?;
    let kept = kept(start, &config);
    let (mut walked, path) = (false, journal.path().to_owned());
    let proven = match &kept {
        Some(folder) => Proven::from_kept(&path, Keep { folder, identity: &identity }, &mut |_| walked = true),
        None => journal.prove(&mut |_| {}),
    }?;
    drop(journal);
    let (served, looked) = Served::new(start, config, identity, proven)?;
    if walked {
        follow::keep(&served, &served.snapshot(), &kept);
    }
    follow::start(&served, looked, kept)?;
    entrance::start(&served);
    Ok(served)
}

/// Answers at both doors until it is told to stop.
async fn answer(start: &Start, served: &Arc<Served>, listening: Listening) -> Result<()> {
    let Listening { diary, taking_in, tls } = listening;
    let handle = Handle::new();
    let control = handle.control();
    let config = served.config();
    let mut doors = tokio::task::JoinSet::new();
    let router = doors::diary(Arc::clone(served));
    match &tls {
        Some(tls) if config.lan_only => {
            let door = RustlsAcceptor::new(tls.diary.clone()).acceptor(Counted::at_most(config.limits.connections));
            doors.spawn(open(bounded(diary, &config, handle).acceptor(door), router));
        }
        _ => {
            let door = Counted::at_most(config.limits.connections);
            doors.spawn(open(bounded(diary, &config, handle).acceptor(door), router));
        }
    }
    if let (Some(listener), Some(tls)) = (taking_in, &tls) {
        let door = RustlsAcceptor::new(tls.taking_in.clone()).acceptor(Counted::at_most(config.limits.connections));
        let router = doors::taking_in(Arc::clone(served));
        let handle = Handle::with_control(control.clone());
        doors.spawn(open(bounded(listener, &config, handle).acceptor(door), router));
    }
    let mut signals = Signals::new()?;
    loop {
        tokio::select! {
            told = signals.next() => match told {
                Told::Stop => break,
                Told::Reload => reload(start, served, tls.as_ref()),
            },
            // A door that cannot be kept open ends the server, which its unit starts again.
            ended = doors.join_next() => {
                control.shutdown();
                let why = ended.and_then(std::result::Result::ok).and_then(std::result::Result::err);
                let why = why.map(|cause| crate::error::reason(&cause)).unwrap_or_default();
                return Err(Error::environment(format!("дверь сервера закрылась: {why}")).next("запустите его снова"));
            }
        }
    }
    served.log(Level::Info, "stopping", &[("connections", control.connection_count().into())]);
    control.graceful_shutdown(Some(FINISHED));
    while doors.join_next().await.is_some() {}
    Ok(())
}

/// A server with what nobody may have more of.
fn bounded(listener: TcpListener, config: &Config, handle: Handle<SocketAddr>) -> Server<SocketAddr> {
    let limits = config.limits;
    let mut server = Server::from_listener(listener).handle(handle).http1_only();
    server.http_builder().http1().header_read_timeout(limits.idle()).max_headers(64).max_buf_size(32 * 1024);
    server.first_request_timeout(limits.first_request())
}

async fn open<A>(server: Server<SocketAddr, A>, router: Router) -> std::io::Result<()>
where
    A: axum_server::accept::Accept<
            tokio::net::TcpStream,
            axum::middleware::AddExtension<Router, axum::extract::ConnectInfo<SocketAddr>>,
        > + Clone
        + Send
        + Sync
        + 'static,
    A::Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
    A::Service: axum_server::service::SendService<axum::http::Request<hyper::body::Incoming>> + Send,
    A::Future: Send,
{
    server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
}

/// Takes up the settings and the certificate that lie there now. Where they are at fault, the ones before go on.
fn reload(start: &Start, served: &Served, tls: Option<&certificate::Doors>) {
    let taken_up = Config::read(&start.settings).and_then(|config| {
        tls.map_or(Ok(()), |tls| tls.reload(&config))?;
        Ok(config)
    });
    match taken_up {
        Ok(config) => {
            let before = served.config();
            let config = config.bound(before.diary, before.taking_in);
            let stays = (&config.journal, &config.identity, config.diary, config.taking_in, config.lan_only);
            let same = stays == (&before.journal, &before.identity, before.diary, before.taking_in, before.lan_only);
            served.reconfigure(config);
            v1::announce(served);
            // Doors, journal and key are those of the start.
            served.log(Level::Info, "reloaded", &[("restart_needed", (!same).into())]);
        }
        Err(error) => {
            served.log(Level::Warning, "not_reloaded", &[("why", error.message().into())]);
        }
    }
}

/// What the server is told.
enum Told {
    Stop,
    #[cfg_attr(not(unix), allow(dead_code))]
    Reload,
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|cause| {
                Error::environment(format!("сервер не слышит сигналов: {}", crate::error::reason(&cause)))
                    .next("запустите его снова")
            })
        };
        let (terminate, interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt, hangup: listen(SignalKind::hangup())? })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.hangup.recv() => Told::Reload,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Told {
        // Where it cannot be waited for, the server runs until it is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Told::Stop
    }
}
