//! Web addresses whose name is written in Russian. People read `https://дневник.школа.рф`; browsers, mail programs and
//! certificates know it only as it is registered, in ASCII.

/// An address with its name in ASCII, as browsers send it (RFC 5891): `https://пример.рф:8443/week` is
/// `https://xn--e1afmkfd.xn--p1ai:8443/week`. A scheme, a port and a path stay as they are, and so does what is no name.
pub fn in_ascii(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
    let before = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    match idna::domain_to_ascii(host) {
        // A name that has ASCII alone is as it was typed.
        Ok(name) if !host.is_ascii() => format!("{before}{name}{port}{path}"),
        _ => address.to_owned(),
    }
}

/// Whether an address is of this very machine, where nobody is between: `http://127.0.0.1:7380`.
pub fn is_of_this_machine(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next(),
        None => authority.split(':').next(),
    };
    let is_loopback = |host: &str| host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    host.is_some_and(|host| host == "localhost" || is_loopback(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_russian_is_what_browsers_send() {
        for (typed, sent) in [
            ("https://пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
            ("https://Пример.РФ:8443/week?n=1", "https://xn--e1afmkfd.xn--p1ai:8443/week?n=1"),
            ("пример.рф:443", "xn--e1afmkfd.xn--p1ai:443"),
        ] {
            assert_eq!(in_ascii(typed), sent);
        }
    }

    #[test]
    fn an_address_of_this_machine_is_told_from_others() {
        for here in ["http://127.0.0.1:7380", "http://localhost/a", "http://[::1]:7380", "127.0.0.2"] {
            assert!(is_of_this_machine(here), "{here}");
        }
        for elsewhere in ["http://localhost.example.ru", "http://10.0.0.1", "http://127.0.0.1@x.ru", "", "http://[::2]"]
        {
            assert!(!is_of_this_machine(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn what_is_in_ascii_or_no_name_stays_as_it_is() {
        for typed in ["https://Dnevnik.school.example:8443", "http://127.0.0.1:8880", "https://[::1]:8443/x", "", "://"]
        {
            assert_eq!(in_ascii(typed), typed);
        }
    }
}
