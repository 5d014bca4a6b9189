//! Who asks: the address from which a request comes, and whether it is meant for this server.
//!
//! Behind a proxy every request comes from the proxy, which names whom it speaks for in `X-Forwarded-For`. Anybody can write
//! that header, so it counts only where a proxy of ours has sent it, and only as far back as our own proxies vouch for it.

use super::Served;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The address from which a request comes. It is for counting and slowing, and is written down nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().copied().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Whether a request was handed on by a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forwarded(pub bool);

/// Finds out who asks; at the diary's door.
pub async fn behind_proxy(
    State(served): State<Arc<Served>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let config = served.config();
    if !is_meant(request.uri().authority().map(|name| name.as_str()), request.headers(), &config.hosts()) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let client = client(peer.ip(), request.headers(), &config.trusted_proxy);
    let forwarded = request.headers().contains_key("x-forwarded-for") || request.headers().contains_key("forwarded");
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(Forwarded(forwarded));
    next.run(request).await
}

/// Finds out who asks; at the door that no proxy stands before.
pub async fn direct(ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Client(peer.ip().to_canonical()));
    next.run(request).await
}

/// The last address that our own proxies have not written themselves.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> Client {
    let is_ours = |address: &IpAddr| trusted.iter().any(|known| known.to_canonical() == *address);
    let mut last = peer.to_canonical();
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().map(|line| line.to_str().unwrap_or("?")).collect();
    for named in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_ours(&last) {
            break;
        }
        match named.trim().parse::<IpAddr>() {
            Ok(address) => last = address.to_canonical(),
            Err(_) => break,
        }
    }
    Client(last)
}

/// Whether a request names one of these hosts, once. A name that somebody else has pointed here is not ours.
fn is_meant(target: Option<&str>, headers: &HeaderMap, ours: &[String]) -> bool {
    let is_ours = |name: &str| ours.iter().any(|known| known.eq_ignore_ascii_case(name));
    let mut named = headers.get_all(header::HOST).iter();
    let (host, again) = (named.next().and_then(|host| host.to_str().ok()), named.next().is_some());
    host.is_some_and(is_ours) && !again && target.is_none_or(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(name: &'static str, lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, HeaderValue::from_static(line));
        }
        headers
    }

    #[test]
    fn a_forwarded_address_counts_only_where_our_own_proxy_vouches_for_it() {
        let (proxy, second) = ("127.0.0.1", "10.0.0.2");
        for (peer, lines, expected) in [
            (proxy, &["203.0.113.7"][..], "203.0.113.7"),
            // Whoever asks has written the first himself.
            (proxy, &["1.2.3.4, 203.0.113.7"], "203.0.113.7"),
            (proxy, &["1.2.3.4", "203.0.113.7"], "203.0.113.7"),
            (proxy, &["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            (proxy, &["1.2.3.4, 203.0.113.7,10.0.0.2"], "203.0.113.7"),
            (proxy, &[], proxy),
            (proxy, &["unknown"], proxy),
            (proxy, &["1.2.3.4, unknown"], proxy),
            (proxy, &["::ffff:203.0.113.7"], "203.0.113.7"),
            ("::ffff:127.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            // Not our proxy: not believed.
            ("198.51.100.9", &["203.0.113.7"], "198.51.100.9"),
            ("198.51.100.9", &["127.0.0.1"], "198.51.100.9"),
        ] {
            let trusted: Vec<IpAddr> = [proxy, second].iter().map(|text| text.parse().unwrap()).collect();
            let found = client(peer.parse().unwrap(), &headers("x-forwarded-for", lines), &trusted);
            assert_eq!(found, Client(expected.parse().unwrap()), "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_name_that_was_pointed_here_is_not_ours() {
        let ours = ["dnevnik.school.example".to_owned(), "127.0.0.1:8080".to_owned()];
        for (target, hosts, meant) in [
            (None, &["dnevnik.school.example"][..], true),
            (None, &["Dnevnik.School.Example"], true),
            (None, &["127.0.0.1:8080"], true),
            (None, &["127.0.0.1"], false),
            (None, &["evil.example"], false),
            (None, &["dnevnik.school.example.evil.example"], false),
            (None, &[], false),
            (None, &["dnevnik.school.example", "evil.example"], false),
            (Some("evil.example"), &["dnevnik.school.example"], false),
            (Some("dnevnik.school.example"), &["evil.example"], false),
        ] {
            assert_eq!(is_meant(target, &headers("host", hosts), &ours), meant, "{target:?} {hosts:?}");
        }
    }
}
