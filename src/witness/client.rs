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
