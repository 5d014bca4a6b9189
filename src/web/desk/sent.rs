//! What a form with files sends, field by field.

use crate::error::{Error, Result};
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;

/// The bytes of a field, and whether there were more than are taken: then none of them.
///
/// # Errors
/// A form that breaks off.
pub async fn bytes(mut field: Field<'_>, longest: usize) -> std::result::Result<(Vec<u8>, bool), MultipartError> {
    let (mut bytes, mut is_too_long) = (Vec::new(), false);
    while let Some(chunk) = field.chunk().await? {
        is_too_long |= bytes.len() + chunk.len() > longest;
        match is_too_long {
            true => bytes.clear(),
            false => bytes.extend_from_slice(&chunk),
        }
    }
    Ok((bytes, is_too_long))
}

/// A field of text; of one that is too long nothing.
///
/// # Errors
/// As [`bytes`].
pub async fn text(field: Field<'_>, longest: usize) -> std::result::Result<String, MultipartError> {
    let (bytes, _) = bytes(field, longest).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is said of a form that breaks off, or is longer than a form may be.
pub fn broken(cause: &MultipartError, too_long: impl FnOnce() -> Error) -> Error {
    if cause.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_long();
    }
    Error::input("файл передан не полностью").next("выберите его ещё раз")
}

/// A result with what is said where the form broke off.
///
/// # Errors
/// As [`bytes`].
pub fn whole<T>(sent: std::result::Result<T, MultipartError>, too_long: impl FnOnce() -> Error) -> Result<T> {
    sent.map_err(|cause| broken(&cause, too_long))
}
