//! The way to the mail server, by SMTP (RFC 5321), kept open over many mails.
//!
//! What the server says is told by its code and words of ours: its own words may name the reader. Which fault ends a mail and
//! which passes depends on where it happens. Before a mail is offered, and when its sender is refused, no mail is to blame,
//! but our settings or the server: nothing can be sent then. An address that is refused for what it is ([`is_of_address`]) is
//! dead; what else the server refuses for good is given up, and everything else passes.

use super::settings::{Encryption, Settings};
use crate::error::{Error, Result};
use crate::files;
use crate::inform::outbox::{Answer, Post};
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, SmtpConnection, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use std::error::Error as _;

type Fault = lettre::transport::smtp::Error;

/// A mail server, as it is set.
pub struct Smtp {
    settings: Settings,
    tls: Option<TlsParameters>,
    login: Option<Credentials>,
    open: Option<SmtpConnection>,
    heard: Vec<String>,
}

impl Smtp {
    /// Makes ready to speak to the server; nothing is sent yet.
    ///
    /// # Errors
    /// A password, or a certificate of the school's own authority, that does not read.
    pub fn new(settings: &Settings) -> Result<Self> {
        let tls = if settings.tls == Encryption::None { None } else { Some(trust(settings)?) };
        let password = settings.password()?;
        let login =
            settings.user.clone().zip(password).map(|(user, password)| Credentials::new(user, password.to_string()));
        Ok(Self { settings: settings.clone(), tls, login, open: None, heard: Vec::new() })
    }

    /// What was done and heard on the way to the server, a line a step.
    pub fn heard(&self) -> &[String] {
        &self.heard
    }

    /// Makes sure that the server answers and lets us in.
    ///
    /// # Errors
    /// It does not.
    pub fn reach(&mut self) -> Result<()> {
        self.connect_anew()
            .map_err(|why| Error::environment(why).next("проверьте настройки почты и связь с почтовым сервером"))
    }

    /// Opens a connection where none is open.
    fn connect(&mut self) -> std::result::Result<(), String> {
        if self.open.is_some() {
            return Ok(());
        }
        let Settings { host, port, timeout, .. } = &self.settings;
        let hello = ClientId::Domain(self.settings.sender().domain().to_owned());
        let wrapped = self.tls.as_ref().filter(|_| self.settings.tls == Encryption::Tls);
        let failed = |fault: Fault| format!("сервер {host}:{port}: {}", said(&fault));
        let mut connection =
            SmtpConnection::connect((host.as_str(), *port), Some(*timeout), &hello, wrapped, None).map_err(failed)?;
        self.heard.push(format!("сервер {host}:{port} ответил"));
        if let (Encryption::StartTls, Some(tls)) = (self.settings.tls, &self.tls) {
            if !connection.can_starttls() {
                connection.abort();
                return Err(format!("сервер {host}:{port} не умеет STARTTLS: без TLS письма не передаются"));
            }
            connection.starttls(tls, &hello).map_err(failed)?;
        }
        if connection.is_encrypted() {
            self.heard.push("связь зашифрована, сертификат сервера проверен".to_owned());
        }
        if let Some(login) = &self.login {
            let refused = |fault: Fault| format!("сервер {host}:{port} не принял имя и пароль: {}", said(&fault));
            connection.auth(DEFAULT_MECHANISMS, login).map_err(refused)?;
            self.heard.push("имя и пароль приняты".to_owned());
        }
        self.open = Some(connection);
        Ok(())
    }

    /// One that has lain idle may have been closed by the server: then another is opened.
    fn connect_anew(&mut self) -> std::result::Result<(), String> {
        if self.open.as_mut().is_some_and(|open| open.command(Noop).is_err()) {
            self.open = None;
        }
        self.connect()
    }

    /// Ends a connection that is not to be trusted any more.
    fn drop_connection(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.abort();
        }
    }

    /// After an answer that ended a mail, the next one is begun anew.
    fn reset(&mut self, fault: &Fault) {
        // 421: the server is about to close.
        let stays = fault.status().is_some_and(|code| u16::from(code) != 421);
        if !stays || self.open.as_mut().is_none_or(|open| open.command(Rset).is_err()) {
            self.drop_connection();
        }
    }
}

