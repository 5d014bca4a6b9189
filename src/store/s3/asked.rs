//! Requests for which the `object_store` crate has no word: whether a bucket keeps versions and locks objects, locking one, and
//! the uploads that were left in the middle. They are signed by the crate (`AwsAuthorizer`) and sent by its own client.

use super::fault::{of_status, of_transport};
use crate::store::place::{Answer, Fault};
use crate::store::settings::S3;
use base64ct::{Base64, Encoding};
use chrono::{DateTime, NaiveDate, Utc};
use hyper::http::{HeaderMap, Method, Request};
use md5::{Digest, Md5};
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::HttpClient;
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;

/// Answers to these requests are no longer.
const LARGEST: usize = 16 * 1024 * 1024;

/// So many pages of a listing are read at most.
const PAGES: usize = 1000;

/// Who asks.
pub(super) struct Asked {
    client: HttpClient,
    credential: AwsCredential,
    region: String,
    bucket: String,
}

impl Asked {
    pub fn new(client: HttpClient, credential: AwsCredential, settings: &S3) -> Self {
        let bucket = format!("{}/{}", settings.endpoint.trim_end_matches('/'), settings.bucket);
        Self { client, credential, region: settings.region.clone(), bucket }
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Answer<(u16, String)> {
        let (status, _, body) = self.answer(method, path, body).await?;
        Ok((status, body))
    }

    async fn answer(&self, method: Method, path: &str, body: String) -> Answer<(u16, HeaderMap, String)> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.bucket));
        if !body.is_empty() {
            request = request.header("content-md5", Base64::encode_string(&Md5::digest(body.as_bytes())));
        }
        let mut request =
            request.body(body.into()).map_err(|_| Fault::lasting(format!("недопустимое имя «{path}»")))?;
        AwsAuthorizer::new(&self.credential, "s3", &self.region).authorize(&mut request, None);
        let answer = HttpClient::execute(&self.client, request).await.map_err(|cause| of_transport(&deep(&cause)))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.into_body().bytes().await.map_err(|cause| of_transport(&deep(&cause)))?;
        if body.len() > LARGEST {
            return Err(Fault::lasting("ответ хранилища длиннее, чем бывает"));
        }
        Ok((status, headers, String::from_utf8_lossy(&body).into_owned()))
    }

    /// Whether the bucket keeps what is put over.
    pub async fn keeps_versions(&self) -> Answer<bool> {
        let (status, body) = self.ask(Method::GET, "?versioning", String::new()).await?;
        match status {
            200 => Ok(leaves(&body).iter().any(|(name, text)| name == "Status" && text == "Enabled")),
            // It does not know the question.
            404 | 405 | 501 if !body.contains("NoSuchBucket") => Ok(false),
            status => Err(of_status(status, &body)),
        }
    }

    /// Whether objects of the bucket can be locked.
    pub async fn locks(&self) -> Answer<bool> {
        let (status, body) = self.ask(Method::GET, "?object-lock", String::new()).await?;
        match status {
            200 => Ok(leaves(&body).iter().any(|(name, text)| name == "ObjectLockEnabled" && text == "Enabled")),
            400 | 404 | 405 | 501 if !body.contains("NoSuchBucket") => Ok(false),
            status => Err(of_status(status, &body)),
        }
    }

    /// Locks what stands under a key until a day.
    pub async fn lock(&self, key: &str, until: NaiveDate, strict: bool) -> Answer<()> {
        let mode = if strict { "COMPLIANCE" } else { "GOVERNANCE" };
        let body = format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{mode}</Mode>\
             <RetainUntilDate>{until}T00:00:00Z</RetainUntilDate></Retention>"
        );
        let (status, body) = self.ask(Method::PUT, &format!("/{}?retention", path(key)), body).await?;
        if (200..300).contains(&status) { Ok(()) } else { Err(of_status(status, &body)) }
    }

    /// Until when what stands under a key is locked, where whoever asks may know it.
    pub async fn locked(&self, key: &str) -> Answer<Option<DateTime<Utc>>> {
        let (status, headers, _) = self.answer(Method::HEAD, &format!("/{}", path(key)), String::new()).await?;
        match status {
            200 => {
                let until = headers.get("x-amz-object-lock-retain-until-date").and_then(|until| until.to_str().ok());
                let read = |until| DateTime::parse_from_rfc3339(until).map(|until| until.to_utc());
                until.map(read).transpose().map_err(|_| Fault::lasting("срок запрета на удаление не читается"))
            }
            404 => Ok(None),
            status => Err(of_status(status, "")),
        }
    }

    /// Keys and ids of all versions below a folder, marks of removal among them.
    pub async fn versions(&self, folder: &str) -> Answer<Vec<(String, String)>> {
        let (mut found, mut after) = (Vec::new(), String::new());
        for _ in 0..PAGES {
            let asked = format!("?{after}prefix={}&versions", quoted(folder));
            let (status, body) = self.ask(Method::GET, &asked, String::new()).await?;
            if status != 200 {
                return Err(of_status(status, &body));
            }
            let leaves = leaves(&body);
            let all = |wanted: &str| {
                leaves.iter().filter(|(name, _)| name == wanted).map(|(_, text)| text.clone()).collect::<Vec<_>>()
            };
            found.extend(all("Key").into_iter().zip(all("VersionId")).filter(|(key, _)| key.starts_with(folder)));
            let next = |name: &str| all(name).into_iter().next().filter(|text| !text.is_empty());
            match (next("IsTruncated").as_deref(), next("NextKeyMarker"), next("NextVersionIdMarker")) {
                (Some("true"), Some(key), Some(id)) => {
                    after = format!("key-marker={}&version-id-marker={}&", quoted(&key), quoted(&id));
                }
                _ => break,
            }
        }
        Ok(found)
    }

    /// Removes one version of what stands, or stood, under a key.
    pub async fn remove(&self, key: &str, version: &str) -> Answer<()> {
        let asked = format!("/{}?versionId={}", path(key), quoted(version));
        let (status, body) = self.ask(Method::DELETE, &asked, String::new()).await?;
        match status {
            200..300 | 404 => Ok(()),
            status => Err(of_status(status, &body)),
        }
    }

    /// Keys and ids of uploads below a folder that have not ended.
    pub async fn uploads(&self, folder: &str) -> Answer<Vec<(String, String)>> {
        let (mut found, mut after) = (Vec::new(), String::new());
        for _ in 0..PAGES {
            let (status, body) =
                self.ask(Method::GET, &format!("?prefix={}{after}&uploads", quoted(folder)), String::new()).await?;
            if status != 200 {
                return Err(of_status(status, &body));
            }
            let leaves = leaves(&body);
            let all = |wanted: &str| {
                leaves.iter().filter(|(name, _)| name == wanted).map(|(_, text)| text.clone()).collect::<Vec<_>>()
            };
            // Not every store holds to the prefix.
            found.extend(all("Key").into_iter().zip(all("UploadId")).filter(|(key, _)| key.starts_with(folder)));
            let next = |name: &str| all(name).into_iter().next().filter(|text| !text.is_empty());
            match (next("IsTruncated").as_deref(), next("NextKeyMarker"), next("NextUploadIdMarker")) {
                (Some("true"), Some(key), Some(id)) => {
                    after = format!("&key-marker={}&upload-id-marker={}", quoted(&key), quoted(&id));
                }
                _ => break,
            }
        }
        Ok(found)
    }
}

