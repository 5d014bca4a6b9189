//! The style sheet, under an address that changes with it: it is fetched once and kept.

use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const SHEET: &str = include_str!("../assets/diary.css");

static ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest(SHEET);
    let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("/diary.{name}.css")
});

/// Its address, with a part of its digest.
pub fn address() -> &'static str {
    &ADDRESS
}

/// `GET /diary.<digest>.css`.
pub async fn show() -> impl IntoResponse {
    const KEPT: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (KEPT, SHEET)
}
