//! How the browser comes in: a file in a private folder leads it to the port, with a token that works once.
//!
//! An address on a command line would be seen by everybody on the machine, and with it the token. The token stands behind
//! «#», which a browser sends to nobody; the page hands it in for its secret and forgets it.

use super::Desk;
use crate::error::{Error, Result};
use crate::files::{self, PrivateFolder};
use axum::extract::State;
use axum::http::StatusCode;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file; it is removed with its folder when this is dropped, which is when it has been used: a window that is closed
/// by its system (Windows asks no program) then leaves nothing.
pub struct Door {
    _folder: PrivateFolder,
    path: PathBuf,
}

impl Door {
    /// Makes the file.
    ///
    /// # Errors
    /// No room in the system's temporary folder.
    pub fn to(desk: &Desk) -> Result<Self> {
        let folder = PrivateFolder::new(&files::temporary("desk"))?;
        let path = folder.path().join("letopis.html");
        let address = format!("http://{}/#{}", desk.authority, desk.session.token());
        let page = format!(
            "<!doctype html><html lang=\"ru\"><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
             <title>Летопись</title><meta http-equiv=\"refresh\" content=\"0; url={address}\">\
             <p><a href=\"{address}\">Открыть журнал</a></p></html>\n"
        );
        files::create(&path, files::Readers::Owner)
            .and_then(|mut file| std::io::Write::write_all(&mut file, page.as_bytes()))
            .map_err(|cause| Error::file("записать", &path, &cause))?;
        Ok(Self { _folder: folder, path })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// `POST /session`: a token for a secret.
pub async fn enter(State(desk): State<Arc<Desk>>, token: String) -> std::result::Result<String, StatusCode> {
    let secret = desk.session.enter(token.trim()).ok_or(StatusCode::FORBIDDEN)?;
    desk.tell(super::Event::Entered);
    Ok(secret)
}
