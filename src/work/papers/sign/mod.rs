//! A signature that others check: an issued document is handed to the school's own signing program, and what comes back is
//! recorded and kept beside it.
//!
//! Letopis has no cryptography of ГОСТ and no certificate of the school. The program that has them makes a detached CMS;
//! another, or the same, says whether it holds. What is recorded is what they said.

mod program;

pub use crate::journal::entry::{SignatureCheck, SignaturePart};
pub use program::{MOST_SECONDS, PLACES, Program, SECONDS};

use super::super::{Done, Workplace};
use crate::error::{Error, Next, Result, reason};
use crate::files::{self, PrivateFolder, Readers};
use crate::journal::entry::{DocumentSigned, SignatureFile};
use crate::journal::read::signatures::Signature;
use crate::journal::read::{self, Tables};
use crate::journal::rules::{LARGEST_SIGNATURE, MOST_SIGNATURE_FILES};
use crate::journal::{Proven, may};
use crate::ledger::chain::hex;
use crate::print::register::Registered;
use crate::print::{Layouts, Wanted, check, signature};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What is wanted.
pub struct Signing<'a> {
    /// The document's register number.
    pub number: &'a str,
    /// The folder where its PDF lies, or is put; the signature is put beside it.
    pub dir: &'a Path,
    /// What signs.
    pub with: &'a Program,
    /// What says whether the signature holds, if anything does.
    pub verify_with: Option<&'a Program>,
    /// Files that lie beside the signature: the chain of certificates, lists of revoked ones, a timestamp.
    pub beside: &'a [(SignaturePart, PathBuf)],
    /// How long each program may take.
    pub seconds: u64,
    /// The layouts to print the document again with, where its file is not there.
    pub layouts: &'a Layouts,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What was recorded.
    pub done: Done,
    /// The document.
    pub document: Registered,
    /// Its file.
    pub pdf: PathBuf,
    /// The files of all its signatures.
    pub files: Vec<PathBuf>,
    /// The signature as it is recorded.
    pub signature: Signature,
    /// What the program that checks said, where it did not accept it.
    pub rejected: String,
}

/// A file that came back or was brought.
type Part = (SignaturePart, Vec<u8>);

/// Has a document signed, and records it. `proven` goes on to the entry.
///
/// # Errors
/// A number that was not issued; somebody who may not certify; a program that fails, hangs, writes too much, changes the
/// document or gives back no detached CMS. Then nothing is recorded.
pub fn sign(place: &mut Workplace<'_>, proven: &mut Proven, wish: &Signing<'_>) -> Result<Signed> {
    let tables = proven.tables()?;
    let number = wish.number.trim();
    let document = read::documents::document(&tables, number)?.ok_or_else(|| {
        Error::input(format!("документа № {number} нет в реестре")).next("номер стоит внизу каждой страницы: 2025-0143")
    })?;
    let mut body = about(&document, wish);
    may(&tables, &place.login, body.clone().into())?;
    if !(1..=MOST_SECONDS).contains(&wish.seconds) {
        return Err(Error::input(format!("программе нельзя дать {} с", wish.seconds))
            .next(format!("назовите число секунд от 1 до {MOST_SECONDS}")));
    }
    let mut parts = brought(wish)?;
    let (pdf, bytes) = file_of(proven, &document, wish)?;
    let scratch = PrivateFolder::new(&files::named(proven.path())?.with_extension("sign-tmp"))?;
    let folder = scratch.path().join("files");
    files::make_folder(&folder, Readers::Owner).map_err(|e| Error::file("создать папку", &folder, &e))?;
    put(&folder, "document.pdf", &bytes)?;
    let work = Work { folder: &folder, pdf: &bytes, seconds: wish.seconds };
    parts.splice(0..0, [(SignaturePart::Signature, work.sign(wish.with)?)]);
    work.gather(wish.with, &mut parts)?;
    let facts = signature::read_cms(&parts[0].1).ok_or_else(|| no_signature(wish.with))?;
    let rejected = match wish.verify_with {
        Some(program) => work.verify(program, &parts)?,
        None => None,
    };
    body.check = match (&wish.verify_with, &rejected) {
        (None, _) => SignatureCheck::None,
        (_, None) => SignatureCheck::Accepted,
        (_, Some(_)) => SignatureCheck::Rejected,
    };
    (body.signer, body.valid_until) = (facts.signer, facts.valid_until);
    body.timestamp = facts.timestamp || parts.iter().any(|(part, _)| *part == SignaturePart::Timestamp);
    body.files = parts.iter().map(|(kind, bytes)| kept(*kind, bytes)).collect();
    let done = record(place, &body, &parts)?;
    *proven = proven.advance()?;
    let tables = proven.tables()?;
    let files = signature::put_beside(proven, &tables, &document.number, &pdf)?;
    let recorded = read::signatures::of(&tables, &document.number)?
        .pop()
        .ok_or_else(|| Error::damaged(format!("подпись документа № {number} не записана")).next("повторите"))?;
    Ok(Signed { done, document, pdf, files, signature: recorded, rejected: rejected.unwrap_or_default() })
}

