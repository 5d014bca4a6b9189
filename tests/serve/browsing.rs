//! A reader who fetches pages with a session, and follows whatever leads on.

use super::{HOST, Server};
use letopis::journal::contacts::{Contacts, ReaderId};
use std::collections::BTreeMap;

/// Weeks beyond these are not followed: they never end.
const WEEKS: std::ops::RangeInclusive<&str> = "2025-08-25"..="2025-10-13";

/// A session of a reader.
pub struct Reading<'s> {
    server: &'s Server,
    /// The cookie, as a browser sends it.
    pub cookie: String,
}

impl<'s> Reading<'s> {
    /// Begins a session, as a code does at the entrance.
    pub fn begin(server: &'s Server, contacts: &Contacts, who: ReaderId) -> Self {
        let now = chrono::DateTime::parse_from_rfc3339("2025-09-26T14:00:00+03:00").unwrap();
        let token = contacts.begin_session(who, now).unwrap();
        Self { server, cookie: format!("__Host-letopis={token}") }
    }

    /// Status, heads and page.
    pub fn get(&self, path: &str) -> (u16, String, String) {
        self.server.get(path, &[("Cookie", &self.cookie)])
    }

    /// Sends an empty form, as the page itself does.
    pub fn post(&self, path: &str) -> (u16, String, String) {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {HOST}\r\nOrigin: https://{HOST}\r\nSec-Fetch-Site: same-origin\r\n\
             Cookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.cookie
        );
        self.server.raw(request.as_bytes())
    }

    /// Every page of the diary that can be come to, by its address.
    pub fn crawl(&self) -> BTreeMap<String, String> {
        let mut pages = BTreeMap::new();
        let mut left = vec!["/diary/0/week/2025-09-15".to_owned()];
        while let Some(address) = left.pop() {
            if pages.contains_key(&address) {
                continue;
            }
            let (status, heads, page) = self.get(&address);
            if (300..400).contains(&status) {
                let to = heads.lines().find_map(|head| head.strip_prefix("location: ")).unwrap_or_default();
                left.push(to.trim().to_owned());
                pages.insert(address, String::new());
                continue;
            }
            assert_eq!(status, 200, "{address}: {page}");
            left.extend(links(&page).filter(|link| link.starts_with("/diary/") && is_near(link)));
            pages.insert(address, page);
        }
        pages.retain(|_, page| !page.is_empty());
        pages
    }
}

fn links(page: &str) -> impl Iterator<Item = String> + '_ {
    page.split("<a ")
        .skip(1)
        .filter_map(|tag| Some(tag.split_once("href=\"")?.1.split_once('"')?.0.replace("&#38;", "&")))
}

fn is_near(address: &str) -> bool {
    address.split_once("/week/").is_none_or(|(_, monday)| WEEKS.contains(&monday))
}