impl Post for Smtp {
    fn offer(&mut self, address: &str, text: &[u8], before_data: &mut dyn FnMut() -> Result<()>) -> Result<Answer> {
        let Ok(to) = address.parse::<Address>() else {
            return Ok(Answer::Dead("адрес записан с ошибкой".to_owned()));
        };
        if let Err(why) = self.connect_anew() {
            self.drop_connection();
            return Ok(Answer::NoServer(why));
        }
        let Some(connection) = self.open.as_mut() else { return Ok(Answer::NoServer("связи нет".to_owned())) };
        let mut options = Vec::new();
        let sender = self.settings.sender().clone();
        if !(sender.to_string().is_ascii() && address.is_ascii()) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Ok(Answer::Never("почтовый сервер не принимает адресов не из латинских букв".to_owned()));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if let Err(fault) = connection.command(Mail::new(Some(sender), options)) {
            let answer = match fault.is_permanent() {
                true => Answer::NoServer(format!("сервер не принимает писем от этого отправителя: {}", said(&fault))),
                false => passing(&fault),
            };
            self.reset(&fault);
            return Ok(answer);
        }
        if let Err(fault) = connection.command(Rcpt::new(to, Vec::new())) {
            let answer = match fault.is_permanent() {
                true if is_of_address(&fault, true) => Answer::Dead(said(&fault)),
                true => Answer::Never(said(&fault)),
                false => passing(&fault),
            };
            self.reset(&fault);
            return Ok(answer);
        }
        before_data()?;
        let answer = connection.command(Data).and_then(|_| connection.message(text));
        Ok(match answer {
            Ok(_) => {
                self.heard.push("сервер принял письмо".to_owned());
                Answer::Taken
            }
            Err(fault) => {
                let answer = match fault.is_permanent() {
                    true if is_of_address(&fault, false) => Answer::Dead(said(&fault)),
                    true => Answer::Never(said(&fault)),
                    false => passing(&fault),
                };
                self.reset(&fault);
                answer
            }
        })
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        if let Some(mut open) = self.open.take() {
            let _ = open.quit();
        }
    }
}

fn trust(settings: &Settings) -> Result<TlsParameters> {
    let mut builder = TlsParametersBuilder::new(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let failed = |cause: &std::io::Error| Error::file("прочитать сертификат почты", path, cause);
        let pem = files::read_named(path, files::LARGEST_TEXT).map_err(|cause| failed(&cause))?;
        let authority = Certificate::from_pem(&pem).map_err(|cause| {
            Error::input(format!("в файле «{}» нет сертификата PEM", path.display()))
                .next("положите туда сертификат, которым подписан сертификат почтового сервера")
                .caused_by(cause)
        })?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    builder.build().map_err(|cause| {
        Error::environment("сертификаты, которым доверяет система, не читаются")
            .next("установите пакет ca-certificates или укажите свой сертификат в настройках почты")
            .caused_by(cause)
    })
}

/// What passes: put off, or not answered at all.
fn passing(fault: &Fault) -> Answer {
    if fault.is_transient() { Answer::Later(said(fault)) } else { Answer::Lost(said(fault)) }
}

/// The three numbers by which a server says what it means (RFC 3463), where it does.
fn enhanced(fault: &Fault) -> Option<(u16, u16, u16)> {
    let words = fault.source()?.to_string();
    let mut numbers = words.split_whitespace().next()?.split('.').map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(class @ (2 | 4 | 5))), Some(Ok(subject)), Some(Ok(detail)), None) => Some((class, subject, detail)),
        _ => None,
    }
}

/// Whether a final refusal says that there is nobody at the address: by its numbers (RFC 3463: bad mailbox, bad system,
/// moved, disabled) or, without them, by a code that says nothing else to RCPT.
fn is_of_address(fault: &Fault, to_rcpt: bool) -> bool {
    match enhanced(fault) {
        Some((5, 1, detail)) => !matches!(detail, 7 | 8),
        Some((5, 2, 1)) => true,
        Some(_) => false,
        None => to_rcpt && fault.status().is_some_and(|code| matches!(u16::from(code), 550 | 551 | 553)),
    }
}

/// What was said, without the server's own words.
fn said(fault: &Fault) -> String {
    if let Some(code) = fault.status() {
        let code = u16::from(code);
        let numbers =
            enhanced(fault).map(|(class, subject, detail)| format!(" {class}.{subject}.{detail}")).unwrap_or_default();
        let words = match (code, enhanced(fault)) {
            (_, Some((5, 1, 1 | 6))) => ": такого адреса нет",
            (_, Some((5, 1, 2))) => ": такого почтового узла нет",
            (_, Some((5, 2, 1))) => ": ящик отключён",
            (_, Some((_, 2, 2))) | (552, None) => ": ящик переполнен",
            (_, Some((_, 7, _))) => ": отказано по правилам сервера",
            (421, _) => ": сервер занят",
            (450..=452, _) => ": сервер просит повторить позже",
            (530 | 534 | 535 | 538, _) => ": вход отклонён",
            (550 | 551 | 553, None) => ": такого адреса нет",
            _ => "",
        };
        return format!("{code}{numbers}{words}");
    }
    let cause = io_behind(fault);
    match cause {
        _ if fault.is_timeout() => "сервер не ответил вовремя".to_owned(),
        Some(std::io::ErrorKind::WouldBlock) => "сервер не ответил вовремя".to_owned(),
        Some(std::io::ErrorKind::ConnectionRefused) => "в соединении отказано".to_owned(),
        Some(std::io::ErrorKind::InvalidData) => "сертификату сервера нельзя доверять".to_owned(),
        Some(_) => "связь прервалась".to_owned(),
        None if fault.is_response() => "связь прервалась до ответа сервера".to_owned(),
        None if fault.is_client() => "сервер не умеет того, что нужно".to_owned(),
        None => "сервер не найден или не отвечает".to_owned(),
    }
}

fn io_behind(fault: &Fault) -> Option<std::io::ErrorKind> {
    let mut source = fault.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = cause.source();
    }
    None
}
