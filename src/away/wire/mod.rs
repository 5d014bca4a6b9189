//! The school's server as who takes in: HTTP/1.1 over TLS, to the address and the certificate that the stick was given.
//!
//! One connection is made for one hand-over. It waits three seconds for the server to be reached and a minute for all of it: a stick
//! that cannot reach it goes on working, and asks again later.

mod pinned;

use super::exchange::{
    Answer, Asked, Challenge, Code, Fault, Intake, LARGEST_ANSWER, LARGEST_BASE, LONGEST_ASK, VERSION,
};
use super::pins::Server;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

/// How the question itself is sent: a header for its text,
pub const ASK: &str = "letopis-ask";
/// and one for its signature.
pub const SIGNATURE: &str = "letopis-signature";

/// How long it waits for the server to be reached, and again for the handshake.
const CONNECT: Duration = Duration::from_secs(3);
/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(60);

/// A connection to the school's server.
pub struct Wire {
    runtime: Runtime,
    sender: SendRequest<Full<Bytes>>,
    host: String,
    until: Instant,
}

/// The host and the port of an address: `letopis.school.local:7443`, `192.168.1.5:7443`, `[fd00::5]:7443`.
pub fn host_and_port(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let named = host.strip_prefix('[').map_or(Some(host), |host| host.strip_suffix(']'))?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c) || (named.len() < host.len() && c == ':');
    let port: u16 = port.parse().ok()?;
    (port > 0 && !named.is_empty() && named.len() <= 253 && named.chars().all(is_host)).then_some((named, port))
}

fn unreachable(why: &str) -> Fault {
    Fault::new(Code::Unreachable, format!("школьный сервер недоступен: {why}"))
        .next("записи ждут на носителе; передайте их, когда сервер доступен, или за компьютером школы")
}

fn stranger(why: &str) -> Fault {
    Fault::new(Code::Stranger, format!("по адресу школьного сервера отвечает не он: {why}"))
        .next("ничего не передано; сообщите администратору школы")
}

impl Wire {
    /// Connects to a server.
    ///
    /// # Errors
    /// A server that does not answer, or is another than the one whose certificate is known.
    pub fn to(server: &Server) -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|cause| unreachable(&crate::error::reason(&cause)))?;
        let until = Instant::now() + WHOLE;
        let sender = runtime.block_on(connect(server))?;
        Ok(Self { runtime, sender, host: server.address.clone(), until })
    }

    /// Asks, and reads at most so much of the answer.
    fn ask(
        &mut self,
        path: &str,
        asked: Option<&Asked>,
        load: &[u8],
        most: usize,
    ) -> Result<(StatusCode, Vec<u8>), Fault> {
        let request = request(&self.host, path, asked, load)?;
        let Self { runtime, sender, until, .. } = self;
        runtime.block_on(async {
            let answering = async {
                sender.ready().await.map_err(|_| unreachable("соединение прервано"))?;
                let answer = sender.send_request(request).await.map_err(|_| unreachable("соединение прервано"))?;
                read(answer, most).await
            };
            timeout_at(*until, answering).await.map_err(|_| unreachable("ответ не пришёл за минуту"))?
        })
    }
}

async fn connect(server: &Server) -> Result<SendRequest<Full<Bytes>>, Fault> {
    let (host, port) =
        host_and_port(&server.address).ok_or_else(|| unreachable("адрес на носителе записан неверно"))?;
    let stream = timeout(CONNECT, TcpStream::connect((host, port))).await;
    let stream = stream.map_err(|_| unreachable("он не отвечает"))?;
    let stream = stream.map_err(|cause| unreachable(&crate::error::reason(&cause)))?;
    let config = pinned::config(server.certificate).map_err(|cause| unreachable(&cause.to_string()))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| unreachable("адрес на носителе записан неверно"))?;
    let secured = timeout(CONNECT, TlsConnector::from(Arc::new(config)).connect(name, stream)).await;
    let secured = secured.map_err(|_| unreachable("он не отвечает"))?;
    let secured = secured.map_err(|cause| match cause.get_ref().and_then(|cause| cause.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(_)) => stranger("у него другой сертификат"),
        Some(_) => stranger("защищённое соединение с ним не складывается"),
        None => unreachable("соединение прервано"),
    })?;
    let (sender, connection) = http1::Builder::new()
        .max_headers(64)
        .handshake(TokioIo::new(secured))
        .await
        .map_err(|_| unreachable("соединение прервано"))?;
    // Whatever ends it, the next question says so.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

