//! A browser at a desk.

use super::Opened;
pub use crate::common::browser::{Browser, holds_nothing_of, run};
use std::path::Path;

impl Browser {
    /// Opens the desk as a person does: by its file.
    pub async fn open(&self, desk: &Opened) {
        self.open_file(&desk.file).await;
    }

    /// Opens the desk that a file leads to.
    pub async fn open_file(&self, file: &Path) {
        self.client.goto(&format!("file://{}", file.display())).await.unwrap();
        self.until("h1", "Сегодня").await;
    }
}