/// What is known before anything was signed.
fn about(document: &Registered, wish: &Signing<'_>) -> DocumentSigned {
    DocumentSigned {
        number: document.number.clone(),
        pdf_sha256: document.pdf_sha256.clone(),
        files: Vec::new(),
        program: wish.with.name(),
        check: SignatureCheck::None,
        checker: wish.verify_with.map(Program::name).unwrap_or_default(),
        signer: String::new(),
        valid_until: None,
        timestamp: false,
    }
}

fn kept(kind: SignaturePart, bytes: &[u8]) -> SignatureFile {
    SignatureFile { kind, sha256: hex(&Sha256::digest(bytes)), bytes: bytes.len() as u64 }
}

/// Records the signature, with its files.
fn record(place: &mut Workplace<'_>, body: &DocumentSigned, parts: &[Part]) -> Result<Done> {
    let mut batch = place.journal.batch()?;
    for (_, bytes) in parts {
        batch.keep_page_text(&hex(&Sha256::digest(bytes)), bytes)?;
    }
    let recorded = batch.record(place.author, body.clone())?;
    batch.commit()?;
    place.done(Done { numbers: vec![recorded.seq], warnings: recorded.warnings, ..Done::default() })
}

/// The files that were named, each of which may lie beside a signature.
fn brought(wish: &Signing<'_>) -> Result<Vec<Part>> {
    if wish.beside.len() >= MOST_SIGNATURE_FILES {
        return Err(Error::input(format!("к подписи прилагается не больше {} файлов", MOST_SIGNATURE_FILES - 1))
            .next("соедините цепочку сертификатов в один файл"));
    }
    let read = |(part, path): &(SignaturePart, PathBuf)| {
        let bytes = files::read_named(path, LARGEST_SIGNATURE).map_err(|e| Error::file("прочитать", path, &e))?;
        if bytes.is_empty() {
            return Err(Error::input(format!("файл «{}» пуст", path.display())).next("укажите тот, который нужен"));
        }
        Ok((*part, bytes))
    };
    wish.beside.iter().map(read).collect()
}

/// The document's file: the one in the folder, where it is the one that was issued, else printed again there.
fn file_of(proven: &Proven, document: &Registered, wish: &Signing<'_>) -> Result<(PathBuf, Vec<u8>)> {
    let dir = files::named(wish.dir)?;
    let path = dir.join(format!("{}.pdf", Wanted::of(document)?.file_stem()));
    let is_it = |bytes: &Vec<u8>| hex(&Sha256::digest(bytes)) == document.pdf_sha256;
    if let Some(bytes) = files::read(&path, LARGEST_PDF).ok().filter(is_it) {
        return Ok((path, bytes));
    }
    let bytes = check::file_as_issued(proven, wish.layouts, document)?.filter(is_it).ok_or_else(|| {
        let (number, name) = (&document.number, path.display());
        Error::input(format!("файла документа № {number} нет в «{name}», и сегодня он печатается иначе"))
            .next("положите туда файл из архива или из прежней печати")
    })?;
    files::make_folders(&dir, Readers::All).map_err(|e| Error::file("создать папку", &dir, &e))?;
    files::replace(&path, &bytes, Readers::Owner).map_err(|e| Error::file("записать", &path, &e))?;
    Ok((path, bytes))
}

/// The largest PDF that is looked at; a book has some megabytes.
const LARGEST_PDF: u64 = 1 << 30;

/// The folder that the programs work in.
struct Work<'a> {
    folder: &'a Path,
    pdf: &'a [u8],
    seconds: u64,
}

