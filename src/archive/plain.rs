//! A bag of files that anybody may read, signed in a namespace of its own: no archive of a journal, and never taken for one.
//!
//! `sha256sum -c` and `ssh-keygen -Y verify` check it, and so does whatever checks bags. `bagit.txt` is written last, so that
//! a folder without it is known to be cut off; a run that fails removes what it wrote.

use super::bag::{
    ALLOWED_SIGNERS, BAGIT, BAGIT_TEXT, BagPath, DATA, INFO, Info, MANIFEST, Manifest, Oxum, SIGNATURE, TAGMANIFEST,
    total,
};
use super::signature::AllowedSigners;
use super::sum::Sum;
use super::targets::{remove_bag, sync_folder};
use crate::error::{Detail, Error, Result};
use crate::files::{self, Readers};
use crate::ledger::signer::Signer;
use std::path::Path;

/// What to write.
pub struct Plain<'a> {
    /// The folder, which is not there yet.
    pub root: &'a Path,
    /// The files below `data/`, each with its path there.
    pub files: &'a [(String, Vec<u8>)],
    /// What `bag-info.txt` says beside what BagIt demands.
    pub info: &'a [(&'static str, String)],
    /// Who signs.
    pub signer: &'a dyn Signer,
    /// Whose signature may stand there.
    pub signers: &'a AllowedSigners,
    /// The SSHSIG namespace.
    pub namespace: &'a str,
    /// Who may read the files.
    pub readers: Readers,
}

/// Writes the bag, and gives its code: the SHA-256 of the tag manifest.
///
/// # Errors
/// A folder that is there already; a disk that is full or fails. Then nothing is left of it.
pub fn write(plain: &Plain<'_>) -> Result<Sum> {
    let shown = plain.root.display();
    if files::is_there(plain.root) {
        return Err(Error::input(format!("«{shown}» уже есть и не перезаписывается"))
            .next_by("назовите другую папку", crate::error::Action::Give(Detail::Folder)));
    }
    written(plain).inspect_err(|_| {
        // What is left of it has no `bagit.txt`, and is no bag.
        let _ = remove_bag(plain.root);
    })
}

fn written(plain: &Plain<'_>) -> Result<Sum> {
    let mut manifest = Manifest::default();
    for (name, bytes) in plain.files {
        let path = path(&format!("{DATA}/{name}"))?;
        put(plain, path.as_str(), bytes)?;
        manifest.insert(path, Sum::of(bytes));
    }
    let payload =
        Oxum { bytes: total(plain.files.iter().map(|(_, bytes)| bytes.len() as u64)), files: plain.files.len() as u64 };
    let mut info = Info::default();
    plain.info.iter().for_each(|(label, value)| info.push(label, value));
    info.push("Payload-Oxum", &payload.to_string());
    let signers = plain.signers.in_namespace(plain.namespace);
    let mut tagmanifest = Manifest::default();
    for (name, text) in [
        (ALLOWED_SIGNERS, signers),
        (BAGIT, BAGIT_TEXT.to_owned()),
        (INFO, info.to_string()),
        (MANIFEST, manifest.to_string()),
    ] {
        tagmanifest.insert(path(name)?, Sum::of(text.as_bytes()));
        if name != BAGIT {
            put(plain, name, text.as_bytes())?;
        }
    }
    let tagmanifest = tagmanifest.to_string();
    put(plain, TAGMANIFEST, tagmanifest.as_bytes())?;
    put(plain, SIGNATURE, plain.signer.ssh_sign(plain.namespace, tagmanifest.as_bytes())?.as_bytes())?;
    put(plain, BAGIT, BAGIT_TEXT.as_bytes())?;
    sync_folder(plain.root)?;
    Ok(Sum::of(tagmanifest.as_bytes()))
}

fn path(text: &str) -> Result<BagPath> {
    BagPath::new(text).map_err(|why| Error::input(format!("имя файла «{text}»: {why}")).next("назовите иначе"))
}

fn put(plain: &Plain<'_>, name: &str, bytes: &[u8]) -> Result<()> {
    let path = plain.root.join(name);
    let folder = path.parent().unwrap_or(plain.root);
    files::make_folders(folder, plain.readers).map_err(|cause| Error::file("создать папку", folder, &cause))?;
    files::write_new(&path, bytes, plain.readers).map_err(|cause| Error::file("записать", &path, &cause))
}

/// Removes a bag that was written a moment ago.
///
/// # Errors
/// What cannot be removed.
pub fn remove(root: &Path) -> Result<()> {
    remove_bag(root)
}