/// An error and those below it.
fn deep(cause: &dyn std::error::Error) -> String {
    let mut words = cause.to_string();
    let mut below = cause.source();
    while let Some(source) = below {
        words += &format!(": {source}");
        below = source.source();
    }
    words
}

/// The texts of an XML document's innermost elements, in their order.
fn leaves(xml: &str) -> Vec<(String, String)> {
    let (mut reader, mut leaves, mut open) = (Reader::from_str(xml), Vec::new(), None::<(String, String)>);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => open = Some((start.local_name().as_ref().to_owned(), String::new())),
            Ok(Event::Text(text)) => {
                if let Some((_, so_far)) = &mut open {
                    so_far.push_str(&text.xml10_content());
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                if let Some((_, so_far)) = &mut open {
                    so_far.push_str(resolve_xml_entity(&reference).unwrap_or_default());
                    so_far.extend(reference.resolve_char_ref().ok().flatten());
                }
            }
            Ok(Event::End(_)) => leaves.extend(open.take()),
            Ok(Event::Eof) | Err(_) => return leaves,
            Ok(_) => {}
        }
    }
}

/// A key as it stands in an address.
fn path(key: &str) -> String {
    key.split('/').map(quoted).collect::<Vec<_>>().join("/")
}

/// As it stands in a query.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_taken_apart() {
        let xml = "<?xml version=\"1.0\"?><A><Upload><Key>a&amp;b</Key><UploadId>1</UploadId></Upload><X/></A>";
        let leaves = leaves(xml);
        assert_eq!(leaves[1], ("UploadId".to_owned(), "1".to_owned()));
        assert_eq!(quoted("a/b +"), "a%2Fb%20%2B");
    }
}