impl Work<'_> {
    /// Has the document signed; gives the signature.
    fn sign(&self, with: &Program) -> Result<Vec<u8>> {
        let (status, said) = with.run(self.folder, self.seconds)?;
        let name = with.name();
        if !status.success() {
            return Err(Error::environment(format!(
                "программа «{name}» не подписала документ ({})",
                ended(status.code(), &said)
            ))
            .next("исправьте то, о чём она говорит, и повторите; ничего не записано"));
        }
        self.is_unchanged(with)?;
        match self.came_back("signature.p7s")? {
            Some(bytes) => Ok(bytes),
            None => Err(no_file(with, "{signature}", &said)),
        }
    }

    /// Adds what else the program was to write.
    fn gather(&self, with: &Program, parts: &mut Vec<Part>) -> Result<()> {
        let further = [SignaturePart::Chain, SignaturePart::Crl, SignaturePart::Timestamp];
        for (part, (place, name)) in further.into_iter().zip(&PLACES[2..]) {
            if with.names(place) {
                let bytes = self.came_back(name)?.ok_or_else(|| no_file(with, place, ""))?;
                parts.push((part, bytes));
            }
        }
        if parts.len() > MOST_SIGNATURE_FILES {
            return Err(Error::input(format!("файлов подписи больше {MOST_SIGNATURE_FILES}")).next("уберите лишние"));
        }
        Ok(())
    }

    /// Has the signature checked: nothing where it is accepted, else what the program said.
    fn verify(&self, with: &Program, parts: &[Part]) -> Result<Option<String>> {
        let further = [SignaturePart::Chain, SignaturePart::Crl, SignaturePart::Timestamp];
        for (part, (place, name)) in further.into_iter().zip(&PLACES[2..]) {
            let first = parts.iter().find(|(kind, _)| *kind == part);
            match first {
                Some((_, bytes)) if !files::is_there(&self.folder.join(name)) => put(self.folder, name, bytes)?,
                None if with.names(place) => {
                    return Err(Error::input(format!("программе проверки «{}» нужен {place}, а его нет", with.name()))
                        .next("приложите его или уберите из её аргументов"));
                }
                _ => {}
            }
        }
        let (status, said) = with.run(self.folder, self.seconds)?;
        self.is_unchanged(with)?;
        if self.came_back("signature.p7s")?.as_ref() != parts.first().map(|(_, bytes)| bytes) {
            return Err(changed(with, "подпись"));
        }
        Ok((!status.success()).then(|| ended(status.code(), &said)))
    }

    /// The document is still what was handed over.
    fn is_unchanged(&self, with: &Program) -> Result<()> {
        let limit = self.pdf.len() as u64;
        match files::read(&self.folder.join("document.pdf"), limit) {
            Ok(bytes) if bytes == self.pdf => Ok(()),
            _ => Err(changed(with, "документ")),
        }
    }

    /// A file that a program has written: a plain file, not empty, and no larger than one of a signature is.
    fn came_back(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match files::read(&self.folder.join(name), LARGEST_SIGNATURE) {
            Ok(bytes) if bytes.is_empty() => Ok(None),
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Error::environment(format!("то, что вернула программа, не взято: {}", reason(&cause)))
                .next("программа должна записать подпись обычным файлом на названное ей место; ничего не записано")
                .caused_by(cause)),
        }
    }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    files::write_new(&path, bytes, Readers::Owner).map_err(|e| Error::file("записать", &path, &e))
}

/// How a program ended, and what it said.
fn ended(code: Option<i32>, said: &str) -> String {
    let code = code.map_or("прервана".to_owned(), |code| format!("код {code}"));
    if said.is_empty() { code } else { format!("{code}: {said}") }
}

fn changed(with: &Program, what: &str) -> Error {
    let name = with.name();
    Error::environment(format!("программа «{name}» изменила то, что ей дали: {what}"))
        .next("ничего не записано; возьмите другую программу или другие аргументы: подпись нужна отсоединённая")
}

fn no_file(with: &Program, place: &str, said: &str) -> Error {
    let said = if said.is_empty() { String::new() } else { format!(" (она сказала: {said})") };
    Error::environment(format!("программа «{}» ничего не записала на место {place}{said}", with.name()))
        .next("проверьте её аргументы; ничего не записано")
}

fn no_signature(with: &Program) -> Error {
    Error::input(format!("то, что вернула программа «{}», — не отсоединённая подпись CMS в двоичном виде (DER)", with.name()))
        .next(Next::new("у openssl это «cms -sign -binary -outform DER» без «-nodetach», у КриптоПро — отсоединённая подпись в DER, а не в Base64"))
}

/// What of a signature is to be done before some day, in Russian: without a timestamp it holds only as long as its
/// certificate does.
pub fn what_expires(tables: &Tables, signature: &Signature) -> Result<Option<String>> {
    if signature.timestamp {
        return Ok(None);
    }
    let school = read::school(tables)?;
    Ok(Some(match signature.valid_until {
        Some(until) => {
            let day = crate::school::format_date(school.day_of(until));
            format!(
                "штампа времени нет: подпись проверяется, пока действует сертификат, до {day}; после этого дня доказать, что она сделана раньше, будет нечем"
            )
        }
        None => {
            "штампа времени нет, и сертификата в подписи нет: до какого дня её можно проверить, смотрите в сертификате"
                .to_owned()
        }
    }))
}
