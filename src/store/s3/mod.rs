//! A place over S3, through the `object_store` crate (cargo feature `district`).
//!
//! The crate puts, reads and lists, with conditions and in parts. What it has no word for (versions, object lock, uploads that
//! were left in the middle) is asked with requests of our own, signed by the crate and sent by its client ([`asked`]). It is told
//! to try nothing again: [`super::patient`] does, and says so.

mod asked;
mod fault;

use super::place::{Answer, Fault, Piece, Place, Put, Tag, Upload};
use super::settings::S3;
use crate::error::{Error, Result};
use asked::Asked;
use fault::fault;
use object_store::aws::{AmazonS3, AmazonS3Builder, AwsCredential, Checksum};
use object_store::client::{HttpConnector, ReqwestConnector};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path as Key;
use object_store::{
    Certificate, ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
    RetryConfig, StaticCredentialProvider, UpdateVersion,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long a connection is waited for.
const CONNECT: Duration = Duration::from_secs(10);

/// A bucket.
pub struct S3Place {
    runtime: Runtime,
    store: AmazonS3,
    asked: Asked,
    /// The folder in the bucket that all is under; empty, or ends in `/`.
    prefix: String,
    shown: String,
}

impl S3Place {
    /// Makes ready to ask a bucket; nothing is asked yet.
    ///
    /// # Errors
    /// Credentials that are not there; a certificate that does not read.
    pub fn open(settings: &S3) -> Result<Self> {
        let wrong = |cause: object_store::Error| {
            Error::input(format!("настройки хранилища не годятся: {cause}")).next("исправьте раздел [s3]")
        };
        let keys = settings.keys()?;
        let mut options = ClientOptions::new()
            .with_connect_timeout(CONNECT)
            .with_timeout(settings.timeout)
            .with_allow_http(settings.is_here());
        if let Some(authority) = settings.authority()? {
            for certificate in Certificate::from_pem_bundle(&authority).map_err(wrong)? {
                options = options.with_root_certificate(certificate);
            }
        }
        let credential = || AwsCredential {
            key_id: keys.id.clone(),
            secret_key: keys.secret.to_string(),
            token: keys.token.as_ref().map(|token| token.to_string()),
        };
        let mut builder = AmazonS3Builder::new()
            .with_endpoint(&settings.endpoint)
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_credentials(Arc::new(StaticCredentialProvider::new(credential())))
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
            .with_allow_http(settings.is_here())
            .with_client_options(options.clone());
        if settings.checksums {
            builder = builder.with_checksum_algorithm(Checksum::SHA256);
        }
        let client = ReqwestConnector::default().connect(&options).map_err(wrong)?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|cause| {
            Error::environment(format!("не удалось начать работу с сетью: {cause}")).next("повторите").caused_by(cause)
        })?;
        Ok(Self {
            runtime,
            store: builder.build().map_err(wrong)?,
            asked: Asked::new(client, credential(), settings),
            prefix: settings.prefix.as_deref().map_or_else(String::new, |prefix| format!("{prefix}/")),
            shown: format!("корзина {} на {}", settings.bucket, settings.endpoint),
        })
    }

    fn key(&self, key: &str) -> Answer<Key> {
        Key::parse(format!("{}{key}", self.prefix)).map_err(|_| Fault::lasting(format!("недопустимое имя «{key}»")))
    }

    fn put(&self, key: &str, bytes: &[u8], mode: PutMode) -> Answer<Put> {
        let key = self.key(key)?;
        let options = PutOptions { mode, ..PutOptions::default() };
        match self.runtime.block_on(self.store.put_opts(&key, PutPayload::from(bytes.to_vec()), options)) {
            Ok(put) => put.e_tag.map(|tag| Put::Done(Tag(tag))).ok_or_else(no_tag),
            // A 409 is somebody else at the same moment: whoever asks looks at what stands there.
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(Put::Taken),
            Err(error) => Err(fault(&error)),
        }
    }

    fn piece(&self, key: &Key, from: u64, length: u64) -> object_store::Result<Option<Piece>> {
        let range = Some(GetRange::Bounded(from..from.saturating_add(length)));
        let got = self.runtime.block_on(async {
            let got = self.store.get_opts(key, GetOptions { range, ..GetOptions::default() }).await?;
            let meta = got.meta.clone();
            Ok((meta, got.bytes().await?))
        });
        match got {
            Ok((meta, bytes)) => {
                let tag = Tag(meta.e_tag.unwrap_or_default());
                Ok(Some(Piece { bytes: bytes.to_vec(), size: meta.size, tag }))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn no_tag() -> Fault {
    Fault::lasting("хранилище не называет ETag записанного")
}

impl Place for S3Place {
    fn name(&self) -> String {
        self.shown.clone()
    }

    fn get(&self, key: &str, from: u64, length: u64) -> Answer<Option<Piece>> {
        let key = self.key(key)?;
        match self.piece(&key, from, length) {
            Ok(piece) => Ok(piece),
            // Of an empty file, and beyond the end of any, no range can be asked for.
            Err(error) if fault::status(&error) == Some(416) => {
                let head = self.runtime.block_on(self.store.head(&key)).map_err(|error| fault(&error))?;
                let tag = Tag(head.e_tag.unwrap_or_default());
                Ok(Some(Piece { bytes: Vec::new(), size: head.size, tag }))
            }
            Err(error) => Err(fault(&error)),
        }
    }

    fn put_new(&self, key: &str, bytes: &[u8]) -> Answer<Put> {
        self.put(key, bytes, PutMode::Create)
    }

    fn put_over(&self, key: &str, bytes: &[u8], tag: &Tag) -> Answer<Put> {
        self.put(key, bytes, PutMode::Update(UpdateVersion { e_tag: Some(tag.0.clone()), version: None }))
    }

    fn begin<'p>(&'p self, key: &str) -> Answer<Box<dyn Upload + 'p>> {
        let key = self.key(key)?;
        let id = self.runtime.block_on(self.store.create_multipart(&key)).map_err(|error| fault(&error))?;
        Ok(Box::new(InParts { place: self, key, id, parts: BTreeMap::new() }))
    }

    fn sweep(&self, folder: &str) -> Answer<usize> {
        let left = self.runtime.block_on(self.asked.uploads(&format!("{}{folder}/", self.prefix)))?;
        for (key, id) in &left {
            let key = Key::parse(key).map_err(|_| Fault::lasting(format!("недопустимое имя «{key}»")))?;
            match self.runtime.block_on(self.store.abort_multipart(&key, id)) {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(fault(&error)),
            }
        }
        Ok(left.len())
    }

    fn remove(&self, key: &str) -> Answer<()> {
        match self.runtime.block_on(self.store.delete(&self.key(key)?)) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(&error)),
        }
    }

    fn list(&self, folder: &str, each: &mut dyn FnMut(&str, u64)) -> Answer<()> {
        let under = format!("{}{folder}", self.prefix);
        let under = if folder.is_empty() { under } else { format!("{under}/") };
        let mut page_token = None;
        loop {
            let options = PaginatedListOptions { page_token, ..PaginatedListOptions::default() };
            let prefix = Some(under.as_str()).filter(|under| !under.is_empty());
            let page =
                self.runtime.block_on(self.store.list_paginated(prefix, options)).map_err(|error| fault(&error))?;
            for meta in &page.result.objects {
                if let Some(key) = meta.location.as_ref().strip_prefix(&self.prefix) {
                    each(key, meta.size);
                }
            }
            page_token = page.page_token;
            if page_token.is_none() {
                return Ok(());
            }
        }
    }

    fn keeps_versions(&self) -> Answer<bool> {
        self.runtime.block_on(self.asked.keeps_versions())
    }

    fn locks(&self) -> Answer<bool> {
        self.runtime.block_on(self.asked.locks())
    }

    fn lock(&self, key: &str, until: chrono::NaiveDate, strict: bool) -> Answer<()> {
        let key = self.key(key)?;
        self.runtime.block_on(self.asked.lock(key.as_ref(), until, strict))
    }

    fn locked(&self, key: &str) -> Answer<Option<chrono::DateTime<chrono::Utc>>> {
        let key = self.key(key)?;
        self.runtime.block_on(self.asked.locked(key.as_ref()))
    }

    fn erase(&self, folder: &str, keep: &str) -> Answer<usize> {
        let keep = format!("{}{keep}", self.prefix);
        let mut versions = self.runtime.block_on(self.asked.versions(&format!("{}{folder}/", self.prefix)))?;
        versions.retain(|(key, _)| *key != keep);
        for (key, version) in &versions {
            self.runtime.block_on(self.asked.remove(key, version))?;
        }
        Ok(versions.len())
    }
}

/// A long file on its way.
struct InParts<'p> {
    place: &'p S3Place,
    key: Key,
    id: String,
    parts: BTreeMap<usize, PartId>,
}

impl Upload for InParts<'_> {
    fn part(&mut self, number: usize, bytes: &[u8]) -> Answer<()> {
        let sent = self.place.store.put_part(&self.key, &self.id, number, PutPayload::from(bytes.to_vec()));
        let part = self.place.runtime.block_on(sent).map_err(|error| fault(&error))?;
        self.parts.insert(number, part);
        Ok(())
    }

    fn complete(&mut self) -> Answer<()> {
        let parts = self.parts.values().cloned().collect();
        let ended = self.place.store.complete_multipart(&self.key, &self.id, parts);
        self.place.runtime.block_on(ended).map(drop).map_err(|error| fault(&error))
    }

    fn abort(&mut self) -> Answer<()> {
        match self.place.runtime.block_on(self.place.store.abort_multipart(&self.key, &self.id)) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(&error)),
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
