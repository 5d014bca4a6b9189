//! The way to a witness over the network (cargo feature `district`), through the client that the `object_store` crate brings.

use super::protocol::{LARGEST, Reply, Way};
use crate::error::{Error, Result};
use crate::files;
use crate::school::is_of_this_machine;
use hyper::http::{Method, Request};
use object_store::client::{HttpClient, HttpConnector, ReqwestConnector};
use object_store::{Certificate, ClientOptions};
use std::path::Path;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long a connection is waited for,
const CONNECT: Duration = Duration::from_secs(10);
/// and how long an answer.
const ANSWER: Duration = Duration::from_secs(30);

/// The network.
pub struct Network {
    runtime: Runtime,
    options: ClientOptions,
}

impl Network {
    /// Makes ready to ask; an authority of one's own (PEM) is believed beside those that the system trusts.
    ///
    /// # Errors
    /// A certificate that does not read.
    pub fn new(authority: Option<&Path>) -> Result<Self> {
        let agent = concat!("letopis/", env!("CARGO_PKG_VERSION"));
        let agent = agent.parse().expect("a name and a number are plain");
        let mut options =
            ClientOptions::new().with_user_agent(agent).with_connect_timeout(CONNECT).with_timeout(ANSWER);
        if let Some(path) = authority {
            let pem = files::read_named(path, files::LARGEST_TEXT)
                .map_err(|cause| Error::file("прочитать сертификат удостоверяющего центра", path, &cause))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|cause| {
                Error::input(format!("«{}» — не сертификат: {cause}", path.display()))
                    .next("укажите сертификат удостоверяющего центра свидетеля (PEM)")
            })?;
            for certificate in certificates {
                options = options.with_root_certificate(certificate);
            }
        }
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|cause| {
            Error::environment(format!("не удалось начать работу с сетью: {cause}")).next("повторите").caused_by(cause)
        })?;
        Ok(Self { runtime, options })
    }

    async fn ask(&self, url: &str, body: &str) -> std::result::Result<Reply, String> {
        // Between here and here nobody reads; anywhere else there is TLS, or no question.
        let options = self.options.clone().with_allow_http(is_of_this_machine(url));
        let client = ReqwestConnector::default().connect(&options).map_err(|cause| cause.to_string())?;
        let request = Request::builder().method(Method::POST).uri(url).header("content-type", "text/plain");
        let request = request.body(body.to_owned().into()).map_err(|_| format!("недопустимый адрес «{url}»"))?;
        let answer = HttpClient::execute(&client, request).await.map_err(|cause| deepest(&cause))?;
        let status = answer.status().as_u16();
        let body = axum::body::Body::from_stream(answer.into_body().bytes_stream());
        let body = axum::body::to_bytes(body, LARGEST).await;
        let body = body.map_err(|cause| format!("ответ оборван или слишком длинный: {cause}"))?;
        Ok(Reply { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

impl Way for Network {
    fn post(&self, url: &str, body: &str) -> std::result::Result<Reply, String> {
        self.runtime.block_on(self.ask(url, body))
    }
}

/// What lies at the bottom of an error.
fn deepest(cause: &dyn std::error::Error) -> String {
    let mut at = cause;
    while let Some(below) = at.source() {
        at = below;
    }
    at.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::crypto::ring;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Arc;

    /// Answers every connection with these bytes once its request has come, over TLS where there is a certificate. The port.
    fn answering(answer: Vec<u8>, tls: Option<Arc<ServerConfig>>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(std::result::Result::ok) {
                let mut request = [0; 4096];
                let mut talk = |stream: &mut dyn ReadWrite| {
                    let read = stream.read(&mut request).unwrap_or_default();
                    if read > 0 && stream.write_all(&answer).is_ok() {
                        let _ = stream.flush();
                    }
                };
                match &tls {
                    None => talk(&mut { stream }),
                    Some(tls) => {
                        let server = ServerConnection::new(Arc::clone(tls)).unwrap();
                        talk(&mut StreamOwned::new(server, stream));
                    }
                }
            }
        });
        port
    }

    trait ReadWrite: Read + Write {}
    impl<S: Read + Write> ReadWrite for S {}

    fn http(status: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[test]
    fn an_answer_of_any_status_is_one_and_no_longer_than_may_be() {
        let network = Network::new(None).unwrap();
        let ask = |answer: Vec<u8>| {
            network.post(&format!("http://127.0.0.1:{}/add-checkpoint", answering(answer, None)), "old 0\n")
        };
        let reply = |status, body: &str| Ok(Reply { status, body: body.to_owned() });
        assert_eq!(ask(http("200 OK", "— w AAAA\n")), reply(200, "— w AAAA\n"));
        assert_eq!(ask(http("409 Conflict", "7\n")), reply(409, "7\n"));
        let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nabc".to_vec();
        assert!(ask(cut).unwrap_err().contains("оборван"));
        assert!(ask(http("200 OK", &"A".repeat(LARGEST + 1))).unwrap_err().contains("слишком длинный"));
        assert!(ask(b"no http\r\n\r\n".to_vec()).is_err());
    }

    #[test]
    fn without_tls_nobody_is_asked_but_this_machine() {
        let network = Network::new(None).unwrap();
        // The name leads nowhere: it is not even looked up.
        let refused = network.post("http://witness.invalid/add-checkpoint", "old 0\n").unwrap_err();
        assert!(refused.contains("scheme"), "{refused}");
    }

    #[test]
    fn an_authority_of_ones_own_is_believed_where_it_is_named() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate =
            rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .unwrap();
        let url =
            format!("https://localhost:{}/add-checkpoint", answering(http("200 OK", "да\n"), Some(Arc::new(config))));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().canonicalize().unwrap().join("ca.pem");
        std::fs::write(&file, certificate.pem()).unwrap();
        let believing = Network::new(Some(&file)).unwrap().post(&url, "old 0\n");
        assert_eq!(believing, Ok(Reply { status: 200, body: "да\n".to_owned() }));
        assert!(Network::new(None).unwrap().post(&url, "old 0\n").is_err(), "nobody vouches for it");
        std::fs::write(&file, "no certificate").unwrap();
        assert!(Network::new(Some(&file)).is_err() || Network::new(Some(&file)).unwrap().post(&url, "").is_err());
    }
}