fn request(host: &str, path: &str, asked: Option<&Asked>, load: &[u8]) -> Result<Request<Full<Bytes>>, Fault> {
    let mut request = Request::post(format!("/v{VERSION}/{path}"))
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/jsonl");
    if let Some(asked) = asked.filter(|asked| asked.text.len() <= LONGEST_ASK) {
        request = request.header(ASK, &asked.text).header(SIGNATURE, &asked.signature);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(load)));
    request.map_err(|_| unreachable("адрес на носителе записан неверно"))
}

/// The answer, as far as it may be read.
async fn read(mut answer: Response<Incoming>, most: usize) -> Result<(StatusCode, Vec<u8>), Fault> {
    let mut bytes = Vec::new();
    while let Some(frame) = answer.frame().await {
        let frame = frame.map_err(|_| unreachable("соединение прервано"))?;
        let Some(part) = frame.data_ref() else { continue };
        if bytes.len() + part.len() > most {
            return Err(stranger("он прислал больше, чем бывает"));
        }
        bytes.extend_from_slice(part);
    }
    Ok((answer.status(), bytes))
}

/// What an answer that tells of a fault says.
fn fault(status: StatusCode, text: &[u8]) -> Fault {
    Fault::read(text).unwrap_or_else(|| match status {
        StatusCode::NOT_FOUND => Fault::new(Code::Other, "школьный сервер другой версии: он не принимает с носителей")
            .next("передайте записи за компьютером школы: программа на носителе обновится"),
        StatusCode::PAYLOAD_TOO_LARGE => Fault::new(Code::TooLarge, "школьный сервер не принимает столько за один раз")
            .next("передайте записи за компьютером школы"),
        status if status.is_server_error() => unreachable("он не справился с запросом"),
        _ => stranger("ответ не разобрать"),
    })
}

impl Intake for Wire {
    fn challenge(&mut self) -> Result<Challenge, Fault> {
        let (status, text) = self.ask("challenge", None, &[], LARGEST_ANSWER)?;
        match status {
            StatusCode::OK => Challenge::read(&text).ok_or_else(|| stranger("ответ не разобрать")),
            status => Err(fault(status, &text)),
        }
    }

    fn hand_over(&mut self, asked: &Asked, load: &[u8]) -> Result<Answer, Fault> {
        let (status, text) = self.ask("hand-over", Some(asked), load, LARGEST_ANSWER)?;
        match status {
            StatusCode::OK => Answer::read(&text).ok_or_else(|| stranger("ответ не разобрать")),
            status => Err(fault(status, &text)),
        }
    }

    fn base(&mut self, asked: &Asked) -> Result<Option<Vec<u8>>, Fault> {
        let (status, bytes) = self.ask("base", Some(asked), &[], LARGEST_BASE)?;
        match status {
            StatusCode::OK => Ok(Some(bytes)),
            StatusCode::NO_CONTENT => Ok(None),
            status => Err(fault(status, &bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::host_and_port;

    #[test]
    fn an_address_has_a_host_and_a_port() {
        assert_eq!(host_and_port("letopis.school.local:7443"), Some(("letopis.school.local", 7443)));
        assert_eq!(host_and_port("192.168.1.5:443"), Some(("192.168.1.5", 443)));
        assert_eq!(host_and_port("[fd00::5]:7443"), Some(("fd00::5", 7443)));
        for wrong in
            ["school", "school:", ":7443", "school:0", "school:70000", "fd00::5:1", "a/b:1", "a\nb:1", "[::1:1"]
        {
            assert_eq!(host_and_port(wrong), None, "{wrong}");
        }
    }
}
